local gateway = 'Microsoft.Network/natGateways/ng';
local address = 'Microsoft.Network/publicIPAddresses/ng-pip';

{
  cases: {
    'makes an address for itself': {
      parameters: { name: 'ng' },
      resources: {
        [address]: { zones: ['1', '2', '3'] },
        [gateway]: {
          properties: { publicIpAddresses: [{ id: "[resourceId('Microsoft.Network/publicIPAddresses', 'ng-pip')]" }] },
        },
      },
    },
    'stays in its zone with its address': {
      parameters: { name: 'ng', zone: '2' },
      resources: { [address]: { zones: ['2'] }, [gateway]: { zones: ['2'] } },
    },
    'leaves by the addresses that it is given': {
      parameters: { name: 'ng', publicIpAddresses: ['/subscriptions/s/a', '/subscriptions/s/b'] },
      resources: {
        [address]: null,
        [gateway]: { properties: { publicIpAddresses: [{ id: '/subscriptions/s/a' }, { id: '/subscriptions/s/b' }] } },
      },
      outputs: { ipAddress: null },
    },
    'refuses to have no address': {
      parameters: { name: 'ng', publicIpAddresses: [] },
      errors: ["parameter 'publicIpAddresses'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
