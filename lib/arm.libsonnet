// The base library of armlib modules: `local arm = import 'arm.libsonnet'`. Each part is read when it is used.
local d = import 'arm/doc.libsonnet';
local expression = import 'arm/expression.libsonnet';
local placement = import 'arm/placement.libsonnet';
local resource = import 'arm/resource.libsonnet';

{
  '#Module':: d.value(
    |||
      The base of a module: `arm.Module { … }`. Arguments come from the external variable `parameters`, JSON text
      (`--ext-str`) or an object (`--ext-code`), unless the field `parameters` is set:
      `(import 'vnet.libsonnet') { parameters:: { name: 'v' } }`; `parameters+::` adds to what comes from outside.

      Resources are found in every field, hidden or not, that is a resource, a module, or an array or map of those, at any
      depth. They come in the order of the fields' names; arrays keep theirs. Null is skipped, functions are, and so are
      fields whose name starts with `#` or `$` and these: `parameters`, `arguments`, `parameterMetadata`, `resources`,
      `outputs`, `id`, `dependencies`, `actions`, `variables`, `functions`, `definitions`, `metadata`, `asserts`. A
      hand-written object with `type` and `apiVersion` is a resource too, and one with an array `resources`, in which null is
      skipped, is a module. A resource that is reached twice is listed once. A field must not hold the module itself (`$`):
      there is no end to it.
    |||,
    {
      parameters: 'What the module is given, by name.',
      parameterMetadata: 'What it takes: name to `{ type, defaultValue, … }`.',
      arguments: 'The parameters, checked, with defaults filled in; all problems are one error.',
      resources: 'What was found in its fields.',
      outputs: 'Its outputs; `{}`.',
      id: 'The id of the resource that the module stands for; not there until it is set.',
    },
  ),
  Module:: import 'arm/module.libsonnet',

  '#Resource':: d.fn(
    'A resource; its body follows in braces. What it has beside the body is hidden: see [Resources](#resources).',
    [d.arg('type', 'string', 'namespace and segments'), d.arg('apiVersion', 'string', 'API version')],
    errors=['the body has no name'],
    example=["arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') { name: 'hub' }.id", "[resourceId('Microsoft.Network/virtualNetworks', 'hub')]"],
  ),
  Resource:: resource.Resource,

  '#existing':: d.fn(
    'The same handle for a resource that is there already: nothing is deployed, and nothing can depend on it.',
    [
      d.arg('type', 'string', 'namespace and segments'),
      d.arg('apiVersion', 'string', 'API version'),
      d.arg('name', 'string', 'name; `parent/child` where the type has several segments'),
      d.arg('scope', 'scope', 'where it is, when it is elsewhere: see [Scopes](#scopes)', 'null'),
    ],
    example=["arm.existing('Microsoft.Network/virtualNetworks/subnets', '2024-05-01', 'hub/apps').id", "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'hub', 'apps')]"],
  ),
  existing:: resource.existing,

  '#scope':: d.value('Scopes, for `existing`, `at` and `nested`: see [Scopes](#scopes).'),
  scope:: import 'arm/scope.libsonnet',

  '#fn':: d.value('One function for every function of ARM template expressions: see [Functions](#functions).'),
  fn:: import 'arm/fn.libsonnet',

  '#prop':: d.fn(
    'Access to a member of a value. Of an object or array that Jsonnet knows it gives the member itself.',
    [
      d.arg('value', 'any', 'an expression, or an object or array'),
      d.arg('path', 'string or array', "a text like `a.b[0]['c-d']`, or an array of names, indexes and expressions"),
    ],
    errors=['a bracket in the path is not closed, or a name is missing'],
    example=["arm.prop(arm.fn.reference('x'), 'ipConfigurations[0].id')", "[reference('x').ipConfigurations[0].id]"],
  ),
  prop:: (import 'arm/prop.libsonnet').prop,

  '#when':: d.fn(
    'A choice: made by Jsonnet where the condition is a boolean, and by the deployment where it is an expression.',
    [
      d.arg('condition', 'boolean or expression', 'the condition'),
      d.arg('then_', 'any', 'the value where it is true'),
      d.arg('else_', 'any', 'the value where it is not', 'null'),
    ],
    errors=['the condition is neither'],
    example=["arm.when(arm.fn.parameters('isBig'), 10, 1)", "[if(parameters('isBig'), 10, 1)]"],
  ),
  when(condition, then_, else_=null)::
    if std.type(condition) == 'boolean' then if condition then then_ else else_
    else expression.call('if', [expression.condition(condition), then_, else_]),

  '#expr':: d.fn(
    'A raw expression.',
    [d.arg('text', 'string', 'the expression, with or without its brackets')],
    example=["arm.expr('resourceGroup().location')", '[resourceGroup().location]'],
  ),
  expr:: expression.raw,

  '#literal':: d.fn(
    'A text that must not be taken for an expression, escaped where it looks like one.',
    [d.arg('text', 'string', 'the text')],
    example=["arm.literal('[new]')", '[[new]'],
  ),
  literal:: expression.escape,

  '#output':: d.fn(
    |||
      An output. A resource or module gives its id, a loop (`arm.copy` with an input) an array. Where no type is given, it is
      that of the value; for an expression that of the function it calls, and a string where that is open (most references).
      What a `list*` function gives becomes secure.
    |||,
    [
      d.arg('value', 'any', 'the value'),
      d.arg('type', 'string', 'string, int, bool, array, object, secureString or secureObject', 'null'),
    ],
    gives='`{ type, value }`',
    errors=['the value is null or a number with a fraction, and no type is given', 'there is no such type'],
    example=["arm.output(arm.fn.length('abc'))", { type: 'int', value: "[length('abc')]" }],
  ),
  output:: import 'arm/output.libsonnet',

  '#id':: d.fn(
    'The id of what a thing stands for. Null stays null.',
    [d.arg('x', 'resource, module or string', 'a resource, a module with an id, or an id')],
    errors=['the object has no id'],
    example=["arm.id('/subscriptions/s')", '/subscriptions/s'],
  ),
  id:: import 'arm/id_of.libsonnet',

  '#name':: d.fn(
    'The name, of a child its last segment. A text that is no id is a name already.',
    [d.arg('x', 'resource, module or string', 'a resource, a module with an id, an id, or a name')],
    errors=['the object has neither name nor id'],
    example=["arm.name('/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/hub')", 'hub'],
  ),
  name:: import 'arm/name.libsonnet',

  '#inline':: d.fn(
    'A child module whose resources join those of its parent: what a field that holds a module means anyway.',
    [d.arg('m', 'module', 'the module')],
  ),
  inline(m):: m,

  '#nested':: d.fn(
    |||
      A child module in a nested deployment of its own, with inner scope. Secure and deploy-time arguments, and those that are
      expressions, become parameters of its template; the deployment passes what was given. One that may be null is nullable
      there, and the template has version 2.0 with symbolic names. Its `outputs.NAME.value` are
      expressions that read the outputs of the deployment, and so is its `id`, the anchor of the module. To depend on it is to
      depend on the deployment. The body of the deployment resource can be added to: `arm.nested(m, 'net') { tags: … }`.
    |||,
    [
      d.arg('m', 'module', 'the module; a JSON template is placed as it is'),
      d.arg('name', 'string', 'name of the deployment'),
      d.arg('scope', 'scope', 'where it goes, when it goes elsewhere: see [Scopes](#scopes)', 'null'),
    ],
    gives='a resource of type Microsoft.Resources/deployments',
    errors=['m is not a module', 'the scope is a resource that cannot be deployed to'],
  ),
  nested:: placement.nested,

  '#linked':: d.fn(
    'The same with the template apart, at an address; armlib writes it to a file of its own.',
    [
      d.arg('m', 'module', 'the module'),
      d.arg('uri', 'string', 'address of the template; one without `://` is relative to that of the parent'),
      d.arg('name', 'string', 'name of the deployment; that of the file', 'null'),
      d.arg('scope', 'scope', 'where it goes', 'null'),
    ],
    gives='a resource of type Microsoft.Resources/deployments, with a hidden field `linkedTemplate: { uri, template }`',
    errors=['the address is an expression and no name is given'],
  ),
  linked:: placement.linked,

  '#template':: d.fn(
    |||
      An ARM template in JSON as a module: `parameterMetadata` and `outputs` are those of the template, so that arguments are
      checked as any module's are, and `deployment` is the nested deployment of it, as it is. A parameter whose default only
      the deployment can work out is optional. `deployment+:: { name: … }` gives it another name, `scope:: …` another place.
    |||,
    [
      d.arg('template', 'object', "the template, `std.parseJson(importstr 'main.json')`"),
      d.arg('name', 'string', 'name of the deployment; that of an argument `name` is added'),
    ],
    gives='a module',
    errors=['template is not a template'],
  ),
  template:: import 'arm/template.libsonnet',

  '#copy':: d.fn(
    |||
      A deploy-time loop. Without an input it is to be added to a resource: `arm.Resource(…) { … } + arm.copy('nics', 3)`. With
      one it makes a property or variable of that name, added to an object (`properties: { … } + arm.copy('disks', 2, input)`),
      or the value of an output (`arm.output(arm.copy('ids', 3, input))`).
    |||,
    [
      d.arg('name', 'string', 'name of the loop, and of the property or variable'),
      d.arg('count', 'int, array or expression', 'how often, or what for each of'),
      d.arg('input', 'any', 'the value, or a function from the index, an expression, to the value', 'null'),
      d.arg('mode', 'string', '`serial` or `parallel`', 'null'),
      d.arg('batchSize', 'int', 'how many at a time; the mode is serial then', 'null'),
    ],
    errors=['batchSize is given and the mode is parallel'],
    example=["arm.copy('nics', 3, batchSize=1)", { copy: { name: 'nics', count: 3, mode: 'serial', batchSize: 1 } }],
  ),
  copy:: import 'arm/copy.libsonnet',

  '#param':: d.value('Shorthands for parameterMetadata: see [Parameters](#parameters).'),
  param:: import 'arm/param.libsonnet',

  '#type':: d.value('Types that modules share: see [Types](#types).'),
  type:: import 'arm/type.libsonnet',

  '#native':: d.value('What Jsonnet lacks: see [Native functions](#native-functions).'),
  native:: import 'arm/native.libsonnet',
}
