// A private DNS zone, and the networks that look names up in it.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.GlobalModule {
  local args = $.arguments,

  parameterMetadata+:: {
    name: {
      type: 'string',
      description: 'Name of the zone, of two parts or more, such as privatelink.vaultcore.azure.net',
      minLength: 1,
      maxLength: 254,
      pattern: '^[a-zA-Z0-9_-]{1,63}([.][a-zA-Z0-9_-]{1,63}){1,33}$',
      examples: ['internal.example.com'],
    },
    virtualNetworks: {
      type: 'object',
      description: 'Name of a link to the network that it links',
      additionalProperties: { type: 'resourceId', description: 'Virtual network' },
      defaultValue: {},
      examples: [{ hub: interfaces.parameter.exampleId('Microsoft.Network/virtualNetworks', 'hub') }],
    },
    aRecords: {
      type: 'object',
      description: 'Name in the zone to its IPv4 addresses',
      additionalProperties: { type: 'array', items: { type: 'string', format: 'ipv4' }, minLength: 1 },
      defaultValue: {},
      examples: [{ api: ['10.0.1.4'] }],
    },
  },

  zone:: $.Anchor('Microsoft.Network/privateDnsZones', '2024-06-01'),

  links:: {
    [name]: $.zone.child('virtualNetworkLinks', name) + $.body {
      properties: { virtualNetwork: { id: args.virtualNetworks[name] }, registrationEnabled: false },
    }
    for name in std.objectFields(args.virtualNetworks)
  },

  aRecords:: {
    [name]: $.zone.child('A', name) {
      properties: { ttl: 3600, aRecords: [{ ipv4Address: address } for address in args.aRecords[name]] },
    }
    for name in std.objectFields(args.aRecords)
  },

  anchor:: 'zone',
}
