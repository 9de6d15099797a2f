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
    'has the instances that it is told to have': {
      parameters: base { instances: 4 },
      resources: { [host]: { properties: { scaleUnits: 4 } } },
    },
    'says nothing that Basic does not know': {
      parameters: base { sku: 'Basic' },
      resources: { [host]: { properties: { scaleUnits: null, enableTunneling: null, enableFileCopy: null } } },
    },
    'is used from the own machine when it may be': {
      parameters: base { nativeClients: true, fileCopy: true },
      resources: { [host]: { properties: { enableTunneling: true, enableFileCopy: true } } },
    },
    'records sessions with Premium': {
      parameters: base { sku: 'Premium', publicIpAddress: '/subscriptions/s/pip' },
      resources: {
        [host]: { properties: { enableSessionRecording: true } },
        'Microsoft.Network/publicIPAddresses/*': null,
      },
    },
    'refuses one instance': {
      parameters: base { instances: 1 },
      errors: ["parameter 'instances'"],
    },
    'refuses what Basic has not': {
      parameters: base { sku: 'Basic', nativeClients: true, fileCopy: true, instances: 3 },
      errors: ['nativeClients', 'fileCopy', 'Basic has two'],
    },
    'has no zones where there are none': {
      parameters: base { zones: [] },
      resources: { 'Microsoft.Network/bastionHosts/bas': { zones: null } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
