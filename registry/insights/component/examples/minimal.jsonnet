// A component, and the workspace that keeps its data.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },

  component:: (import 'insights/component/main.jsonnet') {
    parameters:: { name: 'appi-example', workspace: $.workspace },
  },

  id:: $.component.id,
  outputs: $.component.outputs,
}
