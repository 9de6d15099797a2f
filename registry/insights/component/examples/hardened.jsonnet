// A component that is asked from inside alone, and that one app may send to.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') {
    parameters:: { name: 'log-example', publicNetworkAccessForQuery: 'Disabled' },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },

  component:: (import 'insights/component/main.jsonnet') {
    parameters:: {
      name: 'appi-example',
      workspace: $.workspace,
      publicNetworkAccessForQuery: 'Disabled',
      lock: 'CanNotDelete',
      roleAssignments: [{ role: 'Monitoring Metrics Publisher', principalId: $.identity.outputs.principalId.value }],
    },
  },

  id:: $.component.id,
  outputs: $.component.outputs,
}
