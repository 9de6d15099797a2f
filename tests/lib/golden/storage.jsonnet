local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3, maxLength: 24, pattern: '^[a-z0-9]+$', description: 'Account name' },
    sku: { type: 'string', defaultValue: 'Standard_LRS', allowedValues: ['Standard_LRS', 'Standard_ZRS'] },
    subnet: { type: ['resourceId', 'object', 'null'], defaultValue: null },
  },

  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    sku: { name: $.arguments.sku },
    kind: 'StorageV2',
    properties: { minimumTlsVersion: 'TLS1_2' },
  },
  blobs:: $.account.child('blobServices', 'default') { properties: { isVersioningEnabled: true } },

  id:: $.account.id,
  outputs: { blobEndpoint: arm.output($.account.ref('primaryEndpoints.blob')) },
}
