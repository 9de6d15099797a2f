// An App Service plan: the machines that apps run on, in several zones.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings(logs=null) + {
  local args = $.arguments,
  local isConsumption = args.sku == 'Y1' || args.sku == 'FC1',
  // Premium of the second generation and later, elastic, isolated and flexible; not F1, B1, S1 or Y1.
  local knowsZones = args.sku == 'FC1' || std.member(['E', 'I', 'W'], args.sku[0]) || (args.sku[0] == 'P' && std.member(args.sku, 'v')),

  parameterMetadata+:: {
    name: interfaces.parameter.name('asp-example', 1, 60, '^[a-zA-Z0-9-]+$'),
    sku: {
      type: 'string',
      description: 'Size of a machine, such as B1, P0v3, P1mv3, EP1 or FC1',
      pattern: '^[A-Z]+[0-9]+(m?v[0-9])?$',
      defaultValue: 'P0v3',
      examples: ['P1v3'],
    },
    os: { type: 'string', description: 'System of the apps', allowedValues: ['Linux', 'Windows'], defaultValue: 'Linux' },
    instances: { type: 'int', description: 'Machines; two or more for several zones, and not counted with Y1 and FC1', minValue: 1, maxValue: 30, defaultValue: 2 },
    zoneRedundant: {
      type: 'bool',
      description: 'Whether machines stand in several zones; cannot be changed for every plan, and small sizes have none',
      defaultValue: args.instances > 1 && knowsZones,
      validate(isSpread): if !isSpread || knowsZones then true else args.sku + ' has no zones',
    },
  },

  plan:: $.Anchor('Microsoft.Web/serverfarms', '2025-03-01') {
    kind: std.asciiLower(args.os),
    sku: { name: args.sku, [if !isConsumption then 'capacity']: args.instances },
    properties: { reserved: args.os == 'Linux', zoneRedundant: args.zoneRedundant },
  },

  anchor:: 'plan',
}
