// A bastion, and the network that it leads into.
local arm = import 'arm.libsonnet';

arm.Module {
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { AzureBastionSubnet: { addressPrefix: '10.0.0.0/26' } },
    },
  },

  bastion:: (import 'network/bastion-host/main.jsonnet') {
    parameters:: { name: 'bas-example', subnet: $.network.subnetIds.AzureBastionSubnet },
  },

  id:: $.bastion.id,
  outputs: $.bastion.outputs,
}
