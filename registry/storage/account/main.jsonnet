// A storage account: TLS 1.2, no anonymous blobs, no shared keys, deleted blobs kept for a week.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module
+ interfaces.managedIdentities()
+ interfaces.diagnosticSettings(logs=null, metrics=['Transaction'])
+ interfaces.privateEndpoints(['blob', 'file', 'queue', 'table', 'dfs', 'web'])
+ {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('stexample001', 3, 24, '^[a-z0-9]+$', 'Name, unique in all of Azure'),
    sku: {
      type: 'string',
      description: 'Speed, and where copies are kept. What is not StorageV2 is Premium',
      allowedValues: [
        'Standard_LRS',
        'Standard_ZRS',
        'Standard_GRS',
        'Standard_GZRS',
        'Standard_RAGRS',
        'Standard_RAGZRS',
        'Premium_LRS',
        'Premium_ZRS',
      ],
      defaultValue: if args.kind == 'StorageV2' then 'Standard_ZRS' else 'Premium_ZRS',
      validate(sku):
        if (args.kind != 'StorageV2') != std.startsWith(sku, 'Premium_') && sku != 'Premium_LRS' then
          args.kind + (if args.kind == 'StorageV2' then ' has no ' + sku else ' is Premium alone')
        else true,
    },
    kind: {
      type: 'string',
      description: 'What the account holds',
      allowedValues: ['StorageV2', 'BlockBlobStorage', 'FileStorage'],
      defaultValue: 'StorageV2',
    },
    accessTier: {
      type: 'string',
      description: 'Tier of blobs that do not say one',
      allowedValues: ['Hot', 'Cool', 'Cold'],
      defaultValue: 'Hot',
    },
    containers: {
      type: 'array',
      description: 'Blob containers to make',
      items: { type: 'string', minLength: 3, maxLength: 63, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' },
      validate(names): if args.kind != 'FileStorage' || names == [] then true else 'FileStorage has no containers',
      defaultValue: [],
      examples: [['data']],
    },
    allowKeys: {
      type: 'bool',
      description: 'Whether keys and what is signed with them are taken, beside Entra ID',
      defaultValue: false,
    },
    softDeleteDays: {
      type: 'int',
      description: 'Days that deleted blobs and containers are kept; 0 for none',
      minValue: 0,
      maxValue: 365,
      defaultValue: 7,
    },
  },

  account:: $.Anchor('Microsoft.Storage/storageAccounts', '2025-06-01') {
    kind: args.kind,
    sku: { name: args.sku },
    properties: {
      [if args.kind == 'StorageV2' then 'accessTier']: args.accessTier,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      allowSharedKeyAccess: args.allowKeys,
      defaultToOAuthAuthentication: true,
      publicNetworkAccess: args.publicNetworkAccess,
      networkAcls: { defaultAction: if args.publicNetworkAccess == 'Enabled' then 'Allow' else 'Deny', bypass: 'AzureServices' },
      encryption: {
        keySource: 'Microsoft.Storage',
        requireInfrastructureEncryption: true,
        services: { [service]: { enabled: true, keyType: 'Account' } for service in ['blob', 'file', 'queue', 'table'] },
      },
    },
  },

  local retention = { enabled: args.softDeleteDays > 0, [if args.softDeleteDays > 0 then 'days']: args.softDeleteDays },
  blobService:: if args.kind != 'FileStorage' then $.account.child('blobServices', 'default') {
    properties: { deleteRetentionPolicy: retention, containerDeleteRetentionPolicy: retention },
  },
  containers:: {
    [name]: $.blobService.child('containers', name) { properties: { publicAccess: 'None' } }
    for name in args.containers
  },

  anchor:: 'account',
  outputs+: {
    [if args.kind != 'FileStorage' then 'blobEndpoint']: arm.output($.account.ref('primaryEndpoints.blob')),
  },
}
