// A bastion that records sessions and logs who came.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { AzureBastionSubnet: { addressPrefix: '10.0.0.0/26' } },
    },
  },

  bastion:: (import 'network/bastion-host/main.jsonnet') {
    parameters:: {
      name: 'bas-example',
      subnet: $.network.subnetIds.AzureBastionSubnet,
      sku: 'Premium',
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.bastion.id,
  outputs: $.bastion.outputs,
}
