// An interface in a subnet, with the network around it.
local arm = import 'arm.libsonnet';

arm.Module {
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { apps: { addressPrefix: '10.0.0.0/26' } },
    },
  },

  interface:: (import 'network/network-interface/main.jsonnet') {
    parameters:: { name: 'nic-example', subnet: $.network.subnetIds.apps },
  },

  id:: $.interface.id,
  outputs: $.interface.outputs,
}
