local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string' } },
  outputs: { name: arm.output($.arguments.name) },
}
