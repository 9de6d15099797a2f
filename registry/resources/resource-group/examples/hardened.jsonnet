// A group that nothing is deleted from, that one team may work in, and a workspace that is placed in it.
local arm = import 'arm.libsonnet';

arm.Module {
  group:: (import 'resources/resource-group/main.jsonnet') {
    parameters:: {
      name: 'rg-payments',
      tags: { owner: 'payments' },
      lock: 'CanNotDelete',
      roleAssignments: [
        { role: 'Contributor', principalId: '00000000-0000-0000-0000-000000000001', principalType: 'Group' },
      ],
    },
  },

  workspace:: arm.nested(
    (import 'operational-insights/workspace/main.jsonnet') {
      parameters:: { name: 'log-payments', tags: { owner: 'payments' } },
    },
    name='workspace',
    scope=$.group.group,
  ),

  id:: $.group.id,
  outputs: $.group.outputs { workspaceId: arm.output($.workspace.outputs.id.value) },
}
