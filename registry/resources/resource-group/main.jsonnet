// A resource group, deployed to a subscription; modules can be placed in it.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

arm.Module {
  local args = $.arguments,

  parameterMetadata:: {
    name: interfaces.parameter.name('rg-example', 1, 90, '^[a-zA-Z0-9_.()-]*[a-zA-Z0-9_()-]$'),
    location: {
      type: 'string',
      description: 'Azure region of what is known of the group; resources may be elsewhere',
      defaultValue: '[deployment().location]',
    },
    tags: {
      type: 'object',
      description: 'Tags of the group; resources do not inherit them',
      additionalProperties: { type: 'string', maxLength: 256 },
      defaultValue: {},
      examples: [{ owner: 'payments' }],
    },
    lock: interfaces.parameter.lock { description: 'Keeps all that is in the group from being deleted, or changed' },
    roleAssignments: interfaces.parameter.roleAssignments { description: 'Who may do what with all that is in the group' },
  },

  group:: arm.Resource('Microsoft.Resources/resourceGroups', '2025-04-01') {
    name: args.name,
    location: args.location,
    [if args.tags != {} then 'tags']: args.tags,
  },

  // What extends the group is deployed to it. There it is the group that is deployed to.
  local here = { extension(type, apiVersion, name):: arm.Resource(type, apiVersion) { name: name }, id:: '[resourceGroup().id]' },
  // In a group that is locked nobody is given a role any more, so that comes before.
  local assignments = [interfaces.roleAssignment(here, entry) for entry in args.roleAssignments],
  extensions::
    if args.lock == null && args.roleAssignments == [] then null
    else arm.nested(
      {
        resources: assignments + (if args.lock == null then [] else [interfaces.lock(here, args.lock, assignments)]),
      },
      name=interfaces.suffixed(args.name, '-extensions'),
      scope=$.group,
    ),

  id:: $.group.id,
  outputs: { id: arm.output($.id), name: arm.output(args.name), location: arm.output(args.location) },
}
