// A load balancer for TCP and UDP, inside a network or in public.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings(logs=null) + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('lb-example'),
    frontend: {
      type: 'object',
      description: 'Where it listens: in a subnet, or at a public address',
      properties: {
        subnet: interfaces.parameter.subnet,
        privateIpAddress: { type: 'string', format: 'ipv4', description: 'Address in the subnet; one that Azure chooses' },
        zones: { type: 'array', items: { type: 'string', allowedValues: ['1', '2', '3'] }, description: 'Zones of the private address; all' },
        publicIpAddress: { type: 'resourceId', description: 'Public address' },
      },
      additionalProperties: false,
      validate(frontend):
        if ('subnet' in frontend) != ('publicIpAddress' in frontend) then true
        else 'give a subnet or a publicIpAddress, one of them',
      examples: [
        { subnet: interfaces.parameter.exampleSubnet },
        { publicIpAddress: interfaces.parameter.exampleId('Microsoft.Network/publicIPAddresses', 'pip') },
      ],
    },
    rules: {
      type: 'object',
      description: 'Name of a rule to the ports that it joins',
      additionalProperties: {
        type: 'object',
        properties: {
          port: { type: 'int', minValue: 1, maxValue: 65534, description: 'Port that it listens at' },
          backendPort: { type: 'int', minValue: 1, maxValue: 65535, description: 'Port of the instances; the same' },
          protocol: { type: 'string', allowedValues: ['Tcp', 'Udp'], description: "Protocol; 'Tcp'" },
          healthPort: { type: 'int', minValue: 1, maxValue: 65535, description: 'Port that tells whether an instance is well; backendPort' },
          healthPath: { type: 'string', pattern: '^/', description: 'Path that is asked for over HTTPS; without it a connection is enough' },
        },
        required: ['port'],
        additionalProperties: false,
      },
      defaultValue: {},
      examples: [{ https: { port: 443 } }],
    },
  },

  local part(kind, name) = arm.fn.resourceId('Microsoft.Network/loadBalancers/' + kind, args.name, name),
  backendPoolId:: part('backendAddressPools', 'instances'),

  local listens = args.frontend,
  local zones = std.get(listens, 'zones', ['1', '2', '3']),
  frontend:: { name: 'frontend' } + (
    if 'publicIpAddress' in listens then { properties: { publicIPAddress: { id: listens.publicIpAddress } } }
    else {
      [if zones != [] then 'zones']: zones,
      properties: {
        subnet: { id: listens.subnet },
        privateIPAllocationMethod: if 'privateIpAddress' in listens then 'Static' else 'Dynamic',
        [if 'privateIpAddress' in listens then 'privateIPAddress']: listens.privateIpAddress,
      },
    }
  ),

  local backendPort(rule) = std.get(rule, 'backendPort', rule.port),

  // Instances reach the internet by a NAT gateway, not by this rule.
  rule(name, entry):: {
    name: name,
    properties: {
      protocol: std.get(entry, 'protocol', 'Tcp'),
      frontendPort: entry.port,
      backendPort: backendPort(entry),
      enableTcpReset: true,
      disableOutboundSnat: true,
      frontendIPConfiguration: { id: part('frontendIPConfigurations', 'frontend') },
      backendAddressPool: { id: $.backendPoolId },
      probe: { id: part('probes', name) },
    },
  },

  probe(name, entry):: {
    name: name,
    properties: {
      protocol: if 'healthPath' in entry then 'Https' else 'Tcp',
      port: std.get(entry, 'healthPort', backendPort(entry)),
      [if 'healthPath' in entry then 'requestPath']: entry.healthPath,
      intervalInSeconds: 5,
      probeThreshold: 2,
    },
  },

  local each(make) = [make(name, args.rules[name]) for name in std.objectFields(args.rules)],
  balancer:: $.Anchor('Microsoft.Network/loadBalancers', '2025-05-01') {
    sku: { name: 'Standard', tier: 'Regional' },
    properties: {
      frontendIPConfigurations: [$.frontend],
      backendAddressPools: [{ name: 'instances' }],
      [if args.rules != {} then 'loadBalancingRules']: each($.rule),
      [if args.rules != {} then 'probes']: each($.probe),
    },
  },

  anchor:: 'balancer',
  outputs+: { backendPoolId: arm.output($.backendPoolId) },
}
