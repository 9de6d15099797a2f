local account = 'Microsoft.DocumentDB/databaseAccounts/cosmos';
local base = { name: 'cosmos' };

{
  cases: {
    'takes no keys': {
      parameters: base,
      resources: {
        [account]: {
          properties: {
            disableLocalAuth: true,
            disableKeyBasedMetadataWriteAccess: true,
            minimalTlsVersion: 'Tls12',
            publicNetworkAccess: 'Disabled',
            backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous7Days' } },
            capabilities: [{ name: 'EnableServerless' }],
            locations: [{ locationName: '[resourceGroup().location]', failoverPriority: 0, isZoneRedundant: true }],
          },
        },
      },
    },
    'has containers in databases': {
      parameters: base { databases: { shop: { orders: { partitionKey: '/customer', defaultTtl: 60 } }, empty: {} } },
      resources: {
        [account + '/sqlDatabases/empty']: {},
        [account + '/sqlDatabases/shop/containers/orders']: {
          properties: { resource: { id: 'orders', partitionKey: { paths: ['/customer'] }, defaultTtl: 60 }, options: null },
        },
      },
    },
    'has data in other regions, and throughput that is kept ready': {
      parameters: base {
        serverless: false,
        replicaLocations: ['northeurope'],
        databases: { shop: { orders: { partitionKey: '/customer', maxThroughput: 4000 } } },
      },
      resources: {
        [account]: { properties: { capabilities: null, locations: [{}, { locationName: 'northeurope', failoverPriority: 1 }] } },
        [account + '/sqlDatabases/shop/containers/orders']: {
          properties: { options: { autoscaleSettings: { maxThroughput: 4000 } } },
        },
      },
    },
    'lets identities read and write': {
      parameters: base { dataAccess: [{ role: 'Contributor', principalId: '11111111-1111-1111-1111-111111111111' }] },
      resources: {
        [account + '/sqlRoleAssignments/*']: {
          properties: {
            principalId: '11111111-1111-1111-1111-111111111111',
            roleDefinitionId: "[resourceId('Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions', 'cosmos', '00000000-0000-0000-0000-000000000002')]",
            scope: "[resourceId('Microsoft.DocumentDB/databaseAccounts', 'cosmos')]",
          },
        },
      },
    },
    'lets an identity read that is made in the same deployment': {
      parameters: base { dataAccess: [{ role: 'Reader', principalId: "[reference('id').principalId]" }] },
      resources: { [account + '/sqlRoleAssignments/*']: { properties: { principalId: "[reference('id').principalId]" } } },
    },
    'refuses a partition key that is no path': {
      parameters: base { databases: { shop: { orders: { partitionKey: 'customer' } } } },
      errors: ["parameter 'databases.shop.orders.partitionKey'"],
    },
    'says how stale what is read may be': {
      parameters: base { consistency: 'BoundedStaleness', serverless: false, replicaLocations: ['northeurope'] },
      resources: {
        'Microsoft.DocumentDB/databaseAccounts/cosmos': {
          properties: { consistencyPolicy: { maxStalenessPrefix: 100000, maxIntervalInSeconds: 300 } },
        },
      },
    },
    'refuses several regions without throughput of its own': {
      parameters: base { replicaLocations: ['northeurope'] },
      errors: ['a serverless account is in one region'],
    },
    'knows no one by a name': {
      parameters: base { dataAccess: [{ role: 'Reader', principalId: 'me' }] },
      errors: ['dataAccess[0].principalId'],
    },
    'refuses throughput that a serverless account does not keep': {
      parameters: base { databases: { shop: { orders: { partitionKey: '/customer', maxThroughput: 4000 } } } },
      errors: ['shop/orders has no maxThroughput'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
