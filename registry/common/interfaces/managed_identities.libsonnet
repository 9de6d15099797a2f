// The parameter `managedIdentities`.
local arm = import 'arm.libsonnet';

{
  // Replaced by interfaces.managedIdentities.
  systemAssignedByDefault:: false,

  parameterMetadata+:: {
    managedIdentities: {
      type: 'object',
      description: 'Identities that the resource signs in to other services with',
      properties: {
        systemAssigned: {
          type: 'bool',
          description: 'One that lives and dies with the resource; %s' % $.systemAssignedByDefault,
        },
        userAssigned: {
          type: 'array',
          items: { type: 'resourceId' },
          description: 'User-assigned ones: ids, resources or modules',
        },
      },
      additionalProperties: false,
      defaultValue: {},
      examples: [{ systemAssigned: !$.systemAssignedByDefault }],
    },
  },

  local given = $.arguments.managedIdentities,
  hasSystemAssigned:: std.get(given, 'systemAssigned', $.systemAssignedByDefault),
  local userAssigned = std.get(given, 'userAssigned', []),
  local types = (if $.hasSystemAssigned then ['SystemAssigned'] else []) + (if userAssigned != [] then ['UserAssigned'] else []),

  anchorBody+:: {
    [if types != [] then 'identity']: {
      type: std.join(', ', types),
      [if userAssigned != [] then 'userAssignedIdentities']: { [id]: {} for id in userAssigned },
    },
  },

  outputs+: {
    [if $.hasSystemAssigned then 'principalId']: arm.output($[$.anchor].ref('identity.principalId', full=true)),
  },
}
