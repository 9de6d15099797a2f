{
  local base = self,
  has(object, name):: std.type(object) == 'object' && std.objectHasAll(object, name),
  isResource(value):: base.has(value, 'type'),
  isModule(value):: base.has(value, 'parameterMetadata'),
  idOf(value):: if std.type(value) == 'string' then value else value.id,
  merge(given, metadata)::
    local unknown = [name for name in std.objectFieldsAll(given) if !std.objectHasAll(metadata, name)];
    assert unknown == [] : "Unexpected parameters '%s' received" % [unknown];
    given {
      [name]: if name in super then super[name]
      else if 'defaultValue' in metadata[name] then metadata[name].defaultValue
      else error "Missing parameter '%s'" % [name]
      for name in std.set(std.objectFieldsAll(given) + std.objectFieldsAll(metadata))
    },
  Module:: import 'module.libsonnet',
  Resource:: {
    id:: "[resourceId('%s', '%s')]" % [self.type, self.name],
    type: error "resource must have a 'type' property",
    apiVersion: error 'no apiVersion',
    location: '[resourceGroup().location]',
    name: error 'no name',
    dependsOn: [],
    tags: {},
    withDependency(x):: if std.type(x) == 'object' then self { dependsOn+: [x.id] } else self,
    properties: {},
  },
}
