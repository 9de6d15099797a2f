local namespace = 'Microsoft.EventHub/namespaces/evhns-1';
local base = { name: 'evhns-1' };

{
  cases: {
    'takes no keys': {
      parameters: base,
      resources: {
        [namespace]: {
          sku: { name: 'Standard', capacity: 1 },
          properties: {
            disableLocalAuth: true,
            minimumTlsVersion: '1.2',
            publicNetworkAccess: 'Disabled',
            isAutoInflateEnabled: false,
            maximumThroughputUnits: null,
          },
        },
      },
    },
    'grows when it is told so': {
      parameters: base { maxCapacity: 4 },
      resources: { [namespace]: { properties: { isAutoInflateEnabled: true, maximumThroughputUnits: 4 } } },
    },
    'has hubs and groups of readers': {
      parameters: base { hubs: { orders: { retentionHours: 48, consumerGroups: ['billing'] } } },
      resources: {
        [namespace + '/eventhubs/orders']: { properties: { partitionCount: 4, retentionDescription: { retentionTimeInHours: 48 } } },
        [namespace + '/eventhubs/orders/consumergroups/billing']: {},
      },
    },
    'refuses to keep events for nothing': {
      parameters: base { hubs: { orders: { retentionHours: 0 } } },
      errors: ["parameter 'hubs.orders.retentionHours'"],
    },
    'is open with Basic, which has nothing else': {
      parameters: base { sku: 'Basic' },
      resources: { 'Microsoft.EventHub/namespaces/evhns-1': { properties: { publicNetworkAccess: 'Enabled' } } },
    },
    'refuses what Basic has not': {
      parameters: base { sku: 'Basic', publicNetworkAccess: 'Disabled', privateEndpoints: [{ subnet: '/subscriptions/s/subnet' }], maxCapacity: 4 },
      errors: ['Basic cannot be closed', 'Basic has no private endpoints', 'only Standard grows'],
    },
    'refuses to grow to less than there is': {
      parameters: base { capacity: 5, maxCapacity: 4 },
      errors: ['is less than capacity'],
    },
    'has endpoints with Standard': {
      parameters: base { publicNetworkAccess: 'Disabled', privateEndpoints: [{ subnet: '/subscriptions/s/subnet' }] },
      resources: { 'Microsoft.Network/privateEndpoints/evhns-1-namespace': {} },
    },
    'refuses units that Premium has not': {
      parameters: base { sku: 'Premium', capacity: 3 },
      errors: ['Premium has 1, 2, 4'],
    },
    'keeps events for long, in many partitions, with Premium': {
      parameters: base { sku: 'Premium', hubs: { orders: { retentionHours: 2160, partitions: 64 } } },
      resources: { [namespace + '/eventhubs/orders']: { properties: { partitionCount: 64 } } },
    },
    'refuses to keep events for longer than Standard does': {
      parameters: base { hubs: { orders: { retentionHours: 169 } } },
      errors: ['orders: Standard keeps events for 168 hours at most'],
    },
    'refuses partitions that Standard has not': {
      parameters: base { hubs: { orders: { partitions: 33 } } },
      errors: ['orders: Standard has 32 partitions at most'],
    },
    'refuses groups of readers with Basic': {
      parameters: base { sku: 'Basic', hubs: { orders: { consumerGroups: ['billing'] } } },
      errors: ['orders: Basic has no further consumerGroups'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
