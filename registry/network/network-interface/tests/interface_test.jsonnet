local interface = 'Microsoft.Network/networkInterfaces/nic';
local base = { name: 'nic', subnet: '/subscriptions/s/subnet' };

{
  cases: {
    'is reached from inside alone': {
      parameters: base,
      resources: {
        [interface]: {
          properties: {
            enableIPForwarding: false,
            networkSecurityGroup: null,
            ipConfigurations: [{
              properties: {
                subnet: { id: '/subscriptions/s/subnet' },
                privateIPAllocationMethod: 'Dynamic',
                privateIPAddress: null,
                publicIPAddress: null,
                loadBalancerBackendAddressPools: null,
              },
            }],
          },
        },
      },
    },
    'keeps the address that it is given': {
      parameters: base { privateIpAddress: '10.0.0.10' },
      resources: {
        [interface]: {
          properties: {
            ipConfigurations: [{ properties: { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.0.10' } }],
          },
        },
      },
    },
    'joins what it is told to': {
      parameters: base {
        publicIpAddress: '/subscriptions/s/pip',
        networkSecurityGroup: '/subscriptions/s/nsg',
        loadBalancerBackendPools: ['/subscriptions/s/pool'],
      },
      resources: {
        [interface]: {
          properties: {
            networkSecurityGroup: { id: '/subscriptions/s/nsg' },
            ipConfigurations: [{
              properties: {
                publicIPAddress: { id: '/subscriptions/s/pip' },
                loadBalancerBackendAddressPools: [{ id: '/subscriptions/s/pool' }],
              },
            }],
          },
        },
      },
    },
    'refuses what is no address': {
      parameters: base { privateIpAddress: 'ten' },
      errors: ["parameter 'privateIpAddress'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
