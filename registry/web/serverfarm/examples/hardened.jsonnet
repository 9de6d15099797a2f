// Three larger machines in three zones, watched.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },

  plan:: (import 'web/serverfarm/main.jsonnet') {
    parameters:: {
      name: 'asp-example',
      sku: 'P1v3',
      instances: 3,
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.plan.id,
  outputs: $.plan.outputs,
}
