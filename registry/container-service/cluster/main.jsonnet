// A Kubernetes cluster that is signed in to with Entra ID, and managed from inside its network.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.managedIdentities(systemAssigned=true) + interfaces.diagnosticSettings(logs=['audit']) + {
  local args = $.arguments,
  local signs = 'abcdefghijklmnopqrstuvwxyz0123456789',

  parameterMetadata+:: {
    name: interfaces.parameter.name('aks-example', 1, 63, '^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$'),
    version: {
      type: 'string',
      description: 'Version of Kubernetes; null for the one that Azure proposes',
      pattern: '^[0-9]+[.][0-9]+([.][0-9]+)?$',
      nullable: true,
      defaultValue: null,
      examples: ['1.34'],
    },
    sku: {
      type: 'string',
      description: 'What Azure promises for the API server',
      allowedValues: ['Standard', 'Premium', 'Free'],
      defaultValue: 'Standard',
    },
    subnet: interfaces.parameter.subnet {
      description: 'Subnet of the nodes; null for none of yours',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleSubnet],
    },
    outbound: {
      type: 'string',
      description: 'How nodes reach the internet: a gateway that Azure makes, the one of the subnet, its routes, or not at all, with what nodes start from kept inside',
      allowedValues: ['managedNATGateway', 'userAssignedNATGateway', 'userDefinedRouting', 'loadBalancer', 'none'],
      defaultValue: if args.subnet == null then 'managedNATGateway' else 'userAssignedNATGateway',
      validate(way):
        if way == 'managedNATGateway' && args.subnet != null then 'Azure makes no gateway in a subnet of yours: give userAssignedNATGateway'
        else if std.member(['userAssignedNATGateway', 'userDefinedRouting'], way) && args.subnet == null then way + ' needs a subnet of yours'
        else true,
      examples: ['loadBalancer'],
    },
    privateCluster: { type: 'bool', description: 'Whether the API server is reached from the network alone', defaultValue: true },
    systemPool: {
      type: 'object',
      description: 'Nodes that the cluster itself runs on',
      properties: {
        size: { type: 'string', description: "Size of a node; 'Standard_D4ds_v5'" },
        min: { type: 'int', minValue: 1, maxValue: 1000, description: 'Fewest nodes; 3' },
        max: { type: 'int', minValue: 1, maxValue: 1000, description: 'Most nodes; 5' },
      },
      additionalProperties: false,
      defaultValue: {},
      examples: [{ min: 2 }],
    },
    userPools: {
      type: 'object',
      description: 'Name of a pool, 12 characters at most, to its nodes. With one of Windows the network is Calico, not Cilium',
      additionalProperties: {
        type: 'object',
        properties: {
          size: { type: 'string', description: "Size of a node; 'Standard_D4ds_v5'" },
          os: { type: 'string', allowedValues: ['Linux', 'Windows'], description: "System; 'Linux'" },
          min: { type: 'int', minValue: 0, maxValue: 1000, description: 'Fewest nodes; 0' },
          max: { type: 'int', minValue: 1, maxValue: 1000, description: 'Most nodes; 10' },
        },
        additionalProperties: false,
      },
      validate(pools):
        local letters(name) = if std.get(pools[name], 'os') == 'Windows' then 6 else 12;
        local isWrong(name) =
          std.length(name) > letters(name) || name == 'system' || name[0] < 'a' || name[0] > 'z' || std.length(std.stripChars(name, signs)) > 0;
        local wrong = std.filter(isWrong, std.objectFields(pools));
        local few = [name for name in std.objectFields(pools) if std.get(pools[name], 'max', 1000) < std.get(pools[name], 'min', 0)];
        if wrong != [] then wrong[0] + ' is no name of a pool: small letters and digits, 12 at most, 6 with Windows, and not system'
        else if few != [] then few[0] + ' has a max below its min'
        else true,
      defaultValue: {},
      examples: [{ apps: {} }],
    },
    zones: interfaces.parameter.zones,
    adminGroups: {
      type: 'array',
      description: 'Object ids of groups of Entra ID that manage the cluster',
      items: { type: 'string', format: 'uuid' },
      defaultValue: [],
      examples: [['00000000-0000-0000-0000-000000000001']],
    },
    workspace: {
      type: 'resourceId',
      description: 'Log Analytics workspace for the logs of containers; null for none',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleId('Microsoft.OperationalInsights/workspaces', 'log')],
    },
  },

  // There is no windowsProfile: Azure makes the administrator of Windows nodes itself, with a password that nobody knows.
  // Source: learn.microsoft.com/azure/aks/learn/quick-windows-container-deploy-cli
  local hasWindows = std.length([1 for name in std.objectFields(args.userPools) if std.get(args.userPools[name], 'os') == 'Windows']) > 0,

  // What all pools have in common.
  pool(entry, min, max):: {
    vmSize: std.get(entry, 'size', 'Standard_D4ds_v5'),
    osType: std.get(entry, 'os', 'Linux'),
    [if std.get(entry, 'os', 'Linux') == 'Linux' then 'osSKU']: 'AzureLinux',
    type: 'VirtualMachineScaleSets',
    enableAutoScaling: true,
    minCount: std.get(entry, 'min', min),
    maxCount: std.get(entry, 'max', std.max(max, self.minCount)),
    count: self.minCount,  // to start with
    enableEncryptionAtHost: true,
    [if args.zones != [] then 'availabilityZones']: args.zones,
    [if args.subnet != null then 'vnetSubnetID']: args.subnet,
    upgradeSettings: { maxSurge: '33%' },
  },

  systemPool:: $.pool(args.systemPool, 3, 5) {
    name: 'system',
    mode: 'System',
    nodeTaints: ['CriticalAddonsOnly=true:NoSchedule'],
  },

  cluster:: $.Anchor('Microsoft.ContainerService/managedClusters', '2025-10-01') {
    sku: { name: 'Base', tier: args.sku },
    properties: {
      dnsPrefix: if std.startsWith(args.name, '[') then args.name else std.stripChars(std.substr(std.strReplace(args.name, '_', '-'), 0, 54), '-'),
      [if args.version != null then 'kubernetesVersion']: args.version,
      enableRBAC: true,
      disableLocalAccounts: true,
      aadProfile: {
        managed: true,
        enableAzureRBAC: true,
        [if args.adminGroups != [] then 'adminGroupObjectIDs']: args.adminGroups,
      },
      apiServerAccessProfile: { enablePrivateCluster: args.privateCluster },
      oidcIssuerProfile: { enabled: true },
      securityProfile: {
        workloadIdentity: { enabled: true },
        imageCleaner: { enabled: true, intervalHours: 168 },
      },
      // Without a way out nodes start with what Azure keeps for the cluster in a registry inside the network.
      // Source: learn.microsoft.com/azure/aks/network-isolated
      [if args.outbound == 'none' then 'bootstrapProfile']: { artifactSource: 'Cache' },
      autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' },
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        // Cilium is for Linux alone.
        [if !hasWindows then 'networkDataplane']: 'cilium',
        networkPolicy: if hasWindows then 'calico' else 'cilium',
        loadBalancerSku: 'standard',
        outboundType: args.outbound,
      },
      addonProfiles: {
        azurepolicy: { enabled: true },
        azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: 'true' } },
        [if args.workspace != null then 'omsagent']: {
          enabled: true,
          config: { logAnalyticsWorkspaceResourceID: args.workspace, useAADAuth: 'true' },
        },
      },
      agentPoolProfiles: [$.systemPool],
    },
  },

  userPools:: {
    [name]: $.cluster.child('agentPools', name) { properties: { mode: 'User' } + $.pool(args.userPools[name], 0, 10) }
    for name in std.objectFields(args.userPools)
  },

  anchor:: 'cluster',
  outputs+: {
    oidcIssuerUrl: arm.output($.cluster.ref('oidcIssuerProfile.issuerURL')),
    kubeletPrincipalId: arm.output($.cluster.ref('identityProfile.kubeletidentity.objectId')),
  },
}
