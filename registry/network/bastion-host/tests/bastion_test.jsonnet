local host = 'Microsoft.Network/bastionHosts/bas';
local base = { name: 'bas', subnet: '/subscriptions/s/vnet/subnets/AzureBastionSubnet' };

{
  cases: {
    'stands in its subnet, and hands nothing over': {
      parameters: base,
      resources: {
        [host]: {
          sku: { name: 'Standard' },
          properties: {
            enableTunneling: false,
            enableFileCopy: false,
            enableShareableLink: false,
            enableSessionRecording: null,
            ipConfigurations: [{
              properties: {
                subnet: { id: '/subscriptions/s/vnet/subnets/AzureBastionSubnet' },
                publicIPAddress: { id: "[resourceId('Microsoft.Network/publicIPAddresses', 'bas-pip')]" },
              },
            }],
          },
        },
        'Microsoft.Network/publicIPAddresses/bas-pip': { sku: { name: 'Standard' } },
      },
    },
    'says nothing that Basic does not know': {
      parameters: base { sku: 'Basic' },
      resources: { [host]: { properties: { scaleUnits: null, enableTunneling: null, enableFileCopy: null } } },
    },
    'records sessions with Premium': {
      parameters: base { sku: 'Premium', publicIpAddress: '/subscriptions/s/pip' },
      resources: {
        [host]: { properties: { enableSessionRecording: true } },
        'Microsoft.Network/publicIPAddresses/*': null,
      },
    },
    'refuses one instance': {
      parameters: base { scaleUnits: 1 },
      errors: ["parameter 'scaleUnits'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
