// Ids of resources, as the expressions that give them: `[resourceId('TYPE', 'NAME')]` and its kin.
local expression = import 'expression.libsonnet';

local encode = expression.encode;
local isExpression = expression.isExpression;

// Types that do not live in a resource group, and the function that gives their id.
local rootedFunctions = {
  'microsoft.resources/resourcegroups': 'subscriptionResourceId',
  'microsoft.management/managementgroups': 'tenantResourceId',
  'microsoft.subscription/aliases': 'tenantResourceId',
  'microsoft.resources/subscriptions': 'tenantResourceId',
};

local segmentCount(type) = std.length(std.findSubstr('/', type));

local segmentsOfLiteral(type, name) =
  local names = std.split(name, '/');
  local expected = segmentCount(type);
  if std.length(names) == expected then names
  else error 'resource ' + type + ' needs a name of ' + expected + ' segment' + (if expected == 1 then '' else 's')
             + ", 'a/b' for 'Namespace/as/bs', not '" + name + "'";

// The texts, literal or expression, that the name of a resource is made of: its ancestors' and its own.
local nameParts(resource) =
  if '$parent' in resource then nameParts(resource['$parent']) + [resource['$segment']] else [resource.name];

// One expression for name parts joined by slashes; neighbouring literals become one.
local joinParts(parts) =
  if std.all([!isExpression(part) for part in parts]) then std.join('/', parts)
  else
    local add(pieces, part) =
      local last = std.length(pieces) - 1;
      if isExpression(part) then pieces[:last] + [pieces[last] + '/', part, '']
      else pieces[:last] + [pieces[last] + '/' + part];
    local first = if isExpression(parts[0]) then ['', parts[0], ''] else [parts[0]];
    expression.call('concat', [piece for piece in std.foldl(add, parts[1:], first) if piece != '']);

// The names in a resource's id, one for each segment of its type after the namespace.
local segments(resource) =
  local name = resource.name;
  if std.type(name) != 'string' then error 'resource ' + resource.type + ': its name is a ' + std.type(name) + ', not a text'
  else if !isExpression(name) then
    local type = resource.type;
    if std.length(std.findSubstr('/', name)) == 0 && segmentCount(type) == 1 then [name] else segmentsOfLiteral(type, name)
  else
    local count = segmentCount(resource.type);
    local parts = if '$parent' in resource then nameParts(resource) else [name];
    if std.length(parts) == count && (count == 1 || joinParts(parts) == name) then parts
    else ['[split(' + expression.body(name) + ", '/')[" + i + ']]' for i in std.range(0, count - 1)];

local scopeOf(resource) =
  if '$scope' in resource then resource['$scope']
  else if '$parent' in resource then scopeOf(resource['$parent'])
  else if 'scope' in resource && resource.type != 'Microsoft.Resources/deployments' then
    (import 'scope.libsonnet').parse(resource.scope);

local call(name, before, type, names) =
  '[' + name + '(' + before + expression.quote(type) + ', ' + expression.encodeAll(names) + ')]';

local optional(value) = if value == null then '' else encode(value) + ', ';

local inScope(scope, type, names) =
  local kind = scope.kind;
  if kind == 'resourceGroup' then
    if scope.name == null then call('resourceId', '', type, names)
    else call('resourceId', optional(scope.subscription) + encode(scope.name) + ', ', type, names)
  else if kind == 'subscription' then call('subscriptionResourceId', optional(scope.subscription), type, names)
  else if kind == 'tenant' then call('tenantResourceId', '', type, names)
  else call('extensionResourceId', encode(scope.id) + ', ', type, names);

local resourceId(type, names, scope=null) =
  if scope != null then inScope(scope, type, names)
  else call(std.get(rootedFunctions, std.asciiLower(type), 'resourceId'), '', type, names);

// The id of a resource object, ours or hand-written.
local of(resource) = resourceId(resource.type, segments(resource), scopeOf(resource));

// The id that dependsOn and reference() take; for a placed module that is its deployment's.
local deployedId(resource) =
  if '$deployment' in resource || !('id' in resource) then of(resource) else resource.id;

{
  of:: of,
  deployedId:: deployedId,
  resourceId:: resourceId,
  segments:: segments,
  nameParts:: nameParts,
  joinParts:: joinParts,
  scopeOf:: scopeOf,
}
