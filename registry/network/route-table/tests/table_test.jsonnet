local table = 'Microsoft.Network/routeTables/rt';
local routes(given) = { name: 'rt', routes: given };

{
  cases: {
    'keeps the routes of gateways out': {
      parameters: { name: 'rt' },
      resources: { [table]: { properties: { disableBgpRoutePropagation: true, routes: null } } },
    },
    'leads to an appliance': {
      parameters: routes({ out: { to: '0.0.0.0/0', nextHopIpAddress: '10.0.0.4' } }),
      resources: {
        [table]: {
          properties: {
            routes: [{
              name: 'out',
              properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.0.0.4' },
            }],
          },
        },
      },
    },
    'drops traffic': {
      parameters: routes({ out: { to: 'Internet', nextHop: 'None' } }),
      resources: { [table]: { properties: { routes: [{ properties: { nextHopType: 'None', nextHopIpAddress: null } }] } } },
    },
    'refuses an appliance without an address': {
      parameters: routes({ out: { to: '0.0.0.0/0' } }),
      errors: ['has a nextHopIpAddress'],
    },
    'refuses an address where there is no appliance': {
      parameters: routes({ out: { to: '0.0.0.0/0', nextHop: 'Internet', nextHopIpAddress: '10.0.0.4' } }),
      errors: ['has a nextHopIpAddress'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
