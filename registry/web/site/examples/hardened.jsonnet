// Reached from one network; its own requests leave by that network, too, and it may read the secrets of a vault as its identity.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { endpoints: { addressPrefix: '10.0.0.0/26' }, apps: { addressPrefix: '10.0.0.64/26', delegation: 'Microsoft.Web/serverFarms' } },
    },
  },
  local zone(name) = (import 'network/private-dns-zone/main.jsonnet') {
    parameters:: { name: name, virtualNetworks: { example: $.network } },
  },
  siteZone:: zone('privatelink.azurewebsites.net'),
  vaultZone:: zone("[concat('privatelink', replace(environment().suffixes.keyvaultDns, 'vault', 'vaultcore'))]"),
  plan:: (import 'web/serverfarm/main.jsonnet') { parameters:: { name: 'asp-example' } },
  vault:: (import 'key-vault/vault/main.jsonnet') {
    parameters:: {
      name: 'kv-example-005',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.vaultZone] }],
      roleAssignments: [{ role: 'Key Vault Secrets User', principalId: $.site.outputs.principalId.value }],
    },
  },

  site:: (import 'web/site/main.jsonnet') {
    parameters:: {
      name: 'app-example-2',
      plan: $.plan,
      runtime: 'NODE|22-lts',
      subnet: $.network.subnetIds.apps,
      healthPath: '/health',
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.siteZone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.site.id,
  outputs: $.site.outputs,
}
