local balancer = 'Microsoft.Network/loadBalancers/lb';
local part(kind, name) = "[resourceId('Microsoft.Network/loadBalancers/%s', 'lb', '%s')]" % [kind, name];
local inside = { name: 'lb', frontend: { subnet: '/subscriptions/s/subnet' } };

{
  cases: {
    'listens inside a network, in all zones': {
      parameters: inside,
      resources: {
        [balancer]: {
          sku: { name: 'Standard' },
          properties: {
            frontendIPConfigurations: [{
              zones: ['1', '2', '3'],
              properties: { subnet: { id: '/subscriptions/s/subnet' }, privateIPAllocationMethod: 'Dynamic' },
            }],
            loadBalancingRules: null,
            probes: null,
          },
        },
      },
      outputs: { backendPoolId: part('backendAddressPools', 'instances') },
    },
    'listens at an address that stays': {
      parameters: inside { frontend+: { privateIpAddress: '10.0.0.10' } },
      resources: {
        [balancer]: {
          properties: {
            frontendIPConfigurations: [{ properties: { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.0.10' } }],
          },
        },
      },
    },
    'listens in public': {
      parameters: { name: 'lb', frontend: { publicIpAddress: '/subscriptions/s/pip' } },
      resources: {
        [balancer]: {
          properties: { frontendIPConfigurations: [{ zones: null, properties: { publicIPAddress: { id: '/subscriptions/s/pip' } } }] },
        },
      },
    },
    'joins ports, and asks the instances there': {
      parameters: inside { rules: { api: { port: 443, backendPort: 8443, healthPath: '/health' }, dns: { port: 53, protocol: 'Udp', healthPort: 80 } } },
      resources: {
        [balancer]: {
          properties: {
            loadBalancingRules: [
              {
                name: 'api',
                properties: {
                  frontendPort: 443,
                  backendPort: 8443,
                  disableOutboundSnat: true,
                  probe: { id: part('probes', 'api') },
                  backendAddressPool: { id: part('backendAddressPools', 'instances') },
                },
              },
              { name: 'dns', properties: { protocol: 'Udp', backendPort: 53 } },
            ],
            probes: [
              { properties: { protocol: 'Https', port: 8443, requestPath: '/health' } },
              { properties: { protocol: 'Tcp', port: 80, requestPath: null } },
            ],
          },
        },
      },
    },
    'must be told where it listens': {
      parameters: { name: 'lb', frontend: {} },
      errors: ['one of them'],
    },
    'listens at one place': {
      parameters: inside { frontend+: { publicIpAddress: '/subscriptions/s/pip' } },
      errors: ['one of them'],
    },
    'has no zones where there are none': {
      parameters: { name: 'lb', frontend: { subnet: '/subscriptions/s/subnet', zones: [] } },
      resources: { 'Microsoft.Network/loadBalancers/lb': { properties: { frontendIPConfigurations: [{ zones: null }] } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
