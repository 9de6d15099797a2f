// Reached from one network, with backups in another region, and who did what in a workspace.
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
    parameters:: { name: "[concat('privatelink', environment().suffixes.sqlServerHostname)]", virtualNetworks: { example: $.network } },
  },

  server:: (import 'sql/server/main.jsonnet') {
    parameters:: {
      name: 'sql-example-2',
      administrator: { name: 'database-administrators', principalId: '00000000-0000-0000-0000-000000000001' },
      databases: { shop: { sku: 'GP_Gen5_2', maxSizeGb: 250, backupRedundancy: 'GeoZone' } },
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
    },

    // It calls nobody.
    server+: { properties+: { restrictOutboundNetworkAccess: 'Enabled' } },
  },

  id:: $.server.id,
  outputs: $.server.outputs,
}
