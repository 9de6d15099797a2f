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
    'has a version, people who manage it, and logs of containers': {
      parameters: { name: 'aks', version: '1.34', adminGroups: ['11111111-1111-1111-1111-111111111111'], workspace: '/subscriptions/s/log' },
      resources: {
        [cluster]: {
          properties: {
            kubernetesVersion: '1.34',
            aadProfile: { adminGroupObjectIDs: ['11111111-1111-1111-1111-111111111111'] },
            addonProfiles: { omsagent: { enabled: true, config: { logAnalyticsWorkspaceResourceID: '/subscriptions/s/log', useAADAuth: 'true' } } },
          },
        },
      },
    },
    'refuses groups that are no ids': {
      parameters: { name: 'aks', adminGroups: ['admins'] },
      errors: ["parameter 'adminGroups[0]'"],
    },
    'has a network that Windows knows when a pool has it': {
      parameters: { name: 'aks_1', userPools: { win: { os: 'Windows', min: 12 } } },
      resources: {
        'Microsoft.ContainerService/managedClusters/aks_1': {
          properties: { dnsPrefix: 'aks-1', networkProfile: { networkDataplane: null, networkPolicy: 'calico' } },
        },
        'Microsoft.ContainerService/managedClusters/aks_1/agentPools/win': { properties: { osSKU: null, minCount: 12, maxCount: 12 } },
      },
    },
    'refuses names of pools that Azure does': {
      parameters: { name: 'aks', userPools: { windows: { os: 'Windows' } } },
      errors: ['windows is no name of a pool'],
    },
    'refuses a pool that is larger than it may be': {
      parameters: { name: 'aks', userPools: { apps: { min: 5, max: 2 } } },
      errors: ['apps has a max below its min'],
    },
    'is called by what the deployment makes of it': {
      parameters: { name: "[concat('aks-', uniqueString(resourceGroup().id))]" },
      resources: { 'Microsoft.ContainerService/managedClusters/*': { properties: { dnsPrefix: "[concat('aks-', uniqueString(resourceGroup().id))]" } } },
    },
    'starts each pool with its fewest nodes': {
      parameters: { name: 'aks', userPools: { apps: { min: 3 }, jobs: {} } },
      resources: {
        [cluster + '/agentPools/apps']: { properties: { count: 3, minCount: 3 } },
        [cluster + '/agentPools/jobs']: { properties: { count: 0, minCount: 0 } },
      },
    },
    'refuses a gateway of Azure in a subnet of yours': {
      parameters: { name: 'aks', subnet: '/subscriptions/s/subnet', outbound: 'managedNATGateway' },
      errors: ['Azure makes no gateway in a subnet of yours'],
    },
    'refuses routes of a subnet that there is not': {
      parameters: { name: 'aks', outbound: 'userDefinedRouting' },
      errors: ['userDefinedRouting needs a subnet of yours'],
    },
    'goes by the routes of its subnet': {
      parameters: { name: 'aks', subnet: '/subscriptions/s/subnet', outbound: 'userDefinedRouting' },
      resources: { [cluster]: { properties: { networkProfile: { outboundType: 'userDefinedRouting' }, bootstrapProfile: null } } },
    },
    'starts nodes from what is kept inside when there is no way out': {
      parameters: { name: 'aks', outbound: 'none' },
      resources: { [cluster]: { properties: { networkProfile: { outboundType: 'none' }, bootstrapProfile: { artifactSource: 'Cache' } } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
