// A key vault: access by roles, deleted secrets kept for 90 days, and nobody can purge them before.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module
+ interfaces.diagnosticSettings()
+ interfaces.privateEndpoints(['vault'])
+ {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('kv-example-001', 3, 24, '^[a-zA-Z](-?[a-zA-Z0-9])*$', 'Name, unique in all of Azure'),
    sku: {
      type: 'string',
      description: 'premium keeps keys in hardware',
      allowedValues: ['standard', 'premium'],
      defaultValue: 'standard',
    },
    softDeleteDays: {
      type: 'int',
      description: 'Days that what is deleted is kept. It cannot be changed later',
      minValue: 7,
      maxValue: 90,
      defaultValue: 90,
    },
    enabledFor: {
      type: 'array',
      description: 'Services of Azure that may read secrets of the vault for what they deploy',
      items: { type: 'string', allowedValues: ['Deployment', 'DiskEncryption', 'TemplateDeployment'] },
      defaultValue: [],
      examples: [['TemplateDeployment']],
    },
  },

  vault:: $.Anchor('Microsoft.KeyVault/vaults', '2025-05-01') {
    properties: {
      tenantId: arm.fn.prop(arm.fn.subscription(), 'tenantId'),
      sku: { family: 'A', name: args.sku },
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: args.softDeleteDays,
      publicNetworkAccess: args.publicNetworkAccess,
      networkAcls: { defaultAction: if args.publicNetworkAccess == 'Enabled' then 'Allow' else 'Deny', bypass: 'AzureServices' },
    } + { ['enabledFor' + service]: true for service in std.set(args.enabledFor) },
  },

  anchor:: 'vault',
  outputs+: { uri: arm.output($.vault.ref('vaultUri')) },
}
