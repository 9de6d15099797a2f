// A hub network and one spoke for each entry of a list, each peered with the hub in both directions.
local arm = import 'arm.libsonnet';
local network = import 'network.libsonnet';

arm.Module {
  parameterMetadata:: {
    prefix: { type: 'string', defaultValue: 'corp', maxLength: 20, description: 'Start of every name' },
    location: { type: 'string', defaultValue: '[resourceGroup().location]', description: 'Azure region' },
    hub: {
      type: 'object',
      defaultValue: { addressPrefix: '10.0.0.0/22', firewallAddress: '10.0.0.4' },
      properties: {
        addressPrefix: { type: 'string', format: 'cidr' },
        firewallAddress: { type: 'string', format: 'ipv4' },
      },
      required: ['addressPrefix', 'firewallAddress'],
      additionalProperties: false,
      description: 'Address space of the hub, and the address that its firewall will have',
    },
    spokes: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 20 },
          addressPrefix: { type: 'string', format: 'cidr' },
          subnets: { type: 'object', description: 'Name to CIDR block' },
        },
        required: ['name', 'addressPrefix'],
      },
      description: 'The spokes',
    },
  },

  local vnetName(name) = $.arguments.prefix + '-' + name + '-vnet',

  hub:: network.virtualNetwork(
    vnetName('hub'),
    $.arguments.location,
    $.arguments.hub.addressPrefix,
    { AzureFirewallSubnet: arm.native.cidrSubnet($.arguments.hub.addressPrefix, 26, 0) },  // the rest is for gateways and others
  ),

  routes:: network.defaultRoute($.arguments.prefix + '-spokes-rt', $.arguments.location, $.arguments.hub.firewallAddress),

  spokes:: {
    [spoke.name]: {
      network:: network.virtualNetwork(
        vnetName(spoke.name), $.arguments.location, spoke.addressPrefix, std.get(spoke, 'subnets', { default: spoke.addressPrefix })
      ) {
        properties+: { subnets: [subnet { properties+: { routeTable: { id: $.routes.id } } } for subnet in super.subnets] },
      },
      vnet: self.network,
      toHub: network.peering(self.network, $.hub, { useRemoteGateways: false }),
      fromHub: network.peering($.hub, self.network, { allowGatewayTransit: true }),
    }
    for spoke in $.arguments.spokes
  },

  id:: $.hub.id,

  outputs: {
    hubId: arm.output($.hub.id),
    spokeIds: arm.output({ [name]: $.spokes[name].vnet.id for name in std.objectFields($.spokes) }),
  },
}
