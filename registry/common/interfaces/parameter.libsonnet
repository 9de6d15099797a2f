// Metadata of parameters that many modules have.
local roles = import 'roles.libsonnet';

local isUuid(text) = std.length(text) == 36 && std.map(std.length, std.split(text, '-')) == [8, 4, 4, 4, 12];

{
  // example: a name to start from in documentation and tests.
  name(example, minLength, maxLength, pattern, description='Name'):: {
    type: 'string',
    description: description,
    minLength: minLength,
    maxLength: maxLength,
    pattern: pattern,
    examples: [example],
  },

  // The name of a resource of Microsoft.Network.
  networkName(example):: $.name(example, 1, 80, '^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?$'),

  lock: {
    type: 'string',
    description: 'Keeps the resource from being deleted, or changed',
    allowedValues: ['CanNotDelete', 'ReadOnly'],
    nullable: true,
    defaultValue: null,
  },

  role: {
    type: 'string',
    description: 'Built-in role by its name, or any role by its UUID or id',
    validate(text):
      if text in roles || isUuid(text) || std.startsWith(text, '/') then true
      else 'no built-in role that is known here; give the UUID or the id of the role',
  },

  roleAssignments: {
    type: 'array',
    description: 'Who may do what with the resource',
    items: {
      type: 'object',
      properties: {
        role: $.role,
        principalId: { type: 'string', format: 'uuid', description: 'Object id of a user, a group or a service principal' },
        principalType: {
          type: 'string',
          allowedValues: ['ServicePrincipal', 'Group', 'User', 'ForeignGroup', 'Device'],
          description: 'What the principal is. When it is said, a principal that was just made is not looked up',
        },
        description: { type: 'string', description: 'Why' },
        condition: { type: 'string', description: 'Condition, in version 2.0 of their language' },
      },
      required: ['role', 'principalId'],
      additionalProperties: false,
    },
    defaultValue: [],
    examples: [[{ role: 'Reader', principalId: '00000000-0000-0000-0000-000000000001', principalType: 'Group' }]],
  },

  publicNetworkAccess: {
    type: 'string',
    description: 'Whether public networks are let in. If not, private endpoints are the only way',
    allowedValues: ['Disabled', 'Enabled'],
    defaultValue: 'Disabled',
  },

  zones: {
    type: 'array',
    description: 'Availability zones; `[]` in regions without zones',
    items: { type: 'string', allowedValues: ['1', '2', '3'] },
    maxLength: 3,
    defaultValue: ['1', '2', '3'],
    examples: [[]],
  },

  subnet: { type: 'resourceId', description: 'Subnet: its id, or the resource' },

  // The ids of things that are not there, to start from in documentation and tests.
  exampleId(type, name)::
    '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/' + type + '/' + name,
  exampleSubnet:: $.exampleId('Microsoft.Network/virtualNetworks', 'vnet') + '/subnets/apps',
}
