// An endpoint that is found by its name, whose subnet has rules, and that nobody deletes by accident.
local arm = import 'arm.libsonnet';

arm.Module {
  rules:: (import 'network/network-security-group/main.jsonnet') {
    parameters:: {
      name: 'nsg-endpoints',
      rules: {
        apps: { priority: 100, from: '10.0.0.64/26', ports: 443 },
        'nothing-else': { priority: 4096, access: 'Deny', protocol: '*', ports: '*' },
      },
    },
  },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: {
        endpoints: { addressPrefix: '10.0.0.0/26', networkSecurityGroup: $.rules },
        apps: { addressPrefix: '10.0.0.64/26' },
      },
    },
  },
  zone:: (import 'network/private-dns-zone/main.jsonnet') {
    parameters:: { name: "[concat('privatelink', replace(environment().suffixes.keyvaultDns, 'vault', 'vaultcore'))]", virtualNetworks: { example: $.network } },
  },
  vault:: (import 'key-vault/vault/main.jsonnet') { parameters:: { name: 'kv-example-004' } },

  endpoint:: (import 'network/private-endpoint/main.jsonnet') {
    parameters:: {
      name: 'pep-example',
      subnet: $.network.subnetIds.endpoints,
      target: $.vault,
      service: 'vault',
      privateDnsZones: [$.zone],
      lock: 'CanNotDelete',
    },
  },

  id:: $.endpoint.id,
  outputs: $.endpoint.outputs,
}
