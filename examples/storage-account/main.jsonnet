// A storage account with the settings that a security review asks for, and a container for each name in a list.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: {
      type: 'string',
      minLength: 3,
      maxLength: 24,
      pattern: '^[a-z0-9]+$',
      description: 'Account name: 3 to 24 lower-case letters and digits, unique in all of Azure',
    },
    location: { type: 'string', defaultValue: '[resourceGroup().location]', description: 'Azure region' },
    sku: {
      type: 'string',
      defaultValue: 'Standard_LRS',
      allowedValues: ['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'],
      description: 'How the data is replicated',
    },
    containers: {
      type: 'array',
      defaultValue: [],
      items: { type: 'string', minLength: 3, maxLength: 63, pattern: '^[a-z0-9](-?[a-z0-9])+$' },
      description: 'Names of the blob containers to make',
    },
    retentionDays: {
      type: 'int',
      defaultValue: 7,
      minValue: 1,
      maxValue: 365,
      description: 'Days that a deleted blob can be brought back',
    },
    tags: { type: 'object', defaultValue: {}, description: 'Tags of the account' },
  },

  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    location: $.arguments.location,
    tags: $.arguments.tags,
    kind: 'StorageV2',
    sku: { name: $.arguments.sku },
    properties: {
      accessTier: 'Hot',
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
      networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny' },
    },
  },

  blobs:: $.account.child('blobServices', 'default') {
    properties: {
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: $.arguments.retentionDays },
    },
  },

  containers:: [
    $.blobs.child('containers', name) { properties: { publicAccess: 'None' } }
    for name in $.arguments.containers
  ],

  id:: $.account.id,

  outputs: {
    id: arm.output($.account.id),
    blobEndpoint: arm.output($.account.ref('primaryEndpoints.blob')),
  },
}
