local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: {
    name: { type: 'string', maxLength: 3 },
    count: { type: 'int', maxValue: 5 },
    secret: { type: 'secureString', minLength: 100 },
    kind: { type: 'string', allowedValues: ['a', 'b'] },
  },
}
