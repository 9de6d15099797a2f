local core = import 'core/base.libsonnet';
core.Module {
  parameterMetadata:: { name: { type: 'string' }, size: { type: 'number', defaultValue: 7 }, extra: { type: 'object', defaultValue: null } },
  net:: (import 'net.libsonnet').new($.arguments.name, '10.0.0.0/' + $.arguments.size),
  inner:: (import 'module.libsonnet') { parameters:: { name: $.arguments.name + '2' } },
}
