local name = 'st1';
local account = 'Microsoft.Storage/storageAccounts/st1';
local blobs = account + '/blobServices/default';

{
  cases: {
    'takes encrypted traffic from identities alone': {
      parameters: { name: name },
      resources: {
        'Microsoft.Storage/storageAccounts/st1': {
          kind: 'StorageV2',
          sku: { name: 'Standard_ZRS' },
          tags: null,
          identity: null,
          properties: {
            minimumTlsVersion: 'TLS1_2',
            supportsHttpsTrafficOnly: true,
            allowBlobPublicAccess: false,
            allowSharedKeyAccess: false,
            publicNetworkAccess: 'Disabled',
            networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' },
          },
        },
        [blobs]: { properties: { deleteRetentionPolicy: { enabled: true, days: 7 } } },
        'Microsoft.Authorization/locks/*': null,
        'Microsoft.Network/privateEndpoints/*': null,
      },
    },
    'makes containers that nobody reads without a name': {
      parameters: { name: name, containers: ['one', 'two'] },
      resources: {
        [blobs + '/containers/one']: { properties: { publicAccess: 'None' } },
        [blobs + '/containers/two']: { properties: { publicAccess: 'None' } },
      },
    },
    'keeps nothing that is deleted when it is told so': {
      parameters: { name: name, softDeleteDays: 0 },
      resources: { [blobs]: { properties: { deleteRetentionPolicy: { enabled: false, days: null } } } },
    },
    'has no blobs and no tiers when it holds files': {
      parameters: { name: name, kind: 'FileStorage', sku: 'Premium_ZRS' },
      resources: { [account]: { kind: 'FileStorage', properties: { accessTier: null } }, [blobs]: null },
      outputs: { blobEndpoint: null },
    },
    'lets every network in when it is told so': {
      parameters: { name: name, publicNetworkAccess: 'Enabled' },
      resources: { [account]: { properties: { publicNetworkAccess: 'Enabled', networkAcls: { defaultAction: 'Allow' } } } },
    },
    'tells the metrics of the account and no logs': {
      parameters: { name: name, diagnosticSettings: [{ storageAccount: '/subscriptions/s/x' }, { workspace: '/subscriptions/s/w', name: 'all' }] },
      resources: {
        'Microsoft.Insights/diagnosticSettings/diagnostics': {
          properties: { storageAccountId: '/subscriptions/s/x', logs: null, metrics: [{ category: 'Transaction', enabled: true }] },
        },
        'Microsoft.Insights/diagnosticSettings/all': { properties: { workspaceId: '/subscriptions/s/w' } },
      },
    },
    'has a private endpoint for each service that is asked for': {
      parameters: {
        name: name,
        privateEndpoints: [
          { subnet: '/subscriptions/s/subnet' },
          { subnet: '/subscriptions/s/subnet', service: 'file', name: 'files', privateDnsZones: ['/subscriptions/s/zone'] },
        ],
      },
      resources: {
        'Microsoft.Network/privateEndpoints/st1-blob': {
          location: '[resourceGroup().location]',
          properties: {
            subnet: { id: '/subscriptions/s/subnet' },
            privateLinkServiceConnections: [{ properties: { groupIds: ['blob'] } }],
          },
        },
        'Microsoft.Network/privateEndpoints/files': {},
        'Microsoft.Network/privateEndpoints/files/privateDnsZoneGroups/default': {
          properties: { privateDnsZoneConfigs: [{ properties: { privateDnsZoneId: '/subscriptions/s/zone' } }] },
        },
      },
    },
    'refuses names that Azure does': {
      parameters: { name: 'Not_A_Name' },
      errors: ["parameter 'name'"],
    },
    'says everything that is wrong in one run': {
      parameters: { name: name, sku: 'Standard', softDeleteDays: 400, containers: ['Data'] },
      errors: ["parameter 'sku'", "parameter 'softDeleteDays'", "parameter 'containers[0]'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
