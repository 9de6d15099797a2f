local cluster = 'Microsoft.ContainerService/managedClusters/aks';

{
  cases: {
    'is signed in to with Entra ID, from inside, and keeps itself new': {
      parameters: { name: 'aks' },
      resources: {
        [cluster]: {
          identity: { type: 'SystemAssigned' },
          sku: { name: 'Base', tier: 'Standard' },
          properties: {
            disableLocalAccounts: true,
            enableRBAC: true,
            aadProfile: { managed: true, enableAzureRBAC: true, adminGroupObjectIDs: null },
            apiServerAccessProfile: { enablePrivateCluster: true },
            autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' },
            securityProfile: { workloadIdentity: { enabled: true } },
            networkProfile: { networkPolicy: 'cilium', outboundType: 'managedNATGateway' },
            agentPoolProfiles: [{ name: 'system', mode: 'System', count: 3, availabilityZones: ['1', '2', '3'], vnetSubnetID: null }],
            addonProfiles: { omsagent: null },
          },
        },
      },
    },
    'uses the gateway of its subnet': {
      parameters: { name: 'aks', subnet: '/subscriptions/s/subnet', zones: [] },
      resources: {
        [cluster]: {
          properties: {
            networkProfile: { outboundType: 'userAssignedNATGateway' },
            agentPoolProfiles: [{ vnetSubnetID: '/subscriptions/s/subnet', availabilityZones: null }],
          },
        },
      },
    },
    'has pools for apps': {
      parameters: { name: 'aks', userPools: { apps: { min: 1 }, win: { os: 'Windows', max: 3 } } },
      resources: {
        [cluster + '/agentPools/apps']: { properties: { mode: 'User', minCount: 1, maxCount: 10, osSKU: 'AzureLinux' } },
        [cluster + '/agentPools/win']: { properties: { osType: 'Windows', osSKU: null, minCount: 0, maxCount: 3 } },
      },
    },
    'refuses groups that are no ids': {
      parameters: { name: 'aks', adminGroups: ['admins'] },
      errors: ["parameter 'adminGroups[0]'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
