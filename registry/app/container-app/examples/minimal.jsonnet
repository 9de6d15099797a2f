// An app that other apps of its environment ask.
local arm = import 'arm.libsonnet';

arm.Module {
  environment:: (import 'app/environment/main.jsonnet') { parameters:: { name: 'cae-example' } },

  app:: (import 'app/container-app/main.jsonnet') {
    parameters:: {
      name: 'ca-example',
      environment: $.environment,
      image: 'mcr.microsoft.com/k8se/quickstart:latest',
      port: 80,
    },
  },

  id:: $.app.id,
  outputs: $.app.outputs,
}
