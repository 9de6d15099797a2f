local registry = 'Microsoft.ContainerRegistry/registries/cr12345';

{
  cases: {
    'knows its callers by identity': {
      parameters: { name: 'cr12345' },
      resources: {
        [registry]: {
          sku: { name: 'Premium' },
          properties: {
            adminUserEnabled: false,
            anonymousPullEnabled: false,
            publicNetworkAccess: 'Disabled',
            zoneRedundancy: 'Enabled',
            policies: {
              azureADAuthenticationAsArmPolicy: { status: 'disabled' },
              retentionPolicy: { status: 'enabled', days: 7 },
              exportPolicy: { status: 'disabled' },
            },
          },
        },
      },
    },
    'says nothing that smaller sizes do not know': {
      parameters: { name: 'cr12345', sku: 'Basic' },
      resources: {
        [registry]: {
          properties: {
            publicNetworkAccess: 'Enabled',
            zoneRedundancy: null,
            dataEndpointEnabled: null,
            policies: { retentionPolicy: null, exportPolicy: null },
          },
        },
      },
    },
    'has its images in other regions': {
      parameters: { name: 'cr12345', replicaLocations: ['northeurope'], tags: { owner: 'a' } },
      resources: {
        [registry + '/replications/northeurope']: { location: 'northeurope', tags: { owner: 'a' }, properties: { zoneRedundancy: 'Enabled' } },
      },
    },
    'refuses names with dashes': {
      parameters: { name: 'cr-example' },
      errors: ["parameter 'name'"],
    },
    'refuses what Premium alone has': {
      parameters: {
        name: 'cr123',
        sku: 'Standard',
        publicNetworkAccess: 'Disabled',
        replicaLocations: ['northeurope'],
        privateEndpoints: [{ subnet: '/subscriptions/s/subnet' }],
      },
      errors: ['only Premium can be closed', 'only Premium has private endpoints', 'only Premium has replicas'],
    },
    'lets images out when public networks are let in, and keeps manifests for ever when told so': {
      parameters: { name: 'cr123', publicNetworkAccess: 'Enabled', retentionDays: 0, zoneRedundant: false, replicaLocations: ['northeurope'], tags: { a: 'b' } },
      resources: {
        'Microsoft.ContainerRegistry/registries/cr123': {
          properties: {
            zoneRedundancy: 'Disabled',
            policies: { exportPolicy: { status: 'enabled' }, retentionPolicy: { status: 'disabled' } },
          },
        },
        'Microsoft.ContainerRegistry/registries/cr123/replications/northeurope': { tags: { a: 'b' }, properties: { zoneRedundancy: 'Disabled' } },
      },
    },
    'is closed and copied with Premium': {
      parameters: { name: 'cr123', publicNetworkAccess: 'Disabled', replicaLocations: ['northeurope'], privateEndpoints: [{ subnet: '/subscriptions/s/subnet' }] },
      resources: { 'Microsoft.ContainerRegistry/registries/cr123/replications/northeurope': { tags: null, properties: { zoneRedundancy: 'Enabled' } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
