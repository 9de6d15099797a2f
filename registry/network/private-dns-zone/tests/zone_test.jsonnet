local zone = 'Microsoft.Network/privateDnsZones/internal.example.com';
local base = { name: 'internal.example.com' };

{
  cases: {
    'belongs to no region': {
      parameters: base,
      resources: { 'Microsoft.Network/privateDnsZones/*': { name: 'internal.example.com', location: 'global' } },
    },
    'is looked up by the networks that it is linked to': {
      parameters: base { virtualNetworks: { hub: '/subscriptions/s/hub' }, tags: { owner: 'a' } },
      resources: {
        [zone + '/virtualNetworkLinks/hub']: {
          location: 'global',
          tags: { owner: 'a' },
          properties: { virtualNetwork: { id: '/subscriptions/s/hub' }, registrationEnabled: false },
        },
      },
    },
    'has the records that it is given': {
      parameters: base { aRecords: { api: ['10.0.0.4', '10.0.0.5'] } },
      resources: {
        [zone + '/A/api']: { properties: { aRecords: [{ ipv4Address: '10.0.0.4' }, { ipv4Address: '10.0.0.5' }] } },
      },
    },
    'refuses addresses that are none': {
      parameters: base { aRecords: { api: ['10.0.0.400'] } },
      errors: ["parameter 'aRecords.api[0]'"],
    },
    'refuses what is no name of a zone': {
      parameters: base { name: 'internal' },
      errors: ["parameter 'name'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
