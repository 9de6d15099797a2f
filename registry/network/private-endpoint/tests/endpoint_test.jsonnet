local endpoint = 'Microsoft.Network/privateEndpoints/pep';
local base = { name: 'pep', subnet: '/subscriptions/s/subnet', target: '/subscriptions/s/vault', service: 'vault' };

{
  cases: {
    'joins the subnet and the service': {
      parameters: base,
      resources: {
        [endpoint]: {
          properties: {
            subnet: { id: '/subscriptions/s/subnet' },
            privateLinkServiceConnections: [
              { name: 'vault', properties: { privateLinkServiceId: '/subscriptions/s/vault', groupIds: ['vault'] } },
            ],
          },
        },
        'Microsoft.Network/privateEndpoints/pep/privateDnsZoneGroups/default': null,
      },
    },
    'tells the zones its address': {
      parameters: base { privateDnsZones: ['/subscriptions/s/one', '/subscriptions/s/two'] },
      resources: {
        [endpoint + '/privateDnsZoneGroups/default']: {
          properties: {
            privateDnsZoneConfigs: [
              { name: 'zone1', properties: { privateDnsZoneId: '/subscriptions/s/one' } },
              { name: 'zone2', properties: { privateDnsZoneId: '/subscriptions/s/two' } },
            ],
          },
        },
      },
    },
    'must be told what it reaches': {
      parameters: { name: 'pep' },
      errors: ["parameter 'subnet'", "parameter 'target'", "parameter 'service'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
