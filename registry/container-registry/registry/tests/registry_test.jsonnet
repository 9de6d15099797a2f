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
      parameters: { name: 'cr12345', replications: ['northeurope'], tags: { owner: 'a' } },
      resources: {
        [registry + '/replications/northeurope']: { location: 'northeurope', tags: { owner: 'a' }, properties: { zoneRedundancy: 'Enabled' } },
      },
    },
    'refuses names with dashes': {
      parameters: { name: 'cr-example' },
      errors: ["parameter 'name'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
