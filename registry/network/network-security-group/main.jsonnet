// A network security group.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings(metrics=null) + {
  local args = $.arguments,
  local addresses(what) = { type: ['string', 'array'], items: { type: 'string' }, description: what + '. Blocks or service tags' },

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('nsg-example'),
    rules: {
      type: 'object',
      description: 'Name of a rule to what it says',
      additionalProperties: {
        type: 'object',
        properties: {
          priority: { type: 'int', minValue: 100, maxValue: 4096, description: 'Rules with a lower number come first' },
          direction: { type: 'string', allowedValues: ['Inbound', 'Outbound'], description: "Which way the traffic goes; 'Inbound'" },
          access: { type: 'string', allowedValues: ['Allow', 'Deny'], description: "What becomes of it; 'Allow'" },
          protocol: {
            type: 'string',
            allowedValues: ['Tcp', 'Udp', 'Icmp', 'Esp', 'Ah', '*'],
            description: "Its protocol; 'Tcp'",
          },
          from: addresses("Where it comes from; '*', but a rule that lets traffic in must say it"),
          to: addresses("Where it goes; '*'"),
          ports: {
            type: ['string', 'int', 'array'],
            items: { type: ['string', 'int'] },
            description: "Port or range that it goes to, several of them, or '*'",
          },
          description: { type: 'string', maxLength: 140, description: 'Why' },
        },
        required: ['priority', 'ports'],
        additionalProperties: false,
        validate(rule):
          local given = { direction: 'Inbound', access: 'Allow' } + rule;
          if given.direction == 'Inbound' && given.access == 'Allow' && !('from' in rule) then
            "lets traffic in, so it says where that comes from: give 'from'"
          else true,
      },
      defaultValue: {},
      examples: [{ https: { priority: 100, from: 'VirtualNetwork', ports: 443 } }],
    },
  },

  // One value has another field than several.
  local oneOrMore(name, value) =
    if std.type(value) != 'array' then { [name]: std.toString(value) }
    else if std.length(value) == 1 then { [name]: std.toString(value[0]) }
    else { [name + (if std.endsWith(name, 'x') then 'es' else 's')]: [std.toString(item) for item in value] },

  rule(name, entry):: {
    name: name,
    properties: {
                  priority: entry.priority,
                  direction: std.get(entry, 'direction', 'Inbound'),
                  access: std.get(entry, 'access', 'Allow'),
                  protocol: std.get(entry, 'protocol', 'Tcp'),
                  sourcePortRange: '*',
                  [if 'description' in entry then 'description']: entry.description,
                } + oneOrMore('sourceAddressPrefix', std.get(entry, 'from', '*'))
                + oneOrMore('destinationAddressPrefix', std.get(entry, 'to', '*'))
                + oneOrMore('destinationPortRange', entry.ports),
  },

  group:: $.Anchor('Microsoft.Network/networkSecurityGroups', '2025-05-01') {
    [if args.rules != {} then 'properties']: {
      securityRules: [$.rule(name, args.rules[name]) for name in std.objectFields(args.rules)],
    },
  },

  anchor:: 'group',
}
