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
    'is Premium when it holds files or blocks alone': {
      parameters: { name: name, kind: 'FileStorage' },
      resources: {
        [account]: { kind: 'FileStorage', sku: { name: 'Premium_ZRS' }, properties: { accessTier: null } },
        [account + '/blobServices/default']: null,
      },
    },
    'refuses sizes that its kind has not': {
      parameters: { name: name, kind: 'BlockBlobStorage', sku: 'Standard_LRS' },
      errors: ['BlockBlobStorage is Premium alone'],
    },
    'refuses Premium in zones for what holds everything': {
      parameters: { name: name, sku: 'Premium_ZRS' },
      errors: ['StorageV2 has no Premium_ZRS'],
    },
    'refuses containers where there are no blobs': {
      parameters: { name: name, kind: 'FileStorage', containers: ['data'] },
      errors: ['FileStorage has no containers'],
    },
    'numbers a second endpoint of a service': {
      parameters: { name: name, privateEndpoints: [{ subnet: '/subscriptions/s/a' }, { subnet: '/subscriptions/s/b' }] },
      resources: {
        'Microsoft.Network/privateEndpoints/st1-blob': { properties: { subnet: { id: '/subscriptions/s/a' } } },
        'Microsoft.Network/privateEndpoints/st1-blob-2': { properties: { subnet: { id: '/subscriptions/s/b' } } },
      },
    },
    'names its endpoints after a name that the deployment makes': {
      parameters: { name: '[take(uniqueString(resourceGroup().id), 12)]', privateEndpoints: [{ subnet: '/subscriptions/s/a' }] },
      resources: { 'Microsoft.Network/privateEndpoints/*': { name: "[concat(take(uniqueString(resourceGroup().id), 12), '-blob')]" } },
    },
    'sends its metrics to several places': {
      parameters: {
        name: name,
        diagnosticSettings: [{ workspace: '/subscriptions/s/w' }, { storageAccount: '/subscriptions/s/st' }, { workspace: '/subscriptions/s/v', name: 'third', metrics: [] }],
      },
      resources: {
        'Microsoft.Insights/diagnosticSettings/diagnostics': { properties: { workspaceId: '/subscriptions/s/w', metrics: [{ category: 'Transaction' }] } },
        'Microsoft.Insights/diagnosticSettings/diagnostics-2': { properties: { storageAccountId: '/subscriptions/s/st' } },
        'Microsoft.Insights/diagnosticSettings/third': { properties: { metrics: null } },
      },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
