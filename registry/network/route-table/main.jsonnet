// A route table: where the traffic of subnets goes.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('rt-example'),
    routes: {
      type: 'object',
      description: 'Name of a route to where it leads',
      additionalProperties: {
        type: 'object',
        properties: {
          to: { type: 'string', description: 'Block of addresses or service tag that traffic is going to' },
          nextHop: {
            type: 'string',
            allowedValues: ['VirtualAppliance', 'VirtualNetworkGateway', 'VnetLocal', 'Internet', 'None'],
            description: "Kind of the next stop; 'VirtualAppliance', with 'None' the traffic is dropped",
          },
          nextHopIpAddress: { type: 'string', format: 'ipv4', description: 'Address of the appliance' },
        },
        required: ['to'],
        additionalProperties: false,
        validate(route):
          if ('nextHopIpAddress' in route) == (std.get(route, 'nextHop', 'VirtualAppliance') == 'VirtualAppliance') then true
          else 'a VirtualAppliance, and nothing else, has a nextHopIpAddress',
      },
      defaultValue: {},
      examples: [{ out: { to: '0.0.0.0/0', nextHopIpAddress: '10.0.0.4' } }],
    },
    disableBgpRoutePropagation: {
      type: 'bool',
      description: 'Whether routes that gateways learn are kept out',
      defaultValue: true,
    },
  },

  route(name, entry):: {
    name: name,
    properties: {
      addressPrefix: entry.to,
      nextHopType: std.get(entry, 'nextHop', 'VirtualAppliance'),
      [if 'nextHopIpAddress' in entry then 'nextHopIpAddress']: entry.nextHopIpAddress,
    },
  },

  table:: $.Anchor('Microsoft.Network/routeTables', '2025-05-01') {
    properties: {
      disableBgpRoutePropagation: args.disableBgpRoutePropagation,
      [if args.routes != {} then 'routes']: [$.route(name, args.routes[name]) for name in std.objectFields(args.routes)],
    },
  },

  anchor:: 'table',
}
