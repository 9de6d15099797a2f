// An Event Hubs namespace with its hubs, whose callers are known by identity.
// Source: Event Hubs quotas and limits, learn.microsoft.com/azure/event-hubs/event-hubs-quotas; units of Premium:
// learn.microsoft.com/azure/event-hubs/configure-processing-units-premium-namespace
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.managedIdentities() + interfaces.diagnosticSettings() + interfaces.privateEndpoints(['namespace']) + {
  local args = $.arguments,
  local isBasic = args.sku == 'Basic',

  parameterMetadata+:: {
    name: interfaces.parameter.name('evhns-example', 6, 50, '^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$', 'Name, unique in all of Azure'),
    sku: {
      type: 'string',
      description: 'Size. Basic cannot be closed to public networks',
      allowedValues: ['Standard', 'Premium', 'Basic'],
      defaultValue: 'Standard',
    },
    publicNetworkAccess+: {
      defaultValue: if isBasic then 'Enabled' else 'Disabled',
      validate(access): if !isBasic || access == 'Enabled' then true else 'Basic cannot be closed to public networks',
    },
    privateEndpoints+: { validate(endpoints): if !isBasic || endpoints == [] then true else 'Basic has no private endpoints' },
    capacity: {
      type: 'int',
      description: 'Throughput units; with Premium processing units, of which there are 1, 2, 4, 6, 8, 10, 12 or 16',
      minValue: 1,
      maxValue: 40,
      defaultValue: 1,
      validate(units):
        if args.sku != 'Premium' || std.member([1, 2, 4, 6, 8, 10, 12, 16], units) then true else 'Premium has 1, 2, 4, 6, 8, 10, 12 or 16 units',
      examples: [2],
    },
    maxCapacity: {
      type: 'int',
      description: 'Units that it grows to by itself, with Standard; null for no growth',
      minValue: 1,
      maxValue: 40,
      validate(units):
        if args.sku != 'Standard' then 'only Standard grows by itself'
        else if units < args.capacity then 'is less than capacity'
        else true,
      nullable: true,
      defaultValue: null,
      examples: [4],
    },
    hubs: {
      type: 'object',
      description: 'Name of a hub to what it is',
      additionalProperties: {
        type: 'object',
        properties: {
          partitions: { type: 'int', minValue: 1, maxValue: 100, description: 'Partitions, which cannot be changed with Standard, and are 32 at most but with Premium; 4' },
          retentionHours: { type: 'int', minValue: 1, maxValue: 2160, description: 'Hours that events are kept, 24 at most with Basic and 168 with Standard; 24' },
          consumerGroups: { type: 'array', items: { type: 'string' }, description: 'Further groups of readers, not with Basic' },
        },
        additionalProperties: false,
      },
      validate(hubs):
        local most = { Basic: 24, Standard: 168, Premium: 2160 }[args.sku];
        local having(name, isWrong) = [hub for hub in std.objectFields(hubs) if name in hubs[hub] && isWrong(hubs[hub][name])];
        local long = having('retentionHours', function(hours) hours > most);
        local wide = having('partitions', function(partitions) partitions > 32 && args.sku != 'Premium');
        local grouped = having('consumerGroups', function(groups) groups != [] && isBasic);
        if long != [] then long[0] + ': ' + args.sku + ' keeps events for ' + most + ' hours at most'
        else if wide != [] then wide[0] + ': ' + args.sku + ' has 32 partitions at most'
        else if grouped != [] then grouped[0] + ': Basic has no further consumerGroups'
        else true,
      defaultValue: {},
      examples: [{ orders: {} }],
    },
  },

  local grows = args.maxCapacity != null,
  namespace:: $.Anchor('Microsoft.EventHub/namespaces', '2026-01-01') {
    sku: { name: args.sku, tier: args.sku, capacity: args.capacity },
    properties: {
      disableLocalAuth: true,
      minimumTlsVersion: '1.2',
      publicNetworkAccess: args.publicNetworkAccess,
      zoneRedundant: true,
      isAutoInflateEnabled: grows,
      [if grows then 'maximumThroughputUnits']: args.maxCapacity,
    },
  },

  hubs:: {
    [name]: $.namespace.child('eventhubs', name) {
      properties: {
        partitionCount: std.get(args.hubs[name], 'partitions', 4),
        retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: std.get(args.hubs[name], 'retentionHours', 24) },
      },
    }
    for name in std.objectFields(args.hubs)
  },

  consumerGroups:: {
    [hub + '/' + name]: $.hubs[hub].child('consumergroups', name)
    for hub in std.objectFields(args.hubs)
    for name in std.get(args.hubs[hub], 'consumerGroups', [])
  },

  anchor:: 'namespace',
  outputs+: { endpoint: arm.output($.namespace.ref('serviceBusEndpoint')) },
}
