// A Container Apps environment: what apps share, a network and logs.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module
+ interfaces.managedIdentities()
+ interfaces.diagnosticSettings()
+ interfaces.privateEndpoints(['managedEnvironments'])
+ {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('cae-example', 2, 60, '^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$'),
    subnet: interfaces.parameter.subnet {
      description: 'Subnet that it has for itself, of 32 addresses or more, delegated to Microsoft.App/environments; null for none of yours',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleSubnet],
    },
    internal: {
      type: 'bool',
      description: 'Whether apps are reached from the network alone, with a subnet',
      defaultValue: hasSubnet,
      validate(isInternal): if hasSubnet || !isInternal then true else 'needs a subnet',
      metadata: { examplesWith: { subnet: interfaces.parameter.exampleSubnet } },
    },
    zoneRedundant: {
      type: 'bool',
      description: 'Whether it stands in several zones, with a subnet',
      defaultValue: hasSubnet,
      validate(isSpread): if hasSubnet || !isSpread then true else 'needs a subnet',
      metadata: { examplesWith: { subnet: interfaces.parameter.exampleSubnet } },
    },
    publicNetworkAccess+: { description: 'Whether apps are reached from public networks. If not, from the subnet and by private endpoints alone' },
  },
  local hasSubnet = args.subnet != null,

  environment:: $.Anchor('Microsoft.App/managedEnvironments', '2025-07-01') {
    properties: {
      zoneRedundant: args.zoneRedundant,
      publicNetworkAccess: args.publicNetworkAccess,
      [if hasSubnet then 'vnetConfiguration']: { infrastructureSubnetId: args.subnet, internal: args.internal },
      workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }],
      peerTrafficConfiguration: { encryption: { enabled: true } },
      // Logs go to Azure Monitor, and from there to where diagnosticSettings say: no key of a workspace is needed.
      appLogsConfiguration: { destination: 'azure-monitor' },
    },
  },

  anchor:: 'environment',
  outputs+: {
    defaultDomain: arm.output($.environment.ref('defaultDomain')),
    staticIp: arm.output($.environment.ref('staticIp')),
  },
}
