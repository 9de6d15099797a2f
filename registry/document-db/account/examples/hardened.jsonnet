// Data in two regions, reached from one network by one app, and had back from any moment of the last month.
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
    parameters:: { name: 'privatelink.documents.azure.com', virtualNetworks: { example: $.network } },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },

  account:: (import 'document-db/account/main.jsonnet') {
    parameters:: {
      name: 'cosmos-example-2',
      serverless: false,
      replicaLocations: ['northeurope'],
      databases: { shop: { orders: { partitionKey: '/customer', maxThroughput: 4000 } } },
      backupTier: 'Continuous30Days',
      dataAccess: [{ role: 'Contributor', principalId: $.identity.outputs.principalId.value }],
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.account.id,
  outputs: $.account.outputs,
}
