// A container registry that knows its callers by identity.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.managedIdentities() + interfaces.diagnosticSettings() + interfaces.privateEndpoints(['registry']) + {
  local args = $.arguments,
  local isPremium = args.sku == 'Premium',

  parameterMetadata+:: {
    name: interfaces.parameter.name('crexample001', 5, 50, '^[a-zA-Z0-9]+$', 'Name, unique in all of Azure'),
    sku: {
      type: 'string',
      description: 'Size. Premium alone has private endpoints, and can be closed to public networks',
      allowedValues: ['Premium', 'Standard', 'Basic'],
      defaultValue: 'Premium',
    },
    publicNetworkAccess+: {
      defaultValue: if isPremium then 'Disabled' else 'Enabled',
      validate(access): if isPremium || access == 'Enabled' then true else 'only Premium can be closed to public networks',
    },
    privateEndpoints+: { validate(endpoints): if isPremium || endpoints == [] then true else 'only Premium has private endpoints' },
    zoneRedundant: { type: 'bool', description: 'Whether images are kept in several zones, with Premium', defaultValue: isPremium },
    retentionDays: {
      type: 'int',
      description: 'Days after which manifests without a tag are deleted, with Premium; 0 for never',
      minValue: 0,
      maxValue: 365,
      defaultValue: 7,
    },
    replicaLocations: {
      type: 'array',
      description: 'Further regions that have the images, with Premium',
      items: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-z0-9]+$' },
      validate(regions): if isPremium || regions == [] then true else 'only Premium has replicas',
      defaultValue: [],
      examples: [['northeurope']],
    },
  },

  registry:: $.Anchor('Microsoft.ContainerRegistry/registries', '2025-11-01') {
    sku: { name: args.sku },
    properties: {
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: args.publicNetworkAccess,
      networkRuleBypassOptions: 'AzureServices',
      [if isPremium then 'dataEndpointEnabled']: true,
      [if isPremium then 'zoneRedundancy']: if args.zoneRedundant then 'Enabled' else 'Disabled',
      policies: {
        azureADAuthenticationAsArmPolicy: { status: 'disabled' },
        [if isPremium then 'retentionPolicy']: { status: if args.retentionDays > 0 then 'enabled' else 'disabled', days: args.retentionDays },
        [if isPremium then 'exportPolicy']: { status: if args.publicNetworkAccess == 'Disabled' then 'disabled' else 'enabled' },
      },
    },
  },

  replications:: {
    [region]: $.registry.child('replications', region) {
      location: region,
      [if args.tags != {} then 'tags']: args.tags,
      properties: { zoneRedundancy: if args.zoneRedundant then 'Enabled' else 'Disabled' },
    }
    for region in args.replicaLocations
  },

  anchor:: 'registry',
  outputs+: { loginServer: arm.output($.registry.ref('loginServer')) },
}
