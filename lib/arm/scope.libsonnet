// Scopes: where a resource or a deployment goes. A scope is `{ kind, id }`, with `name` and `subscription` where the
// kind has them; null stands for the scope that the template is deployed to.
local d = import 'doc.libsonnet';
local expression = import 'expression.libsonnet';

local scope(kind, fields) = { '$arm':: 'scope', kind:: kind } + fields;

local subscription(subscription=null) = scope('subscription', {
  subscription:: subscription,
  id:: if subscription == null then '[subscription().id]'
  else if expression.isExpression(subscription) then expression.call('concat', ['/subscriptions/', subscription])
  else '/subscriptions/' + subscription,
});

// subscriptionResourceId would put /providers/Microsoft.Resources before the name, which ids in a group do not have.
local resourceGroup(name=null, subscription=null) = scope('resourceGroup', {
  name:: name,
  subscription:: subscription,
  id:: if name == null then '[resourceGroup().id]'
  else expression.call('format', [
    '/subscriptions/{0}/resourceGroups/{1}',
    if subscription == null then '[subscription().subscriptionId]' else subscription,
    name,
  ]),
});

local managementGroup(name=null) = scope('managementGroup', {
  name:: name,
  id:: if name == null then '[managementGroup().id]'
  else expression.call('tenantResourceId', ['Microsoft.Management/managementGroups', name]),
});

local tenant() = scope('tenant', { id:: '/' });

local resource(id) = scope('resource', { id:: id });

local kindsOfTypes = {
  'microsoft.resources/resourcegroups': function(handle) resourceGroup(
    handle.name,
    local outer = if '$scope' in handle then handle['$scope'];
    if outer == null then null else outer.subscription,
  ),
  'microsoft.resources/subscriptions': function(handle) subscription(handle.name),
  'microsoft.management/managementgroups': function(handle) managementGroup(handle.name),
};

local ofHandle(handle) =
  local kind = handle['$arm'];
  if kind == 'scope' then handle
  else if kind == 'module' then resource(handle.id)
  else
    local known = std.get(kindsOfTypes, std.asciiLower(handle.type));
    if known == null then resource(handle.id) else known(handle);

local ofLiteralId(text) =
  local parts = std.split(text, '/');
  local count = std.length(parts);
  local isAt(index, word) = count > index && std.asciiLower(parts[index]) == word;
  if text == '/' then tenant()
  else if isAt(1, 'subscriptions') && count == 3 then subscription(parts[2])
  else if isAt(1, 'subscriptions') && isAt(3, 'resourcegroups') && count == 5 then resourceGroup(parts[4], parts[2])
  else if isAt(2, 'microsoft.management') && isAt(3, 'managementgroups') && count == 5 then managementGroup(parts[4])
  else resource(text);

local current = {
  '[resourceGroup().id]': resourceGroup(),
  '[subscription().id]': subscription(),
  '[managementGroup().id]': managementGroup(),
};

// The last argument of a call that starts with *start*: a literal, or an expression.
local lastArgument(text, start) =
  local argument = std.substr(text, std.length(start), std.length(text) - std.length(start) - 2);
  if std.startsWith(argument, "'") && std.length(std.strReplace(argument, "'", '')) == std.length(argument) - 2 then
    std.strReplace(argument, "'", '')
  else '[' + argument + ']';

local groupCall = "[subscriptionResourceId('Microsoft.Resources/resourceGroups', ";
local groupFormat = "[format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, ";
local managementGroupCall = "[tenantResourceId('Microsoft.Management/managementGroups', ";

// other: the scope of an expression that tells nothing by its text.
local ofExpression(text, other) =
  if text in current then current[text]
  else if std.startsWith(text, groupCall) then resourceGroup(lastArgument(text, groupCall))
  else if std.startsWith(text, groupFormat) then resourceGroup(lastArgument(text, groupFormat))
  else if std.startsWith(text, managementGroupCall) then managementGroup(lastArgument(text, managementGroupCall))
  else if expression.givesId(text) then resource(text)
  else other(text);

local ofText(text, other) =
  if expression.isExpression(text) then ofExpression(text, other)
  else if std.member(text, '/') then ofLiteralId(text)
  else resourceGroup(text);

local ofFields(object) =
  local field(name) = std.get(object, name);
  local subscriptionId = std.get(object, 'subscriptionId', field('subscription'));
  if field('resourceGroup') != null then resourceGroup(object.resourceGroup, subscriptionId)
  else if subscriptionId != null then subscription(subscriptionId)
  else if field('managementGroup') != null then managementGroup(object.managementGroup)
  else if 'id' in object then ofText(object.id, resource)
  else error 'a scope is a resource, an arm.scope, an id, or the name of a resource group; an object needs a field '
             + 'resourceGroup, subscriptionId or managementGroup';

local read(value, other) =
  local type = std.type(value);
  if type == 'null' then null
  else if type == 'string' then ofText(value, other)
  else if type == 'object' then if '$arm' in value then ofHandle(value) else ofFields(value)
  else error 'a scope is a resource, an arm.scope, an id, or the name of a resource group, not a ' + type;

{
  '#':: |||
    A scope may be given as one of these; as a resource (a resource group, subscription or management group is itself a
    scope, any other is what an extension extends); as an id; or as the name of a resource group. An expression that does
    not look like an id is taken for one, but where a module is placed for the name of a resource group.
  |||,

  '#resourceGroup':: d.fn(
    'A resource group; without a name the one that is deployed to.',
    [d.arg('name', 'string', 'name', 'null'), d.arg('subscription', 'string', 'id of its subscription', 'null')],
  ),
  resourceGroup:: resourceGroup,

  '#subscription':: d.fn(
    'A subscription; without an id the one that is deployed to.',
    [d.arg('subscription', 'string', 'its id, a UUID', 'null')],
  ),
  subscription:: subscription,

  '#managementGroup':: d.fn(
    'A management group; without a name the one that is deployed to.',
    [d.arg('name', 'string', 'name', 'null')],
  ),
  managementGroup:: managementGroup,

  '#tenant':: d.fn('The tenant.'),
  tenant:: tenant,

  // The scope that a value stands for; an expression is taken for an id.
  parse(value):: read(value, resource),

  // The same for where a deployment goes: an expression is taken for the name of a resource group.
  parseTarget(value):: read(value, resourceGroup),
}
