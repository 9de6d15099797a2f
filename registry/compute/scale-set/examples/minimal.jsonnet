// Three Linux machines, and the network that they are in.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    adminUsername: { type: 'string', description: 'Name of the administrator', deployTime: true },
    adminPasswordOrKey: { type: 'secureString', description: 'Public key that the administrator signs in with' },
    size: { type: 'string', description: 'Size of the machine', deployTime: true, defaultValue: 'Standard_D2s_v5' },
  },

  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { apps: { addressPrefix: '10.0.0.0/26' } },
    },
  },

  scaleSet:: (import 'compute/scale-set/main.jsonnet') {
    parameters:: {
      name: 'vmss-example',
      subnet: $.network.subnetIds.apps,
      size: $.arguments.size,
      adminUsername: $.arguments.adminUsername,
      adminPasswordOrKey: $.arguments.adminPasswordOrKey,
    },
  },

  id:: $.scaleSet.id,
  outputs: $.scaleSet.outputs,
}
