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

// Doc comments and marks.
local isAside(name) = name != '' && (name[0] == '#' || name[0] == '$');

// A template of its own would lose what its resources use.
local inlined(module) =
  local lost = if '$schema' in module then [
    section
    for section in ['parameters', 'variables', 'functions', 'definitions']
    if section in module && std.length(module[section]) > 0
  ] else [];
  if lost != [] then
    error 'a template with ' + lost[0] + ' of its own is placed with arm.nested(template, name): its resources use them'
  else [resource for resource in module.resources if resource != null];

// Put in front of an object, these tell what it has: the operator `in` lists all fields of the object, each time.
local absent = { '$arm':: null, '$schema':: null, type:: null, apiVersion:: null, name:: null, resources:: null };

local isText(value) = std.type(value) == 'string';

// find: the function below, for the values of a map.
local foundInPlain(object, find) =
  local probe = absent + object;
  if isText(probe.type) && isText(probe.apiVersion) then
    if probe.name == null then error 'a resource of type ' + object.type + ' has no name' else [object]
  else if std.type(probe.resources) == 'array' then inlined(object)
  else if probe['$schema'] != null && std.type(probe.resources) == 'object' then
    error 'a template with symbolic names is placed with arm.nested(template, name)'
  else std.flatMap(function(name) if isAside(name) then [] else find(object[name]), std.objectFieldsAll(object));

local found(value) =
  local type = std.type(value);
  if type == 'object' then
    local kind = (absent + value)['$arm'];
    if kind == 'resource' then [value]
    else if kind == 'module' then value.resources
    else if kind != null then []
    else foundInPlain(value, found)
  else if type == 'array' then std.flatMap(found, value)
  else [];

local haveRepeats(sorted) = std.length([1 for i in std.range(1, std.length(sorted) - 1) if sorted[i] == sorted[i - 1]]) > 0;

local identity(resource) = resource.type + ' ' + resource.name + ' ' + ({ scope:: '' } + resource).scope;

// The places of all resources but those that follow an equal one with the same identity, first to last.
local firstPlaces(resources) =
  local last = std.length(resources) - 1;
  local identities = [identity(resource) for resource in resources];
  local order = std.sort(std.range(0, last), function(i) identities[i]);
  local isStart(k) = k == 0 || identities[order[k]] != identities[order[k - 1]];
  local starts = [k for k in std.range(0, last) if isStart(k)] + [last + 1];
  std.sort([
    order[k]
    for g in std.range(0, std.length(starts) - 2)
    for k in std.range(starts[g], starts[g + 1] - 1)
    if !std.member([resources[order[j]] == resources[order[k]] for j in std.range(starts[g], k - 1)], true)
  ]);

// Resources without those that are there already: a field may be another name for a resource, or hold some of those of
// another field. Resources that have the same identity and differ are left for the compiler to report. Names are looked at
// first, since in most modules no two are equal.
{
  // What is found in the fields of a module, which come in the order of their names, whether hidden or not; arrays keep
  // their order. These are fields and no locals, because the engine keeps the value of a field.
  search(module):: {
    names:: [name for name in std.objectFieldsAll(module) if !(isAside(name) || name in reserved)],
    inFields:: [found(module[name]) for name in self.names],
    all:: std.flatMap(function(resources) resources, self.inFields),
    // The places of those to keep; null when it is all.
    kept:: if haveRepeats(std.sort([resource.name for resource in self.all])) then firstPlaces(self.all),
    resources:: if self.kept == null then self.all else [self.all[i] for i in self.kept],
    // How many are in each of the fields.
    counts:: [std.length(resources) for resources in self.inFields],
  },

  of(module):: self.search(module).resources,
}
