// A Log Analytics workspace that takes data and questions from identities only.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.managedIdentities() + interfaces.diagnosticSettings() + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('log-example', 4, 63, '^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$'),
    managedIdentities+: {
      validate(identities):
        if std.get(identities, 'systemAssigned', false) && std.get(identities, 'userAssigned', []) != [] then
          'a workspace has an identity of its own or user-assigned ones, not both'
        else true,
    },
    retentionDays: { type: 'int', description: 'Days that data are kept', minValue: 30, maxValue: 730, defaultValue: 30 },
    dailyQuotaGb: {
      type: 'int',
      description: 'Gigabytes a day after which nothing more is taken; null for no end',
      minValue: 1,
      nullable: true,
      defaultValue: null,
      examples: [10],
    },
    publicNetworkAccessForIngestion: {
      type: 'string',
      description: 'Whether data come in over public networks. If not, by way of a private link scope of Azure Monitor alone; diagnostic settings are not held up',
      allowedValues: ['Enabled', 'Disabled'],
      defaultValue: 'Enabled',
    },
    publicNetworkAccessForQuery: {
      type: 'string',
      description: 'Whether questions come in over public networks, those of the portal, workbooks and insights among them. If not, networks of a private link scope of Azure Monitor ask alone: without such a scope nobody does',
      allowedValues: ['Enabled', 'Disabled'],
      defaultValue: 'Enabled',
    },
  },

  workspace:: $.Anchor('Microsoft.OperationalInsights/workspaces', '2025-07-01') {
    properties: {
      sku: { name: 'PerGB2018' },
      retentionInDays: args.retentionDays,
      [if args.dailyQuotaGb != null then 'workspaceCapping']: { dailyQuotaGb: args.dailyQuotaGb },
      publicNetworkAccessForIngestion: args.publicNetworkAccessForIngestion,
      publicNetworkAccessForQuery: args.publicNetworkAccessForQuery,
      features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
    },
  },

  anchor:: 'workspace',
  outputs+: { customerId: arm.output($.workspace.ref('customerId')) },
}
