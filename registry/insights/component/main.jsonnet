// An Application Insights component that keeps its data in a workspace.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings() + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('appi-example', 1, 260, '^[^%&?/\\\\]*[^%&?/\\\\. ]$'),
    workspace: {
      type: 'resourceId',
      description: 'Log Analytics workspace that keeps the data',
      examples: [interfaces.parameter.exampleId('Microsoft.OperationalInsights/workspaces', 'log')],
    },
    samplingPercentage: {
      type: 'int',
      description: 'Share of the data that is kept, in percent',
      minValue: 1,
      maxValue: 100,
      defaultValue: 100,
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
    allowKeys: {
      type: 'bool',
      description: 'Whether data are taken with the connection string alone, beside identities; these need the role Monitoring Metrics Publisher',
      defaultValue: false,
    },
  },

  component:: $.Anchor('Microsoft.Insights/components', '2020-02-02') {
    kind: 'web',
    properties: {
      Application_Type: 'web',
      WorkspaceResourceId: args.workspace,
      IngestionMode: 'LogAnalytics',
      DisableLocalAuth: !args.allowKeys,
      DisableIpMasking: false,
      SamplingPercentage: args.samplingPercentage,
      publicNetworkAccessForIngestion: args.publicNetworkAccessForIngestion,
      publicNetworkAccessForQuery: args.publicNetworkAccessForQuery,
    },
  },

  anchor:: 'component',
  // Where to send data, and no secret: without local authentication it opens nothing.
  outputs+: { connectionString: arm.output($.component.ref('ConnectionString')) },
}
