// Deployed to a subscription: makes a resource group for each entry, and fills it with a module of its own.
local arm = import 'arm.libsonnet';

local modules = {
  network: import 'network.libsonnet',
  logs: import 'logs.libsonnet',
};

arm.Module {
  parameterMetadata:: {
    location: { type: 'string', defaultValue: 'westeurope', description: 'Region of the groups' },
    groups: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: {
          module: { type: 'string', allowedValues: std.objectFields(modules) },
          parameters: { type: 'object' },
          tags: { type: 'object' },
        },
        required: ['module'],
        additionalProperties: false,
      },
      description: 'Name of a group to the module that fills it, with its parameters',
    },
  },

  groups:: {
    [name]: arm.Resource('Microsoft.Resources/resourceGroups', '2024-03-01') {
      name: name,
      location: $.arguments.location,
      tags: std.get($.arguments.groups[name], 'tags', {}),
    }
    for name in std.objectFields($.arguments.groups)
  },

  contents:: {
    [name]: arm.nested(
      modules[$.arguments.groups[name].module] {
        parameters:: { location: $.arguments.location } + std.get($.arguments.groups[name], 'parameters', {}),
      },
      name='fill-' + name,
      scope=$.groups[name],
    )
    for name in std.objectFields($.arguments.groups)
  },

  outputs: {
    ['%s-id' % name]: arm.output($.contents[name].outputs.id.value)
    for name in std.objectFields($.arguments.groups)
  },
}
