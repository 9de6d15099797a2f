// Ids of resources, as the expressions that give them: `[resourceId('TYPE', 'NAME')]` and its kin.
local expression = import 'expression.libsonnet';

local encode = expression.encode;
local isExpression = expression.isExpression;

// The function that gives the id of a resource of a type; most live in a resource group. (Lower-casing every type would
// cost ten times more than all else here.)
local functionOf(type) =
  local length = std.length(type);
  if length == 34 && std.equalsIgnoreCase(type, 'Microsoft.Resources/resourceGroups') then 'subscriptionResourceId'
  else if length == 37 && std.equalsIgnoreCase(type, 'Microsoft.Management/managementGroups')
          || length == 33 && std.equalsIgnoreCase(type, 'Microsoft.Resources/subscriptions')
          || length == 30 && std.equalsIgnoreCase(type, 'Microsoft.Subscription/aliases') then 'tenantResourceId'
  else 'resourceId';

local slashes(text) = std.length(text) - std.length(std.strReplace(text, '/', ''));

local segmentsOfLiteral(type, name) =
  local names = std.split(name, '/');
  local expected = slashes(type);
  if std.length(names) == expected then names
  else error 'resource ' + type + ' needs a name of ' + expected + ' segment' + (if expected == 1 then '' else 's')
             + ", 'a/b' for 'Namespace/as/bs', not '" + name + "'";

// The texts, literal or expression, that the name of a resource is made of: its ancestors' and its own.
local nameParts(resource) =
  if '$parent' in resource then nameParts(resource['$parent']) + [resource['$segment']] else [resource.name];

// The parts with a slash between them, and neighbouring literals made one.
local merged(parts) = std.foldl(
  function(pieces, part)
    local last = std.length(pieces) - 1;
    local before = std.makeArray(last, function(i) pieces[i]) + [pieces[last] + '/'];
    if isExpression(part) then before + [part, ''] else std.makeArray(last, function(i) pieces[i]) + [pieces[last] + '/' + part],
  std.makeArray(std.length(parts) - 1, function(i) parts[i + 1]),
  if isExpression(parts[0]) then ['', parts[0], ''] else [parts[0]],
);

// One text for name parts joined by slashes.
local joinParts(parts) =
  if std.member([isExpression(part) for part in parts], true) then
    expression.call('concat', [piece for piece in merged(parts) if piece != ''])
  else std.join('/', parts);

local segmentsOfExpression(resource, name) =
  local count = slashes(resource.type);
  local parts = if '$parent' in resource then nameParts(resource) else [name];
  // A name that was replaced no longer says what its parts are.
  if std.length(parts) == count && (count == 1 || joinParts(parts) == name) then parts
  else ['[split(' + expression.body(name) + ", '/')[" + i + ']]' for i in std.range(0, count - 1)];

// The names in a resource's id, one for each segment of its type after the namespace.
local segments(resource) =
  local name = resource.name;
  if std.type(name) != 'string' then error 'resource ' + resource.type + ': its name is a ' + std.type(name) + ', not a text'
  else if isExpression(name) then segmentsOfExpression(resource, name)
  else if !std.member(name, '/') && slashes(resource.type) == 1 then [name]
  else segmentsOfLiteral(resource.type, name);

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
    // resourceId('group', …) would do in a resource group, but takes the group for a subscription in a template for one.
    if scope.name == null then call('resourceId', '', type, names)
    else call('extensionResourceId', encode(scope.id) + ', ', type, names)
  else if kind == 'subscription' then call('subscriptionResourceId', optional(scope.subscription), type, names)
  else if kind == 'tenant' then call('tenantResourceId', '', type, names)
  else call('extensionResourceId', encode(scope.id) + ', ', type, names);

local resourceId(type, names, scope=null) =
  if scope != null then inScope(scope, type, names)
  else call(functionOf(type), '', type, names);

// The id of a resource object, ours or hand-written.
local of(resource) = resourceId(resource.type, segments(resource), scopeOf(resource));

// Looked up more cheaply than by the operator `in`, which lists all fields.
local unscoped = { scope:: null };

// The same for a resource of ours that is no child, with the short way for the usual case, a name of one segment that is no
// expression. Whether the type has one segment too is left to the compiler, which looks at every name and type.
local ofPlain(resource) =
  local type = resource.type;
  local name = resource.name;
  if std.type(name) == 'string'
     && !std.member(name, '/')
     && (name < '[' || name >= '\\')
     && (unscoped + resource).scope == null
  then '[' + functionOf(type) + "('" + type + "', '" + std.strReplace(name, "'", "''") + "')]"
  else of(resource);

// The id that dependsOn and reference() take; for a placed module that is its deployment's.
local deployedId(resource) =
  if '$deployment' in resource || !('id' in resource) then of(resource) else resource.id;

{
  of:: of,
  ofPlain:: ofPlain,
  deployedId:: deployedId,
  resourceId:: resourceId,
  segments:: segments,
  nameParts:: nameParts,
  joinParts:: joinParts,
  scopeOf:: scopeOf,
}
