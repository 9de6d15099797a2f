// A virtual network whose subnets reach the internet only through what they are given for it.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings() + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('vnet-example', 2, 64, '^[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9_]$'),
    addressPrefixes: {
      type: 'array',
      description: 'Blocks of addresses of the network',
      items: { type: 'string', format: 'cidr' },
      minLength: 1,
      examples: [['10.0.0.0/16'], ['10.1.0.0/16']],
    },
    subnets: {
      type: 'object',
      description: 'Name of a subnet to what it is',
      additionalProperties: {
        type: 'object',
        properties: {
          addressPrefix: { type: 'string', format: 'cidr', description: 'Its block of addresses' },
          networkSecurityGroup: { type: 'resourceId', description: 'Network security group' },
          routeTable: { type: 'resourceId', description: 'Route table' },
          natGateway: { type: 'resourceId', description: 'NAT gateway' },
          delegation: { type: 'string', description: 'Service that the subnet is handed to, such as Microsoft.Web/serverFarms' },
          serviceEndpoints: {
            type: 'array',
            items: { type: 'string' },
            description: 'Services that are reached directly, such as Microsoft.Storage',
          },
          defaultOutboundAccess: {
            type: 'bool',
            description: 'Whether machines without a way out get one from Azure; false',
          },
        },
        required: ['addressPrefix'],
        additionalProperties: false,
      },
      defaultValue: {},
      examples: [{ apps: { addressPrefix: '10.0.1.0/24' } }],
    },
    dnsServers: {
      type: 'array',
      description: "Addresses of DNS servers; Azure's when there are none",
      items: { type: 'string', format: 'ipv4' },
      defaultValue: [],
      examples: [['10.0.0.4']],
    },
    encryption: {
      type: 'bool',
      description: 'Whether traffic between machines that can do so is encrypted',
      defaultValue: false,
    },
    peerings: {
      type: 'object',
      description: 'Name of a peering to the network at its other end',
      additionalProperties: {
        type: 'object',
        properties: {
          remoteNetwork: { type: 'resourceId', description: 'The other network' },
          allowForwardedTraffic: { type: 'bool', description: 'Whether traffic that does not start there is taken; false' },
          allowGatewayTransit: { type: 'bool', description: 'Whether it may use a gateway of this network; false' },
          useRemoteGateways: { type: 'bool', description: 'Whether this network uses a gateway of that; false' },
        },
        required: ['remoteNetwork'],
        additionalProperties: false,
      },
      defaultValue: {},
      examples: [{ hub: { remoteNetwork: interfaces.parameter.exampleId('Microsoft.Network/virtualNetworks', 'hub') } }],
    },
  },

  // Subnets stand in the network: those that are children of their own would be taken away by its next deployment.
  subnet(name, entry):: {
    local link(field) = if field in entry then { id: entry[field] },
    name: name,
    properties: std.prune({
      addressPrefix: entry.addressPrefix,
      networkSecurityGroup: link('networkSecurityGroup'),
      routeTable: link('routeTable'),
      natGateway: link('natGateway'),
      delegations: if 'delegation' in entry then [{ name: 'delegation', properties: { serviceName: entry.delegation } }],
      serviceEndpoints: [{ service: service } for service in std.get(entry, 'serviceEndpoints', [])],
      privateEndpointNetworkPolicies: 'Enabled',
    }) + { defaultOutboundAccess: std.get(entry, 'defaultOutboundAccess', false) },
  },

  network:: $.Anchor('Microsoft.Network/virtualNetworks', '2025-05-01') {
    properties: {
      addressSpace: { addressPrefixes: args.addressPrefixes },
      [if args.subnets != {} then 'subnets']: [$.subnet(name, args.subnets[name]) for name in std.objectFields(args.subnets)],
      [if args.dnsServers != [] then 'dhcpOptions']: { dnsServers: args.dnsServers },
      [if args.encryption then 'encryption']: { enabled: true, enforcement: 'AllowUnencrypted' },
    },
  },

  // A network takes one of them after the other.
  local names = std.objectFields(args.peerings),
  local following(i) = if i == 0 then {} else { dependsOn+: [$.peerings[names[i - 1]].id] },
  peerings:: {
    [names[i]]: $.network.child('virtualNetworkPeerings', names[i]) + following(i) + {
      local peering = args.peerings[names[i]],
      properties: {
        remoteVirtualNetwork: { id: peering.remoteNetwork },
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: std.get(peering, 'allowForwardedTraffic', false),
        allowGatewayTransit: std.get(peering, 'allowGatewayTransit', false),
        useRemoteGateways: std.get(peering, 'useRemoteGateways', false),
      },
    }
    for i in std.range(0, std.length(names) - 1)
  },

  // Ids of the subnets, by name.
  subnetIds:: {
    [name]: arm.fn.resourceId('Microsoft.Network/virtualNetworks/subnets', $.network.name, name)
    for name in std.objectFields(args.subnets)
  },

  anchor:: 'network',
  outputs+: { subnetIds: arm.output($.subnetIds) },
}
