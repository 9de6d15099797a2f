// A Service Bus namespace with its queues and topics, whose callers are known by identity.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.managedIdentities() + interfaces.diagnosticSettings() + interfaces.privateEndpoints(['namespace']) + {
  local args = $.arguments,
  local isPremium = args.sku == 'Premium',
  local queue = {
    type: 'object',
    properties: {
      lockDuration: { type: 'string', pattern: '^PT', description: "How long a message is kept for who reads it; 'PT1M'" },
      maxDeliveryCount: { type: 'int', minValue: 1, maxValue: 2000, description: 'How often it is tried before it is set aside; 10' },
      requiresSession: { type: 'bool', description: 'Whether messages of a session stay in order; false' },
    },
    additionalProperties: false,
  },

  parameterMetadata+:: {
    name: interfaces.parameter.name('sbns-example', 6, 50, '^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$', 'Name, unique in all of Azure') {
      validate(name):
        if std.endsWith(name, '-sb') || std.endsWith(name, '-mgmt') then 'Azure keeps names that end in -sb or -mgmt for itself' else true,
    },
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
    capacity: {
      type: 'int',
      description: 'Messaging units, with Premium',
      allowedValues: [1, 2, 4, 8, 16],
      defaultValue: 1,
    },
    queues: {
      type: 'object',
      description: 'Name of a queue to what it is',
      additionalProperties: queue,
      defaultValue: {},
      examples: [{ orders: {} }],
    },
    topics: {
      type: 'object',
      description: 'Name of a topic to its subscriptions, name to what they are',
      additionalProperties: { type: 'object', additionalProperties: queue },
      validate(topics): if args.sku != 'Basic' || topics == {} then true else 'Basic has no topics',
      defaultValue: {},
      examples: [{ sold: { invoices: {} } }],
    },
  },

  namespace:: $.Anchor('Microsoft.ServiceBus/namespaces', '2026-01-01') {
    sku: { name: args.sku, tier: args.sku, [if isPremium then 'capacity']: args.capacity },
    properties: {
      disableLocalAuth: true,
      minimumTlsVersion: '1.2',
      publicNetworkAccess: args.publicNetworkAccess,
      [if isPremium then 'zoneRedundant']: true,
    },
  },

  local delivery(entry) = {
    lockDuration: std.get(entry, 'lockDuration', 'PT1M'),
    maxDeliveryCount: std.get(entry, 'maxDeliveryCount', 10),
    requiresSession: std.get(entry, 'requiresSession', false),
    deadLetteringOnMessageExpiration: true,
  },
  queues:: {
    [name]: $.namespace.child('queues', name) { properties: delivery(args.queues[name]) }
    for name in std.objectFields(args.queues)
  },

  topics:: {
    [name]: $.namespace.child('topics', name) { properties: { supportOrdering: true } }
    for name in std.objectFields(args.topics)
  },

  subscriptions:: {
    [topic + '/' + name]: $.topics[topic].child('subscriptions', name) { properties: delivery(args.topics[topic][name]) }
    for topic in std.objectFields(args.topics)
    for name in std.objectFields(args.topics[topic])
  },

  anchor:: 'namespace',
  outputs+: { endpoint: arm.output($.namespace.ref('serviceBusEndpoint')) },
}
