// Role assignments, and the parameter `roleAssignments`.
local arm = import 'arm.libsonnet';
local fn = arm.fn;
local parameter = import 'parameter.libsonnet';
local roles = import 'roles.libsonnet';

local isExpression(text) = std.startsWith(text, '[') && !std.startsWith(text, '[[');

local definitionId(role) =
  if std.startsWith(role, '/') || isExpression(role) then role
  else fn.subscriptionResourceId('Microsoft.Authorization/roleDefinitions', std.get(roles, role, role));

// A name must be known before anything is deployed, so a principal that is only known then is told by its expression.
local told(principalId) =
  if isExpression(principalId) then arm.literal(std.substr(principalId, 1, std.length(principalId) - 2)) else principalId;

{
  // entry: { role, principalId, principalType, description, condition }. The same entry always makes the same name.
  roleAssignment(resource, entry)::
    local role = definitionId(entry.role);
    local given = { principalType: null, description: null, condition: null } + entry;
    local type =
      if given.principalType == null && isExpression(entry.principalId) then 'ServicePrincipal' else given.principalType;
    resource.extension(
      'Microsoft.Authorization/roleAssignments', '2022-04-01', fn.guid(resource.id, told(entry.principalId), role)
    ) {
      properties: {
        roleDefinitionId: role,
        principalId: entry.principalId,
        [if type != null then 'principalType']: type,
        [if given.description != null then 'description']: given.description,
        [if given.condition != null then 'condition']: given.condition,
        [if given.condition != null then 'conditionVersion']: '2.0',
      },
    },

  part:: {
    local module = self,
    parameterMetadata+:: { roleAssignments: parameter.roleAssignments },
    roleAssignments:: [$.roleAssignment(module[module.anchor], entry) for entry in module.arguments.roleAssignments],
  },
}
