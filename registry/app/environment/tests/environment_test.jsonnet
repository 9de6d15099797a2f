local environment = 'Microsoft.App/managedEnvironments/cae';

{
  cases: {
    'encrypts what is inside, and is closed to public networks': {
      parameters: { name: 'cae' },
      resources: {
        [environment]: {
          properties: {
            publicNetworkAccess: 'Disabled',
            zoneRedundant: false,
            vnetConfiguration: null,
            peerTrafficConfiguration: { encryption: { enabled: true } },
            appLogsConfiguration: { destination: 'azure-monitor' },
          },
        },
      },
    },
    'stands in several zones of a subnet': {
      parameters: { name: 'cae', subnet: '/subscriptions/s/subnet' },
      resources: {
        [environment]: {
          properties: { zoneRedundant: true, vnetConfiguration: { infrastructureSubnetId: '/subscriptions/s/subnet', internal: true } },
        },
      },
    },
    'refuses a name that ends in a dash': {
      parameters: { name: 'cae-' },
      errors: ["parameter 'name'"],
    },
    'refuses zones without a subnet': {
      parameters: { name: 'cae-1', zoneRedundant: true },
      errors: ['needs a subnet'],
    },
    'need not stand in zones': {
      parameters: { name: 'cae-1', zoneRedundant: false },
      resources: { 'Microsoft.App/managedEnvironments/cae-1': { properties: { zoneRedundant: false } } },
    },
    'refuses to be internal without a subnet': {
      parameters: { name: 'cae', internal: true },
      errors: ["parameter 'internal'"],
    },
    'has an address in public in a subnet when it is told so': {
      parameters: { name: 'cae', subnet: '/subscriptions/s/subnet', internal: false },
      resources: { [environment]: { properties: { vnetConfiguration: { internal: false } } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
