// Logs are kept for two years and cannot be deleted with the workspace; who asked what is logged, too.
local arm = import 'arm.libsonnet';

(import 'operational-insights/workspace/main.jsonnet') {
  parameters:: {
    name: 'log-security',
    retentionDays: 730,
    tags: { owner: 'security' },
    lock: 'CanNotDelete',
    diagnosticSettings: [{ workspace: arm.id($.workspace), logs: ['audit'], metrics: [] }],
    roleAssignments: [
      { role: 'Log Analytics Reader', principalId: '00000000-0000-0000-0000-000000000001', principalType: 'Group' },
    ],
  },
}
