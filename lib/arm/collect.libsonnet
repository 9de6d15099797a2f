// Finds the resources of a module in its fields.

local reserved = {
  [name]: true
  for name in [
    'parameters',
    'arguments',
    'parameterMetadata',
    'resources',
    'outputs',
    'id',
    'dependencies',
    'actions',
    'variables',
    'functions',
    'definitions',
    'metadata',
    'asserts',
  ]
};

local isReserved(name) = name in reserved || (name != '' && (name[0] == '#' || name[0] == '$'));

local isText(object, field) = field in object && std.type(object[field]) == 'string';

// A template of its own would lose what its resources use.
local inlined(module) =
  local lost = [
    section
    for section in ['parameters', 'variables', 'functions', 'definitions']
    if '$schema' in module && section in module && std.length(module[section]) > 0
  ];
  if std.length(lost) > 0 then
    error 'a template with ' + lost[0] + ' of its own is placed with arm.nested(template, name): its resources use them'
  else module.resources;

local found(value) =
  local type = std.type(value);
  if type == 'array' then std.flatMap(found, value)
  else if type != 'object' then []
  else if '$arm' in value then
    local kind = value['$arm'];
    if kind == 'resource' then [value] else if kind == 'module' then value.resources else []
  else if isText(value, 'type') && isText(value, 'apiVersion') then [value]
  else if 'resources' in value && std.type(value.resources) == 'array' then inlined(value)
  else std.flatMap(function(name) if isReserved(name) then [] else found(value[name]), std.objectFieldsAll(value));

// Resources without those that are there already: a field may be another name for a resource, or hold some of those of
// another field. Resources that have the same identity and differ are left for the compiler to report.
local identity(resource) =
  std.asciiLower(resource.type) + ' ' + (if 'name' in resource then resource.name else '')
  + (if 'scope' in resource then ' ' + resource.scope else '');

local repeated(identities) =
  local sorted = std.sort(identities);
  {
    [sorted[i]]: true
    for i in std.range(1, std.length(sorted) - 1)
    if sorted[i] == sorted[i - 1] && (i == 1 || sorted[i - 2] != sorted[i])
  };

local withoutRepeats(resources) =
  local identities = [identity(resource) for resource in resources];
  local twice = repeated(identities);
  if std.length(twice) == 0 then resources
  else
    local places = { [name]: [i for i in std.range(0, std.length(resources) - 1) if identities[i] == name] for name in std.objectFields(twice) };
    local isRepeat(i) = std.any([j < i && resources[j] == resources[i] for j in places[identities[i]]]);
    [resources[i] for i in std.range(0, std.length(resources) - 1) if !(identities[i] in twice) || !isRepeat(i)];

{
  // The fields of a module come in the order of their names, whether hidden or not; arrays keep their order.
  of(module)::
    withoutRepeats(std.flatMap(
      function(name) if isReserved(name) then [] else found(module[name]),
      std.objectFieldsAll(module),
    )),
}
