// An endpoint for the secrets of a vault, with the network around it.
local arm = import 'arm.libsonnet';

arm.Module {
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { endpoints: { addressPrefix: '10.0.0.0/26' } },
    },
  },
  vault:: (import 'key-vault/vault/main.jsonnet') { parameters:: { name: 'kv-example-003' } },

  endpoint:: (import 'network/private-endpoint/main.jsonnet') {
    parameters:: { name: 'pep-example', subnet: $.network.subnetIds.endpoints, target: $.vault, service: 'vault' },
  },

  id:: $.endpoint.id,
  outputs: $.endpoint.outputs,
}
