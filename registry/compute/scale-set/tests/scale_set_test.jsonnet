local scaleSet = 'Microsoft.Compute/virtualMachineScaleSets/vmss';
local base = { name: 'vmss', subnet: '/subscriptions/s/subnet' };

{
  cases: {
    'is spread over zones, of machines that start what is signed': {
      parameters: base,
      resources: {
        [scaleSet]: {
          sku: { name: "[parameters('size')]", capacity: 3 },
          zones: ['1', '2', '3'],
          properties: {
            orchestrationMode: 'Flexible',
            automaticRepairsPolicy: null,
            virtualMachineProfile: {
              securityProfile: { securityType: 'TrustedLaunch', encryptionAtHost: true },
              osProfile: { computerNamePrefix: 'vmss', linuxConfiguration: { disablePasswordAuthentication: true } },
              extensionProfile: null,
            },
          },
        },
      },
    },
    'replaces machines that are not well': {
      parameters: base { os: 'Windows', healthProbe: { port: 80, protocol: 'http', path: '/' } },
      resources: {
        [scaleSet]: {
          properties: {
            automaticRepairsPolicy: { enabled: true },
            virtualMachineProfile: {
              extensionProfile: {
                extensions: [{ properties: { type: 'ApplicationHealthWindows', settings: { port: 80, protocol: 'http', requestPath: '/' } } }],
              },
            },
          },
        },
      },
    },
    'stands behind load balancers, with identities': {
      parameters: base { loadBalancerBackendPools: ['/subscriptions/s/pool'], managedIdentities: { userAssigned: ['/subscriptions/s/i'] }, zones: [] },
      resources: {
        [scaleSet]: {
          zones: null,
          identity: { type: 'UserAssigned', userAssignedIdentities: { '/subscriptions/s/i': {} } },
          properties: {
            virtualMachineProfile: {
              networkProfile: {
                networkInterfaceConfigurations: [{
                  properties: { ipConfigurations: [{ properties: { loadBalancerBackendAddressPools: [{ id: '/subscriptions/s/pool' }] } }] },
                }],
              },
            },
          },
        },
      },
    },
    'refuses more machines than Azure has in one': {
      parameters: base { instances: 1001 },
      errors: ["parameter 'instances'"],
    },
    'has names of machines that are made of a name of the deployment, in no zones': {
      parameters: base { name: "[concat('vmss-', uniqueString(resourceGroup().id))]", zones: [], healthProbe: { port: 80, protocol: 'http', path: '/health' } },
      resources: {
        'Microsoft.Compute/virtualMachineScaleSets/*': {
          zones: null,
          properties: {
            virtualMachineProfile: {
              osProfile: { computerNamePrefix: "[take(concat('vmss-', uniqueString(resourceGroup().id)), 9)]" },
              extensionProfile: { extensions: [{ properties: { settings: { requestPath: '/health' } } }] },
            },
          },
        },
      },
    },
    'refuses an identity that machines of a flexible set cannot have': {
      parameters: base { managedIdentities: { systemAssigned: true } },
      errors: ['user-assigned identities alone'],
    },
    'refuses a question over HTTP without a path': {
      parameters: base { healthProbe: { port: 80, protocol: 'http' } },
      errors: ['have a path'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
