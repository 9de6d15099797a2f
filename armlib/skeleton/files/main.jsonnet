// A storage account. Every field of a module that is a resource is deployed.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: {
      type: 'string',
      minLength: 3,
      maxLength: 24,
      pattern: '^[a-z0-9]+$',
      description: 'Name of the storage account, unique in all of Azure',
    },
    location: {
      type: 'string',
      defaultValue: '[resourceGroup().location]',
      description: 'Region; that of the resource group if it is not given',
    },
    sku: {
      type: 'string',
      defaultValue: 'Standard_LRS',
      allowedValues: ['Standard_LRS', 'Standard_ZRS', 'Standard_GRS'],
      description: 'How the data is replicated',
    },
    tags: { type: 'object', defaultValue: {}, description: 'Tags of the account' },
  },

  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    location: $.arguments.location,
    tags: $.arguments.tags,
    sku: { name: $.arguments.sku },
    kind: 'StorageV2',
    properties: {
      allowBlobPublicAccess: false,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
    },
  },

  blobs:: $.account.child('blobServices', 'default') {
    properties: { deleteRetentionPolicy: { enabled: true, days: 7 } },
  },

  id:: $.account.id,
  outputs: {
    blobEndpoint: arm.output($.account.ref('primaryEndpoints.blob')),
  },
}
