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
  call(name, arguments=[]):: expression.call(name, arguments),

  // Arrays and objects
  array(value):: call('array', [value]),
  coalesce(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('coalesce', [a, b, c, d, e, f, g, h]),
  concat(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent, i=absent, j=absent, k=absent, l=absent)::
    variadic('concat', [a, b, c, d, e, f, g, h, i, j, k, l]),
  contains(container, value):: call('contains', [container, value]),
  createArray(a=[], b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('createArray', [a, b, c, d, e, f, g, h]),
  createObject(object={})::
    if std.type(object) == 'array' then expression.call('createObject', object)
    else expression.call('createObject', [part for key in std.objectFields(object) for part in [key, object[key]]]),
  empty(value):: call('empty', [value]),
  filter(array, lambda, body=null):: call('filter', [array, lambdas.of(lambda, item, body)]),
  first(value):: call('first', [value]),
  flatten(value):: call('flatten', [value]),
  groupBy(array, key, value=absent)::
    call('groupBy', [array, lambdas.of(key, item), if value == absent then absent else lambdas.of(value, item)]),
  indexFromEnd(array, index):: call('indexFromEnd', [array, index]),
  indexOf(value, find):: call('indexOf', [value, find]),
  intersection(a, b=absent, c=absent, d=absent, e=absent, f=absent):: variadic('intersection', [a, b, c, d, e, f]),
  items(object):: call('items', [object]),
  last(value):: call('last', [value]),
  lastIndexOf(value, find):: call('lastIndexOf', [value, find]),
  length(value):: call('length', [value]),
  map(array, lambda, body=null):: call('map', [array, lambdas.of(lambda, item, body)]),
  mapValues(object, lambda, body=null):: call('mapValues', [object, lambdas.of(lambda, ['value'], body)]),
  max(a, b=absent, c=absent, d=absent, e=absent, f=absent):: variadic('max', [a, b, c, d, e, f]),
  min(a, b=absent, c=absent, d=absent, e=absent, f=absent):: variadic('min', [a, b, c, d, e, f]),
  objectKeys(object):: call('objectKeys', [object]),
  range(start, count):: call('range', [start, count]),
  reduce(array, initial, lambda, body=null):: call('reduce', [array, initial, lambdas.of(lambda, ['total', 'item', 'index'], body)]),
  shallowMerge(objects):: call('shallowMerge', [objects]),
  skip(value, count):: call('skip', [value, count]),
  sort(array, lambda, body=null):: call('sort', [array, lambdas.of(lambda, ['left', 'right'], body)]),
  take(value, count):: call('take', [value, count]),
  toObject(array, key, value=absent)::
    call('toObject', [array, lambdas.of(key, item), if value == absent then absent else lambdas.of(value, item)]),
  tryGet(value, a, b=absent, c=absent, d=absent, e=absent, f=absent):: flat('tryGet', [value, a, b, c, d, e, f]),
  tryIndexFromEnd(array, index):: call('tryIndexFromEnd', [array, index]),
  union(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('union', [a, b, c, d, e, f, g, h]),

  // Lambdas
  lambda(names, body):: lambdas.named(names, body),
  lambdaVariables(name):: call('lambdaVariables', [name]),

  // CIDR blocks
  cidrHost(network, index):: call('cidrHost', [network, index]),
  cidrSubnet(network, cidr, index):: call('cidrSubnet', [network, cidr, index]),
  parseCidr(network):: call('parseCidr', [network]),

  // Comparison
  equals(a, b):: call('equals', [a, b]),
  greater(a, b):: call('greater', [a, b]),
  greaterOrEquals(a, b):: call('greaterOrEquals', [a, b]),
  less(a, b):: call('less', [a, b]),
  lessOrEquals(a, b):: call('lessOrEquals', [a, b]),

  // Logic
  and(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('and', [a, b, c, d, e, f, g, h]),
  bool(value):: call('bool', [value]),
  'false'():: '[false()]',
  falseValue:: self['false'],
  'if'(condition, then_, else_):: call('if', [condition, then_, else_]),
  when:: self['if'],
  not(value):: call('not', [value]),
  'null'():: '[null()]',
  nullValue:: self['null'],
  or(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('or', [a, b, c, d, e, f, g, h]),
  'true'():: '[true()]',
  trueValue:: self['true'],

  // Numbers
  add(a, b):: call('add', [a, b]),
  copyIndex(name=absent, offset=absent):: call('copyIndex', [name, offset]),
  div(a, b):: call('div', [a, b]),
  float(value):: call('float', [if std.type(value) == 'number' then std.toString(value) else value]),
  int(value):: call('int', [value]),
  mod(a, b):: call('mod', [a, b]),
  mul(a, b):: call('mul', [a, b]),
  sub(a, b):: call('sub', [a, b]),

  // Dates
  dateTimeAdd(base, duration, format=absent):: call('dateTimeAdd', [base, duration, format]),
  dateTimeFromEpoch(seconds):: call('dateTimeFromEpoch', [seconds]),
  dateTimeToEpoch(dateTime):: call('dateTimeToEpoch', [dateTime]),
  utcNow(format=absent):: call('utcNow', [format]),

  // The deployment
  deployer():: '[deployer()]',
  deployment():: '[deployment()]',
  environment():: '[environment()]',
  externalInput(kind, config=absent):: call('externalInput', [kind, config]),
  externalInputs(name):: call('externalInputs', [name]),
  fail(message):: call('fail', [message]),
  parameters(name):: call('parameters', [name]),
  variables(name):: call('variables', [name]),

  // Resources
  extensionResourceId(base, type, a, b=absent, c=absent, d=absent, e=absent):: flat('extensionResourceId', [base, type, a, b, c, d, e]),
  list(name, resource, apiVersion=absent, body=absent):: read(name, resource, apiVersion, [body]),
  listAccountSas(resource, apiVersion=absent, body=absent):: read('listAccountSas', resource, apiVersion, [body]),
  listAdminKeys(resource, apiVersion=absent, body=absent):: read('listAdminKeys', resource, apiVersion, [body]),
  listCallbackUrl(resource, apiVersion=absent, body=absent):: read('listCallbackUrl', resource, apiVersion, [body]),
  listClusterAdminCredential(resource, apiVersion=absent, body=absent):: read('listClusterAdminCredential', resource, apiVersion, [body]),
  listClusterUserCredential(resource, apiVersion=absent, body=absent):: read('listClusterUserCredential', resource, apiVersion, [body]),
  listConnectionStrings(resource, apiVersion=absent, body=absent):: read('listConnectionStrings', resource, apiVersion, [body]),
  listCredentials(resource, apiVersion=absent, body=absent):: read('listCredentials', resource, apiVersion, [body]),
  listKeys(resource, apiVersion=absent, body=absent):: read('listKeys', resource, apiVersion, [body]),
  listQueryKeys(resource, apiVersion=absent, body=absent):: read('listQueryKeys', resource, apiVersion, [body]),
  listSecrets(resource, apiVersion=absent, body=absent):: read('listSecrets', resource, apiVersion, [body]),
  listServiceSas(resource, apiVersion=absent, body=absent):: read('listServiceSas', resource, apiVersion, [body]),
  managementGroupResourceId(a, b, c=absent, d=absent, e=absent, f=absent):: flat('managementGroupResourceId', [a, b, c, d, e, f]),
  pickZones(namespace, type, location, count=absent, offset=absent):: call('pickZones', [namespace, type, location, count, offset]),
  providers(namespace, type=absent):: call('providers', [namespace, type]),
  reference(resource, apiVersion=absent, full=absent):: read('reference', resource, apiVersion, [if full == true then 'Full' else if full == false then absent else full]),
  references(symbol, full=absent):: call('references', [symbol, if full == true then 'Full' else if full == false then absent else full]),
  resourceId(a, b, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: flat('resourceId', [a, b, c, d, e, f, g, h]),
  roleDefinitions(name):: call('roleDefinitions', [name]),
  subscriptionResourceId(a, b, c=absent, d=absent, e=absent, f=absent):: flat('subscriptionResourceId', [a, b, c, d, e, f]),
  tenantResourceId(type, a, b=absent, c=absent, d=absent, e=absent):: flat('tenantResourceId', [type, a, b, c, d, e]),
  toLogicalZone(subscription, location, zone):: call('toLogicalZone', [subscription, location, zone]),
  toLogicalZones(subscription, location, zones):: call('toLogicalZones', [subscription, location, zones]),
  toPhysicalZone(subscription, location, zone):: call('toPhysicalZone', [subscription, location, zone]),
  toPhysicalZones(subscription, location, zones):: call('toPhysicalZones', [subscription, location, zones]),

  // Scopes
  managementGroup():: '[managementGroup()]',
  resourceGroup():: '[resourceGroup()]',
  subscription():: '[subscription()]',
  tenant():: '[tenant()]',

  // Texts
  base64(text):: call('base64', [text]),
  base64ToJson(text):: call('base64ToJson', [text]),
  base64ToString(text):: call('base64ToString', [text]),
  buildUri(parts):: call('buildUri', [parts]),
  dataUri(text):: call('dataUri', [text]),
  dataUriToString(uri):: call('dataUriToString', [uri]),
  endsWith(text, find):: call('endsWith', [text, find]),
  format(format, a=absent, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent, i=absent, j=absent)::
    variadic('format', [format, a, b, c, d, e, f, g, h, i, j]),
  guid(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('guid', [a, b, c, d, e, f, g, h]),
  join(array, delimiter):: call('join', [array, delimiter]),
  json(text):: call('json', [text]),
  newGuid():: '[newGuid()]',
  padLeft(value, length, character=absent):: call('padLeft', [value, length, character]),
  parseUri(uri):: call('parseUri', [uri]),
  replace(text, old, new):: call('replace', [text, old, new]),
  split(text, delimiter):: call('split', [text, delimiter]),
  startsWith(text, find):: call('startsWith', [text, find]),
  string(value):: call('string', [value]),
  substring(text, start, length=absent):: call('substring', [text, start, length]),
  toLower(text):: call('toLower', [text]),
  toUpper(text):: call('toUpper', [text]),
  trim(text):: call('trim', [text]),
  uniqueString(a, b=absent, c=absent, d=absent, e=absent, f=absent, g=absent, h=absent):: variadic('uniqueString', [a, b, c, d, e, f, g, h]),
  uri(base, relative):: call('uri', [base, relative]),
  uriComponent(text):: call('uriComponent', [text]),
  uriComponentToString(text):: call('uriComponentToString', [text]),

  // Not a function of ARM: access to a member of what a function gives.
  prop(value, path):: (import 'prop.libsonnet').prop(value, path),
}
