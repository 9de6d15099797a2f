local base = import 'base.libsonnet';
{
  parameters:: std.extVar('parameters'),
  parameterMetadata:: error 'declare the parameters',
  arguments:: base.merge($.parameters, $.parameterMetadata),
  id:: $.outputs,
  resources: std.flattenArrays([
    if base.isResource(self[name]) then [self[name]] else self[name].resources
    for name in std.objectFieldsAll(self)
    if name != 'resources' && (base.isResource(self[name]) || base.isModule(self[name]))
  ]),
  outputs: {},
}
