// The type that an ARM expression gives, as far as its text tells.
local expression = import 'expression.libsonnet';

local results = {
  array: [
    'array',
    'createArray',
    'filter',
    'flatten',
    'items',
    'map',
    'objectKeys',
    'pickZones',
    'range',
    'references',
    'skip',
    'sort',
    'split',
    'toLogicalZones',
    'toPhysicalZones',
  ],
  bool: [
    'and',
    'bool',
    'contains',
    'empty',
    'endsWith',
    'equals',
    'false',
    'greater',
    'greaterOrEquals',
    'less',
    'lessOrEquals',
    'not',
    'or',
    'startsWith',
    'true',
  ],
  int: [
    'add',
    'copyIndex',
    'dateTimeToEpoch',
    'div',
    'indexOf',
    'int',
    'lastIndexOf',
    'length',
    'max',
    'min',
    'mod',
    'mul',
    'sub',
  ],
  object: [
    'createObject',
    'deployer',
    'deployment',
    'environment',
    'groupBy',
    'managementGroup',
    'mapValues',
    'parseCidr',
    'parseUri',
    'reference',
    'resourceGroup',
    'shallowMerge',
    'subscription',
    'tenant',
    'toObject',
  ],
};

local types = { [name]: type for type in std.objectFields(results) for name in results[type] };

// Names of functions are the same in any case; most are written as in the list.
local typeOfCall(name) =
  if name in types then types[name]
  else
    local same = [types[known] for known in std.objectFields(types) if std.equalsIgnoreCase(known, name)];
    if same == [] then 'string' else same[0];

// The expression without what stands in its quotes: brackets and dots that are left are the expression's own.
local structure(text) =
  local pieces = std.split(text, "'");
  std.join('', [pieces[2 * i] for i in std.range(0, std.floor((std.length(pieces) - 1) / 2))]);

// Whether the bracket that opens first is closed by the last character, so that the whole is one call: no bracket before
// the last is closed without another one that is open.
local isOneCall(structure) =
  local characters = std.stringChars(structure);
  local places(bracket) = [i for i in std.range(0, std.length(structure) - 1) if characters[i] == bracket];
  local opened = places('(');
  local closed = places(')');
  local last = std.length(closed) - 1;
  last >= 0 && closed[last] == std.length(structure) - 1 && std.all([opened[i + 1] < closed[i] for i in std.range(0, last - 1)]);

local isSecretCall(structure) = std.strReplace(structure, 'list', '') != structure && std.any([
  std.startsWith(call, 'list')
  for call in std.split(std.strReplace(std.strReplace(structure, '(', ' '), ',', ' '), ' ')
]);

{
  // What is not known is taken for a string, the usual result of a reference.
  of(text)::
    local inner = structure(expression.body(text));
    local name = std.split(inner, '(')[0];
    local single = isOneCall(inner);
    local type = if single then typeOfCall(name) else 'string';
    if !isSecretCall(inner) then type
    else if type == 'object' || (single && std.startsWith(name, 'list')) then 'secureobject'
    else if type == 'string' then 'securestring'
    else type,
}
