local namespace = 'Microsoft.ServiceBus/namespaces/sbns-1';
local base = { name: 'sbns-1' };

{
  cases: {
    'takes no keys': {
      parameters: base,
      resources: {
        [namespace]: {
          sku: { name: 'Premium', tier: 'Premium', capacity: 1 },
          properties: { disableLocalAuth: true, minimumTlsVersion: '1.2', publicNetworkAccess: 'Disabled', zoneRedundant: true },
        },
      },
    },
    'is open to networks where it cannot be closed': {
      parameters: base { sku: 'Standard' },
      resources: { [namespace]: { sku: { capacity: null }, properties: { publicNetworkAccess: 'Enabled', zoneRedundant: null } } },
    },
    'has queues, topics and subscriptions': {
      parameters: base { queues: { orders: { maxDeliveryCount: 5 } }, topics: { sold: { invoices: { lockDuration: 'PT5M' } } } },
      resources: {
        [namespace + '/queues/orders']: {
          properties: { maxDeliveryCount: 5, lockDuration: 'PT1M', deadLetteringOnMessageExpiration: true },
        },
        [namespace + '/topics/sold']: {},
        [namespace + '/topics/sold/subscriptions/invoices']: { properties: { lockDuration: 'PT5M', maxDeliveryCount: 10 } },
      },
    },
    'refuses units that there are not': {
      parameters: base { capacity: 3 },
      errors: ["parameter 'capacity'"],
    },
    'refuses what Premium alone has': {
      parameters: base { sku: 'Standard', publicNetworkAccess: 'Disabled', privateEndpoints: [{ subnet: '/subscriptions/s/subnet' }] },
      errors: ['only Premium can be closed', 'only Premium has private endpoints'],
    },
    'refuses topics with Basic': {
      parameters: base { sku: 'Basic', topics: { sold: {} } },
      errors: ['Basic has no topics'],
    },
    'has endpoints with Premium': {
      parameters: base { publicNetworkAccess: 'Disabled', privateEndpoints: [{ subnet: '/subscriptions/s/subnet' }] },
      resources: { 'Microsoft.Network/privateEndpoints/sbns-1-namespace': {} },
    },
    'refuses names that Azure keeps for itself': {
      parameters: { name: 'example-sb' },
      errors: ['names that end in -sb or -mgmt'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
