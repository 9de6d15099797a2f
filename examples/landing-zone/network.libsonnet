// A virtual network with a network security group on its one subnet.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', defaultValue: 'vnet' },
    location: { type: 'string' },
    addressPrefix: { type: 'string', defaultValue: '10.0.0.0/16', format: 'cidr' },
  },

  securityGroup:: arm.Resource('Microsoft.Network/networkSecurityGroups', '2024-05-01') {
    name: $.arguments.name + '-nsg',
    location: $.arguments.location,
    properties: { securityRules: [] },
  },

  vnet:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') {
    name: $.arguments.name,
    location: $.arguments.location,
    properties: {
      addressSpace: { addressPrefixes: [$.arguments.addressPrefix] },
      subnets: [{
        name: 'default',
        properties: { addressPrefix: $.arguments.addressPrefix, networkSecurityGroup: { id: $.securityGroup.id } },
      }],
    },
  },

  id:: $.vnet.id,
  outputs: { id: arm.output($.vnet.id) },
}
