// The base library of armlib modules: `local arm = import 'arm.libsonnet'`. Each part is read when it is used.
local expression = import 'arm/expression.libsonnet';
local placement = import 'arm/placement.libsonnet';
local resource = import 'arm/resource.libsonnet';

{
  Module:: import 'arm/module.libsonnet',
  Resource:: resource.Resource,
  existing:: resource.existing,
  scope:: import 'arm/scope.libsonnet',

  fn:: import 'arm/fn.libsonnet',
  prop:: (import 'arm/prop.libsonnet').prop,
  when(condition, then_, else_=null)::
    if condition == true then then_ else if condition == false then else_
    else expression.call('if', [condition, then_, else_]),
  expr(text):: if std.startsWith(text, '[') then text else '[' + text + ']',
  literal:: expression.escape,

  output:: import 'arm/output.libsonnet',
  id:: import 'arm/id_of.libsonnet',
  name:: import 'arm/name.libsonnet',

  inline(m):: m,
  nested:: placement.nested,
  linked:: placement.linked,

  copy:: import 'arm/copy.libsonnet',
  param:: import 'arm/param.libsonnet',
  type:: import 'arm/type.libsonnet',
  native:: import 'arm/native.libsonnet',
}
