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

local resourceGroup(name=null, subscription=null) = scope('resourceGroup', {
  name:: name,
  subscription:: subscription,
  id:: if name == null then '[resourceGroup().id]'
  else expression.call(
    'subscriptionResourceId',
    (if subscription == null then [] else [subscription]) + ['Microsoft.Resources/resourceGroups', name],
  ),
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

local ofExpression(text) = {
  '[resourceGroup().id]': resourceGroup(),
  '[subscription().id]': subscription(),
  '[managementGroup().id]': managementGroup(),
};

local ofText(text) =
  if expression.isExpression(text) then std.get(ofExpression(text), text, resource(text))
  else if std.member(text, '/') then ofLiteralId(text)
  else resourceGroup(text);

local ofFields(object) =
  local field(name) = std.get(object, name);
  local subscriptionId = std.get(object, 'subscriptionId', field('subscription'));
  if field('resourceGroup') != null then resourceGroup(object.resourceGroup, subscriptionId)
  else if subscriptionId != null then subscription(subscriptionId)
  else if field('managementGroup') != null then managementGroup(object.managementGroup)
  else if 'id' in object then ofText(object.id)
  else error 'a scope is a resource, an arm.scope, an id, or the name of a resource group; an object needs a field '
             + 'resourceGroup, subscriptionId or managementGroup';

local parse(value) =
  local type = std.type(value);
  if type == 'null' then null
  else if type == 'string' then ofText(value)
  else if type == 'object' then if '$arm' in value then ofHandle(value) else ofFields(value)
  else error 'a scope is a resource, an arm.scope, an id, or the name of a resource group, not a ' + type;

{
  '#':: |||
    A scope may be given as one of these; as a resource (a resource group, subscription or management group is itself a
    scope, any other is what an extension extends); as an id; or as the name of a resource group.
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

  // A scope from whatever stands for one: see the functions that take scopes.
  parse:: parse,
}
