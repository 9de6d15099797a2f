// Keys in hardware, one way in, every access logged, and one application that may read secrets.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { endpoints: { addressPrefix: '10.0.0.0/26' } },
    },
  },
  zone:: (import 'network/private-dns-zone/main.jsonnet') {
    parameters:: { name: "[concat('privatelink', replace(environment().suffixes.keyvaultDns, 'vault', 'vaultcore'))]", virtualNetworks: { example: $.network } },
  },

  vault:: (import 'key-vault/vault/main.jsonnet') {
    parameters:: {
      name: 'kv-example-002',
      sku: 'premium',
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace, logs: ['audit', 'allLogs'] }],
      roleAssignments: [{
        role: 'Key Vault Secrets User',
        principalId: '00000000-0000-0000-0000-000000000001',
        principalType: 'ServicePrincipal',
      }],
    },

    // Not even the services of Azure get past the private endpoint.
    vault+: { properties+: { networkAcls+: { bypass: 'None' } } },
  },

  id:: $.vault.id,
  outputs: $.vault.outputs,
}
