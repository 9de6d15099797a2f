// An app and its plan. Public networks are let in: it is for everybody.
local arm = import 'arm.libsonnet';

arm.Module {
  plan:: (import 'web/serverfarm/main.jsonnet') { parameters:: { name: 'asp-example' } },

  site:: (import 'web/site/main.jsonnet') {
    parameters:: { name: 'app-example', plan: $.plan, runtime: 'NODE|22-lts', publicNetworkAccess: 'Enabled' },
  },

  id:: $.site.id,
  outputs: $.site.outputs,
}
