local network = 'Microsoft.Network/virtualNetworks/vnet';
local base = { name: 'vnet', addressPrefixes: ['10.0.0.0/16'] };

{
  cases: {
    'has no path out by itself': {
      parameters: base { subnets: { a: { addressPrefix: '10.0.0.0/24' }, b: { addressPrefix: '10.0.1.0/24', defaultOutboundAccess: true } } },
      resources: {
        [network]: {
          properties: {
            dhcpOptions: null,
            subnets: [
              { name: 'a', properties: { addressPrefix: '10.0.0.0/24', defaultOutboundAccess: false, natGateway: null } },
              { name: 'b', properties: { defaultOutboundAccess: true } },
            ],
          },
        },
      },
      outputs: {
        subnetIds: { a: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet', 'a')]" },
      },
    },
    'links what a subnet is given': {
      parameters: base {
        subnets: {
          a: {
            addressPrefix: '10.0.0.0/24',
            networkSecurityGroup: '/subscriptions/s/nsg',
            routeTable: '/subscriptions/s/rt',
            natGateway: '/subscriptions/s/ng',
            delegation: 'Microsoft.Web/serverFarms',
            serviceEndpoints: ['Microsoft.Storage'],
          },
        },
      },
      resources: {
        [network]: {
          properties: {
            subnets: [{
              properties: {
                networkSecurityGroup: { id: '/subscriptions/s/nsg' },
                routeTable: { id: '/subscriptions/s/rt' },
                natGateway: { id: '/subscriptions/s/ng' },
                delegations: [{ properties: { serviceName: 'Microsoft.Web/serverFarms' } }],
                serviceEndpoints: [{ service: 'Microsoft.Storage' }],
              },
            }],
          },
        },
      },
    },
    'meets other networks, and trusts them with nothing more': {
      parameters: base { peerings: { hub: { remoteNetwork: '/subscriptions/s/hub', useRemoteGateways: true } } },
      resources: {
        [network + '/virtualNetworkPeerings/hub']: {
          properties: {
            remoteVirtualNetwork: { id: '/subscriptions/s/hub' },
            allowForwardedTraffic: false,
            allowGatewayTransit: false,
            useRemoteGateways: true,
          },
        },
      },
    },
    'refuses blocks that are none': {
      parameters: base { addressPrefixes: ['10.0.0.0'], subnets: { a: { addressPrefix: 'x' } } },
      errors: ["parameter 'addressPrefixes[0]'", "parameter 'subnets.a.addressPrefix'"],
    },
    'refuses a subnet without a block': {
      parameters: base { subnets: { a: {} } },
      errors: ["parameter 'subnets.a"],
    },
    'asks other servers for names, and encrypts, when it is told so': {
      parameters: base { dnsServers: ['10.0.0.4'], encryption: true },
      resources: { [network]: { properties: { dhcpOptions: { dnsServers: ['10.0.0.4'] }, encryption: { enabled: true } } } },
    },
    'makes one peering after the other': {
      parameters: { name: 'vnet', addressPrefixes: ['10.0.0.0/16'], peerings: { a: { remoteNetwork: '/subscriptions/s/a' }, b: { remoteNetwork: '/subscriptions/s/b' } } },
      resources: {
        'Microsoft.Network/virtualNetworks/vnet/virtualNetworkPeerings/b': {
          dependsOn: [
            "[resourceId('Microsoft.Network/virtualNetworks/virtualNetworkPeerings', 'vnet', 'a')]",
          ],
        },
      },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
