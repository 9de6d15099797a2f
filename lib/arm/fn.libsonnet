// One function for every function of ARM template expressions.
local expression = import 'expression.libsonnet';
local lambdas = import 'lambda.libsonnet';

// What an argument is that was not given; null is a value.
local absent = '\u0000';

local given(arguments) = [argument for argument in arguments if argument != absent];

local call(name, arguments) = expression.call(name, given(arguments));

// A function of any number of arguments takes them one by one, or all in one array.
local variadic(name, arguments) =
  local values = given(arguments);
  expression.call(name, if std.length(values) == 1 && std.type(values[0]) == 'array' then values[0] else values);

// The same for functions that take no array: the texts that an array holds are arguments.
local flat(name, arguments) =
  expression.call(name, std.flatMap(function(value) if std.type(value) == 'array' then value else [value], given(arguments)));

local isHandle(value) = std.type(value) == 'object' && 'apiVersion' in value && '$arm' in value;

local target(value) = if isHandle(value) then (import 'id.libsonnet').deployedId(value) else value;

// Calls that read a resource need its API version; a resource of ours knows it.
local read(name, resource, apiVersion, rest) = call(
  name, [target(resource), if apiVersion == absent && isHandle(resource) then resource.apiVersion else apiVersion] + rest
);

local item = ['item', 'index'];

{
  '#':: |||
    One function for every function of ARM template expressions. Each gives an expression, a text in brackets, and takes
    Jsonnet values: texts are quoted, expressions nested, numbers with a fraction become `json('0.5')`, arrays and objects
    `createArray` and `createObject`, resources and modules their ids. An array or object must not hold a function.

    - A function with a fixed number of arguments takes them in order.
    - One that takes any number, shown with `…`, takes them in order or in one array: `fn.concat(['a', x])` is
      `fn.concat('a', x)`. The array is needed for more than are shown in the source, and for a single array:
      `fn.createArray([[1, 2]])`.
    - Where a lambda is wanted it may be a Jsonnet function, `fn.map(xs, function(x) fn.add(x, 1))`, the names of its
      variables with a body, `fn.map(xs, ['x'], fn.add(fn.lambdaVariables('x'), 1))`, or `fn.lambda(['x'], body)`.
    - `reference` and the list functions take a resource of ours with its API version.
    - Names that Jsonnet keeps for itself are written `fn['if']`, or have another name, `fn.when`.
  |||,

  '#call':: "A call of a function by its name: a user function, `fn.call('contoso.name', [a, b])`, or one that is newer than this library.",
  call(name, arguments=[]):: expression.call(name, arguments),

  // Arrays and objects
  '#array':: 'The value in an array, unless it is an array.',
  array(value):: call('array', [value]),
  '#coalesce':: 'The first value that is not null.',
  coalesce(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('coalesce', [a, b, c, d, e, f, g, h]),
  '#concat':: 'Texts joined to one, or arrays to one.',
  concat(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent, i=absent, j=absent, k=absent, l=absent)::
    variadic('concat', [a, b, c, d, e, f, g, h, i, j, k, l]),
  '#contains':: 'Whether an array has the value, an object the key, or a text the text.',
  contains(container, value):: call('contains', [container, value]),
  '#createArray':: 'An array of the values.',
  createArray(a=[], b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('createArray', [a, b, c, d, e, f, g, h]),
  '#createObject':: 'An object of the fields of a Jsonnet object, or of an array of keys and values by turns.',
  createObject(object={})::
    if std.type(object) == 'array' then expression.call('createObject', object)
    else expression.call('createObject', [part for key in std.objectFields(object) for part in [key, object[key]]]),
  '#distinct':: 'The array without repeated values.',
  distinct(array):: call('distinct', [array]),
  '#empty':: 'Whether an array, an object or a text has nothing in it.',
  empty(value):: call('empty', [value]),
  '#filter':: 'The elements for which the lambda is true.',
  filter(array, lambda, body=null):: call('filter', [array, lambdas.of(lambda, item, body)]),
  '#first':: 'The first element of an array, or character of a text.',
  first(value):: call('first', [value]),
  '#flatten':: 'The arrays of an array, joined.',
  flatten(value):: call('flatten', [value]),
  '#groupBy':: 'An object from the key that the lambda gives to the array of elements, or of what the second lambda makes of them.',
  groupBy(array, key, value=absent)::
    call('groupBy', [array, lambdas.of(key, item), if value == absent then absent else lambdas.of(value, item)]),
  '#indexFromEnd':: 'The element at a place counted from the end; 1 is the last.',
  indexFromEnd(array, index):: call('indexFromEnd', [array, index]),
  '#indexOf':: 'The first place of a value in an array, or of a text in a text; -1 when there is none.',
  indexOf(value, find):: call('indexOf', [value, find]),
  '#intersection':: 'What is in all of the arrays, or all of the objects.',
  intersection(a, b=absent, c=absent, d=absent, e=absent, f=absent):: variadic('intersection', [a, b, c, d, e, f]),
  '#items':: 'An array of `{ key, value }`, sorted by key.',
  items(object):: call('items', [object]),
  '#last':: 'The last element of an array, or character of a text.',
  last(value):: call('last', [value]),
  '#lastIndexOf':: 'The last place of a value in an array, or of a text in a text; -1 when there is none.',
  lastIndexOf(value, find):: call('lastIndexOf', [value, find]),
  '#length':: 'How many elements, fields or characters there are.',
  length(value):: call('length', [value]),
  '#map':: 'What the lambda makes of each element; it may take the index as its second argument.',
  map(array, lambda, body=null):: call('map', [array, lambdas.of(lambda, item, body)]),
  '#mapValues':: 'The object with what the lambda makes of each value.',
  mapValues(object, lambda, body=null):: call('mapValues', [object, lambdas.of(lambda, ['value'], body)]),
  '#max':: 'The greatest of the integers, or of an array of them.',
  max(a, b=absent, c=absent, d=absent, e=absent, f=absent):: variadic('max', [a, b, c, d, e, f]),
  '#min':: 'The least of the integers, or of an array of them.',
  min(a, b=absent, c=absent, d=absent, e=absent, f=absent):: variadic('min', [a, b, c, d, e, f]),
  '#objectKeys':: 'The keys of an object, sorted.',
  objectKeys(object):: call('objectKeys', [object]),
  '#range':: 'The integers from start, count of them.',
  range(start, count):: call('range', [start, count]),
  '#reduce':: 'One value made of all elements: the lambda takes what there is so far, the element, and perhaps the index.',
  reduce(array, initial, lambda, body=null):: call('reduce', [array, initial, lambdas.of(lambda, ['total', 'item', 'index'], body)]),
  '#shallowMerge':: 'The objects of an array merged; of fields with the same key the last one stays.',
  shallowMerge(objects):: call('shallowMerge', [objects]),
  '#skip':: 'The value without its first elements or characters.',
  skip(value, count):: call('skip', [value, count]),
  '#sort':: 'The array sorted; the lambda tells whether its first argument comes before its second.',
  sort(array, lambda, body=null):: call('sort', [array, lambdas.of(lambda, ['left', 'right'], body)]),
  '#take':: 'The first elements of an array, or characters of a text.',
  take(value, count):: call('take', [value, count]),
  '#toObject':: 'An object made of an array: one lambda gives the key, another one may give the value.',
  toObject(array, key, value=absent)::
    call('toObject', [array, lambdas.of(key, item), if value == absent then absent else lambdas.of(value, item)]),
  '#tryGet':: 'The member at the end of a chain of keys and indexes, or null when a step is missing.',
  tryGet(value, a, b=absent, c=absent, d=absent, e=absent, f=absent):: flat('tryGet', [value, a, b, c, d, e, f]),
  '#tryIndexFromEnd':: 'The element at a place counted from the end, or null.',
  tryIndexFromEnd(array, index):: call('tryIndexFromEnd', [array, index]),
  '#union':: 'All that is in any of the arrays, once; or objects merged deeply.',
  union(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('union', [a, b, c, d, e, f, g, h]),

  // Lambdas
  '#lambda':: 'A lambda with named variables, for the functions that take one.',
  lambda(names, body):: lambdas.named(names, body),
  '#lambdaVariables':: 'A variable of a lambda.',
  lambdaVariables(name):: call('lambdaVariables', [name]),

  // CIDR blocks
  '#cidrHost':: 'The usable address at an index, from 0, of a block.',
  cidrHost(network, index):: call('cidrHost', [network, index]),
  '#cidrSubnet':: 'The block at an index, from 0, of those with this prefix length in a block.',
  cidrSubnet(network, cidr, index):: call('cidrSubnet', [network, cidr, index]),
  '#parseCidr':: 'The parts of a block: network, netmask, broadcast, firstUsable, lastUsable, cidr.',
  parseCidr(network):: call('parseCidr', [network]),

  // Comparison
  '#equals':: 'Whether two values are equal.',
  equals(a, b):: call('equals', [a, b]),
  '#greater':: 'Whether the first is greater, of two integers or two texts.',
  greater(a, b):: call('greater', [a, b]),
  '#greaterOrEquals':: 'Whether the first is greater or equal.',
  greaterOrEquals(a, b):: call('greaterOrEquals', [a, b]),
  '#less':: 'Whether the first is less, of two integers or two texts.',
  less(a, b):: call('less', [a, b]),
  '#lessOrEquals':: 'Whether the first is less or equal.',
  lessOrEquals(a, b):: call('lessOrEquals', [a, b]),

  // Logic
  '#and':: 'Whether all are true.',
  and(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('and', [a, b, c, d, e, f, g, h]),
  '#bool':: 'The boolean that a text or an integer stands for.',
  bool(value):: call('bool', [value]),
  '#false':: 'false.',
  'false'():: '[false()]',
  '#falseValue':: "Another name for `fn['false']`.",
  falseValue:: self['false'],
  '#if':: 'The second argument where the first is true, else the third; only that one is worked out.',
  'if'(condition, then_, else_):: call('if', [condition, then_, else_]),
  '#when':: "Another name for `fn['if']`.",
  when:: self['if'],
  '#not':: 'The opposite.',
  not(value):: call('not', [value]),
  '#null':: 'null.',
  'null'():: '[null()]',
  '#nullValue':: "Another name for `fn['null']`.",
  nullValue:: self['null'],
  '#or':: 'Whether any is true.',
  or(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('or', [a, b, c, d, e, f, g, h]),
  '#true':: 'true.',
  'true'():: '[true()]',
  '#trueValue':: "Another name for `fn['true']`.",
  trueValue:: self['true'],

  // Numbers
  '#add':: 'The sum of two integers.',
  add(a, b):: call('add', [a, b]),
  '#copyIndex':: 'The index in a loop: of the loop of that name, or the innermost; with an offset added.',
  copyIndex(name=absent, offset=absent):: call('copyIndex', [name, offset]),
  '#div':: 'The quotient of two integers, without its fraction.',
  div(a, b):: call('div', [a, b]),
  '#float':: 'The number that a text stands for.',
  float(value):: call('float', [if std.type(value) == 'number' then std.toString(value) else value]),
  '#int':: 'The integer that a text stands for.',
  int(value):: call('int', [value]),
  '#mod':: 'The remainder of a division.',
  mod(a, b):: call('mod', [a, b]),
  '#mul':: 'The product of two integers.',
  mul(a, b):: call('mul', [a, b]),
  '#sub':: 'The difference of two integers.',
  sub(a, b):: call('sub', [a, b]),

  // Dates
  '#dateTimeAdd':: 'A point in time moved by an ISO 8601 duration.',
  dateTimeAdd(base, duration, format=absent):: call('dateTimeAdd', [base, duration, format]),
  '#dateTimeFromEpoch':: 'The point in time so many seconds after the epoch.',
  dateTimeFromEpoch(seconds):: call('dateTimeFromEpoch', [seconds]),
  '#dateTimeToEpoch':: 'The seconds from the epoch to a point in time.',
  dateTimeToEpoch(dateTime):: call('dateTimeToEpoch', [dateTime]),
  '#utcNow':: 'The time of the deployment; in the default of a parameter only.',
  utcNow(format=absent):: call('utcNow', [format]),

  // The deployment
  '#deployer':: 'Who deploys: objectId, tenantId, userPrincipalName.',
  deployer():: '[deployer()]',
  '#deployment':: 'The deployment: its name, template, parameters; its location, where it is not to a resource group.',
  deployment():: '[deployment()]',
  '#environment':: 'The cloud: its endpoints and suffixes.',
  environment():: '[environment()]',
  '#extensions':: 'An extension of the template, by its alias.',
  extensions(name):: call('extensions', [name]),
  '#externalInput':: 'A value that comes from outside the template.',
  externalInput(kind, config=absent):: call('externalInput', [kind, config]),
  '#externalInputs':: 'The value of an external input.',
  externalInputs(name):: call('externalInputs', [name]),
  '#fail':: 'Fails the deployment with a message.',
  fail(message):: call('fail', [message]),
  '#parameters':: 'A parameter of the template.',
  parameters(name):: call('parameters', [name]),
  '#variables':: 'A variable of the template.',
  variables(name):: call('variables', [name]),

  // Resources
  '#extensionResourceId':: 'The id of an extension resource: base id, type, names.',
  extensionResourceId(base, type, a, b=absent, c=absent, d=absent, e=absent):: flat('extensionResourceId', [base, type, a, b, c, d, e]),
  '#list':: 'A list operation of a resource: its name, such as listKeys, the resource or its id, the API version, a body.',
  list(name, resource, apiVersion=absent, body=absent):: read(name, resource, apiVersion, [body]),
  '#listAccountSas':: 'The list operation listAccountSas of a resource: the resource or its id, the API version, a body.',
  listAccountSas(resource, apiVersion=absent, body=absent):: read('listAccountSas', resource, apiVersion, [body]),
  '#listAdminKeys':: 'The list operation listAdminKeys of a resource: the resource or its id, the API version, a body.',
  listAdminKeys(resource, apiVersion=absent, body=absent):: read('listAdminKeys', resource, apiVersion, [body]),
  '#listCallbackUrl':: 'The list operation listCallbackUrl of a resource: the resource or its id, the API version, a body.',
  listCallbackUrl(resource, apiVersion=absent, body=absent):: read('listCallbackUrl', resource, apiVersion, [body]),
  '#listClusterAdminCredential':: 'The list operation listClusterAdminCredential of a resource: the resource or its id, the API version, a body.',
  listClusterAdminCredential(resource, apiVersion=absent, body=absent):: read('listClusterAdminCredential', resource, apiVersion, [body]),
  '#listClusterUserCredential':: 'The list operation listClusterUserCredential of a resource: the resource or its id, the API version, a body.',
  listClusterUserCredential(resource, apiVersion=absent, body=absent):: read('listClusterUserCredential', resource, apiVersion, [body]),
  '#listConnectionStrings':: 'The list operation listConnectionStrings of a resource: the resource or its id, the API version, a body.',
  listConnectionStrings(resource, apiVersion=absent, body=absent):: read('listConnectionStrings', resource, apiVersion, [body]),
  '#listCredentials':: 'The list operation listCredentials of a resource: the resource or its id, the API version, a body.',
  listCredentials(resource, apiVersion=absent, body=absent):: read('listCredentials', resource, apiVersion, [body]),
  '#listKeys':: 'The list operation listKeys of a resource: the resource or its id, the API version, a body.',
  listKeys(resource, apiVersion=absent, body=absent):: read('listKeys', resource, apiVersion, [body]),
  '#listQueryKeys':: 'The list operation listQueryKeys of a resource: the resource or its id, the API version, a body.',
  listQueryKeys(resource, apiVersion=absent, body=absent):: read('listQueryKeys', resource, apiVersion, [body]),
  '#listSecrets':: 'The list operation listSecrets of a resource: the resource or its id, the API version, a body.',
  listSecrets(resource, apiVersion=absent, body=absent):: read('listSecrets', resource, apiVersion, [body]),
  '#listServiceSas':: 'The list operation listServiceSas of a resource: the resource or its id, the API version, a body.',
  listServiceSas(resource, apiVersion=absent, body=absent):: read('listServiceSas', resource, apiVersion, [body]),
  '#managementGroupResourceId':: 'The id of a resource of a management group.',
  managementGroupResourceId(a, b, c=absent, d=absent, e=absent, f=absent):: flat('managementGroupResourceId', [a, b, c, d, e, f]),
  '#pickZones':: 'The availability zones of a type in a region.',
  pickZones(namespace, type, location, count=absent, offset=absent):: call('pickZones', [namespace, type, location, count, offset]),
  '#providers':: 'What a resource provider offers.',
  providers(namespace, type=absent):: call('providers', [namespace, type]),
  '#reference':: 'The state of a resource when it is deployed; full for the whole resource, not its properties only.',
  reference(resource, apiVersion=absent, full=absent):: read('reference', resource, apiVersion, [if full == true then 'Full' else if full == false then absent else full]),
  '#references':: 'The states of the resources of a loop, by its symbolic name.',
  references(symbol, full=absent):: call('references', [symbol, if full == true then 'Full' else if full == false then absent else full]),
  '#resourceId':: 'The id of a resource: perhaps a subscription, perhaps a resource group, the type, a name for each of its segments.',
  resourceId(a, b, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: flat('resourceId', [a, b, c, d, e, f, g, h]),
  '#roleDefinitions':: 'A built-in role, by its name.',
  roleDefinitions(name):: call('roleDefinitions', [name]),
  '#subscriptionResourceId':: 'The id of a resource of a subscription.',
  subscriptionResourceId(a, b, c=absent, d=absent, e=absent, f=absent):: flat('subscriptionResourceId', [a, b, c, d, e, f]),
  '#tenantResourceId':: 'The id of a resource of the tenant.',
  tenantResourceId(type, a, b=absent, c=absent, d=absent, e=absent):: flat('tenantResourceId', [type, a, b, c, d, e]),
  '#toLogicalZone':: 'The zone as this subscription numbers it.',
  toLogicalZone(subscription, location, zone):: call('toLogicalZone', [subscription, location, zone]),
  '#toLogicalZones':: 'The zones as this subscription numbers them.',
  toLogicalZones(subscription, location, zones):: call('toLogicalZones', [subscription, location, zones]),
  '#toPhysicalZone':: 'The zone as the region numbers it.',
  toPhysicalZone(subscription, location, zone):: call('toPhysicalZone', [subscription, location, zone]),
  '#toPhysicalZones':: 'The zones as the region numbers them.',
  toPhysicalZones(subscription, location, zones):: call('toPhysicalZones', [subscription, location, zones]),

  // Scopes
  '#managementGroup':: 'The management group that is deployed to.',
  managementGroup():: '[managementGroup()]',
  '#resourceGroup':: 'The resource group that is deployed to.',
  resourceGroup():: '[resourceGroup()]',
  '#subscription':: 'The subscription that is deployed to.',
  subscription():: '[subscription()]',
  '#tenant':: 'The tenant that is deployed to.',
  tenant():: '[tenant()]',

  // Texts
  '#base64':: 'The text in base 64.',
  base64(text):: call('base64', [text]),
  '#base64ToJson':: 'The value whose JSON text this is in base 64.',
  base64ToJson(text):: call('base64ToJson', [text]),
  '#base64ToString':: 'The text that this is in base 64.',
  base64ToString(text):: call('base64ToString', [text]),
  '#buildUri':: 'The URI of an object of its parts.',
  buildUri(parts):: call('buildUri', [parts]),
  '#dataUri':: 'The text as a data URI.',
  dataUri(text):: call('dataUri', [text]),
  '#dataUriToString':: 'The text of a data URI.',
  dataUriToString(uri):: call('dataUriToString', [uri]),
  '#endsWith':: 'Whether a text ends with another, in any case.',
  endsWith(text, find):: call('endsWith', [text, find]),
  '#format':: 'A .NET format, `{0}`, with the arguments that follow.',
  format(format, a=absent, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent, i=absent, j=absent)::
    variadic('format', [format, a, b, c, d, e, f, g, h, i, j]),
  '#guid':: 'The same UUID each time for the same texts.',
  guid(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('guid', [a, b, c, d, e, f, g, h]),
  '#join':: 'The elements of an array as one text, with a delimiter between them.',
  join(array, delimiter):: call('join', [array, delimiter]),
  '#json':: 'The value whose JSON text this is.',
  json(text):: call('json', [text]),
  '#like':: 'Whether a text matches a pattern with `*` and `?`.',
  like(text, pattern):: call('like', [text, pattern]),
  '#newGuid':: 'A UUID that is new each time; in the default of a parameter only.',
  newGuid():: '[newGuid()]',
  '#padLeft':: 'The text made as long as this by characters in front, spaces by default.',
  padLeft(value, length, character=absent):: call('padLeft', [value, length, character]),
  '#parseUri':: 'The parts of a URI.',
  parseUri(uri):: call('parseUri', [uri]),
  '#replace':: 'The text with all places of one text replaced by another.',
  replace(text, old, new):: call('replace', [text, old, new]),
  '#split':: 'The array of the parts between the delimiters.',
  split(text, delimiter):: call('split', [text, delimiter]),
  '#startsWith':: 'Whether a text starts with another, in any case.',
  startsWith(text, find):: call('startsWith', [text, find]),
  '#string':: 'The value as a text; JSON for arrays and objects.',
  string(value):: call('string', [value]),
  '#substring':: 'The part of a text from a place on, at most so long.',
  substring(text, start, length=absent):: call('substring', [text, start, length]),
  '#toLower':: 'The text in lower case.',
  toLower(text):: call('toLower', [text]),
  '#toUpper':: 'The text in upper case.',
  toUpper(text):: call('toUpper', [text]),
  '#trim':: 'The text without white space at both ends.',
  trim(text):: call('trim', [text]),
  '#uniqueString':: '13 characters that are the same each time for the same texts.',
  uniqueString(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('uniqueString', [a, b, c, d, e, f, g, h]),
  '#uri':: 'A relative URI resolved against a base.',
  uri(base, relative):: call('uri', [base, relative]),
  '#uriComponent':: 'The text with what a URI cannot hold percent-encoded.',
  uriComponent(text):: call('uriComponent', [text]),
  '#uriComponentToString':: 'The text of a percent-encoded one.',
  uriComponentToString(text):: call('uriComponentToString', [text]),

  // Not a function of ARM: access to a member of what a function gives.
  '#prop':: "Access to a member, as [arm.prop](#armprop): `fn.prop(fn.resourceGroup(), 'location')`.",
  prop(value, path):: (import 'prop.libsonnet').prop(value, path),
}
