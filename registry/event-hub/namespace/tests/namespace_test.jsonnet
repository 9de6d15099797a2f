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
  },
  random: { 'compiles with all that its parameters allow': {} },
}
