// A NAT gateway: the one way out of subnets, with an address of its own.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('ng-example'),
    publicIpAddresses: {
      type: 'array',
      description: 'Addresses that traffic leaves by; null makes one',
      items: { type: 'resourceId' },
      minLength: 1,
      maxLength: 16,
      nullable: true,
      defaultValue: null,
      examples: [[interfaces.parameter.exampleId('Microsoft.Network/publicIPAddresses', 'pip')]],
    },
    zone: {
      type: 'string',
      description: 'Availability zone; null leaves it to Azure',
      allowedValues: ['1', '2', '3'],
      nullable: true,
      defaultValue: null,
    },
    idleTimeoutMinutes: {
      type: 'int',
      description: 'Minutes that a quiet connection is kept',
      minValue: 4,
      maxValue: 120,
      defaultValue: 4,
    },
  },

  address:: if args.publicIpAddresses == null then (import 'network/public-ip-address/main.jsonnet') {
    parameters:: {
      name: interfaces.suffixed(args.name, '-pip'),
      location: args.location,
      tags: args.tags,
      [if args.zone != null then 'zones']: [args.zone],
    },
  },
  local addresses = if args.publicIpAddresses == null then [$.address.id] else args.publicIpAddresses,

  gateway:: $.Anchor('Microsoft.Network/natGateways', '2025-05-01') {
    sku: { name: 'Standard' },
    [if args.zone != null then 'zones']: [args.zone],
    properties: {
      idleTimeoutInMinutes: args.idleTimeoutMinutes,
      publicIpAddresses: [{ id: id } for id in addresses],
    },
  },

  anchor:: 'gateway',
  outputs+: { [if $.address != null then 'ipAddress']: $.address.outputs.ipAddress },
}
