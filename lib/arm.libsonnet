// The base library of armlib modules: `local arm = import 'arm.libsonnet'`. Each import below is made when it is used.
{
  Module:: import 'arm/module.libsonnet',
  Resource(type, apiVersion):: (import 'arm/resource.libsonnet').Resource(type, apiVersion),
  existing(type, apiVersion, name, scope=null)::
    (import 'arm/resource.libsonnet').existing(type, apiVersion, name, scope),
  scope:: import 'arm/scope.libsonnet',

  fn:: import 'arm/fn.libsonnet',
  prop(value, path):: (import 'arm/prop.libsonnet').prop(value, path),
  when(condition, then_, else_=null)::
    if condition == true then then_ else if condition == false then else_
    else (import 'arm/expression.libsonnet').call('if', [condition, then_, else_]),
  expr(text):: if text[:1] == '[' then text else '[' + text + ']',
  literal(text):: (import 'arm/expression.libsonnet').escape(text),

  output(value, type=null):: (import 'arm/output.libsonnet')(value, type),
  id(x):: (import 'arm/id_of.libsonnet')(x),
  name(x):: (import 'arm/name.libsonnet')(x),

  inline(m):: m,
  nested(m, name, scope=null):: (import 'arm/placement.libsonnet').nested(m, name, scope),
  linked(m, uri):: (import 'arm/placement.libsonnet').linked(m, uri),

  copy(name, count, input=null, mode=null, batchSize=null):: (import 'arm/copy.libsonnet')(name, count, input, mode, batchSize),
  param:: import 'arm/param.libsonnet',
  type:: import 'arm/type.libsonnet',
  native:: import 'arm/native.libsonnet',
}
