// A workspace that collects logs.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', defaultValue: 'logs' },
    location: { type: 'string' },
    retentionDays: { type: 'int', defaultValue: 90, minValue: 30, maxValue: 730 },
  },

  workspace:: arm.Resource('Microsoft.OperationalInsights/workspaces', '2023-09-01') {
    name: $.arguments.name,
    location: $.arguments.location,
    properties: { retentionInDays: $.arguments.retentionDays, sku: { name: 'PerGB2018' } },
  },

  id:: $.workspace.id,
  outputs: { id: arm.output($.workspace.id) },
}
