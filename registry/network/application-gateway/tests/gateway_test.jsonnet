local gateway = 'Microsoft.Network/applicationGateways/agw';
local part(kind, name) = { id: "[resourceId('Microsoft.Network/applicationGateways/%s', 'agw', '%s')]" % [kind, name] };
local base = {
  name: 'agw',
  subnet: '/subscriptions/s/subnet',
  identity: '/subscriptions/s/i',
  certificateSecretId: 'https://kv/secrets/c',
  sites: { shop: { hostName: 'shop.example.com', backends: ['10.0.0.4', 'shop.azurewebsites.net'] } },
};

{
  cases: {
    'speaks HTTPS on both sides, and blocks attacks': {
      parameters: base,
      resources: {
        'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies/agw-waf': {
          properties: { policySettings: { state: 'Enabled', mode: 'Prevention' } },
        },
        [gateway]: {
          properties: {
            sku: { name: 'WAF_v2' },
            sslPolicy: { policyName: 'AppGwSslPolicy20220101' },
            frontendPorts: [{ properties: { port: 443 } }],
            backendAddressPools: [
              { name: 'shop', properties: { backendAddresses: [{ ipAddress: '10.0.0.4' }, { fqdn: 'shop.azurewebsites.net' }] } },
            ],
            backendHttpSettingsCollection: [
              { properties: { protocol: 'Https', port: 443, pickHostNameFromBackendAddress: true, hostName: null } },
            ],
            httpListeners: [{ properties: { protocol: 'Https', hostName: 'shop.example.com' } }],
            requestRoutingRules: [{ properties: { priority: 100, httpListener: part('httpListeners', 'shop') } }],
          },
        },
        'Microsoft.Network/publicIPAddresses/agw-pip': {},
      },
    },
    'sends each site to its servers': {
      parameters: base {
        publicIpAddress: '/subscriptions/s/pip',
        sites+: { api: { hostName: 'api.example.com', backends: ['10.0.0.5'], backendHostName: 'api.internal', backendPort: 8443 } },
      },
      resources: {
        [gateway]: {
          properties: {
            frontendIPConfigurations: [{ properties: { publicIPAddress: { id: '/subscriptions/s/pip' } } }],
            backendHttpSettingsCollection: [
              { name: 'api', properties: { port: 8443, hostName: 'api.internal', pickHostNameFromBackendAddress: null } },
              { name: 'shop' },
            ],
            requestRoutingRules: [
              { properties: { priority: 100, backendAddressPool: part('backendAddressPools', 'api') } },
              { properties: { priority: 101, backendAddressPool: part('backendAddressPools', 'shop') } },
            ],
          },
        },
        'Microsoft.Network/publicIPAddresses/*': null,
      },
    },
    'refuses a site without a server': {
      parameters: base { sites: { shop: { hostName: 'shop.example.com', backends: [] } } },
      errors: ["parameter 'sites.shop.backends'"],
    },
    'refuses fewer instances than there always are, and grows with them': {
      parameters: base { minInstances: 5, maxInstances: 2 },
      errors: ['is less than minInstances'],
    },
    'has no zones where there are none': {
      parameters: base { zones: [], minInstances: 20 },
      resources: {
        'Microsoft.Network/applicationGateways/agw': { zones: null, properties: { autoscaleConfiguration: { maxCapacity: 20 } } },
      },
    },
    'takes as many instances at most as there always are': {
      parameters: base { minInstances: 5, maxInstances: 5 },
      resources: { 'Microsoft.Network/applicationGateways/agw': { properties: { autoscaleConfiguration: { minCapacity: 5, maxCapacity: 5 } } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
