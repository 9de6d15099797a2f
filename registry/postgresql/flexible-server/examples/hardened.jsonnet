// Reached from one network, with backups in another region, watched.
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
    parameters:: { name: 'privatelink.postgres.database.azure.com', virtualNetworks: { example: $.network } },
  },

  server:: (import 'postgresql/flexible-server/main.jsonnet') {
    parameters:: {
      name: 'psql-example-2',
      sku: 'Standard_E4ds_v5',
      storageGb: 256,
      backupDays: 35,
      geoRedundantBackup: true,
      administrators: [{ name: 'database-administrators', principalId: '00000000-0000-0000-0000-000000000001' }],
      databases: { shop: {} },
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.server.id,
  outputs: $.server.outputs,
}
