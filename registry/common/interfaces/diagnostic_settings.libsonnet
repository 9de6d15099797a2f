// The parameter `diagnosticSettings`.
local parameter = import 'parameter.libsonnet';

local groups = ['allLogs', 'audit'];
local target = {
  workspace: 'workspaceId',
  storageAccount: 'storageAccountId',
  eventHubAuthorizationRule: 'eventHubAuthorizationRuleId',
  eventHub: 'eventHubName',
};

local nameOf(index) = if index == 0 then 'diagnostics' else 'diagnostics-' + (index + 1);

{
  // Replaced by interfaces.diagnosticSettings.
  logs:: null,
  metrics:: null,

  // The field that holds the resource whose logs and metrics these are.
  diagnosed:: $.anchor,

  parameterMetadata+:: {
    diagnosticSettings: {
      type: 'array',
      description: 'Where logs and metrics go',
      items: {
        type: 'object',
        properties: {
          name: {
            type: 'string',
            minLength: 1,
            maxLength: 260,
            pattern: '^[a-zA-Z0-9._ -]*[a-zA-Z0-9_-]$',
            description: "Name of the setting; 'diagnostics'",
          },
          workspace: { type: 'resourceId', description: 'Log Analytics workspace' },
          storageAccount: { type: 'resourceId', description: 'Storage account' },
          eventHubAuthorizationRule: { type: 'resourceId', description: 'Authorization rule of an Event Hubs namespace' },
          eventHub: { type: 'string', description: 'Name of the event hub' },
          [if $.logs != null then 'logs']: {
            type: 'array',
            items: { type: 'string' },
            description: 'Categories, or groups of them; ' + std.toString($.logs),
          },
          [if $.metrics != null then 'metrics']: {
            type: 'array',
            items: { type: 'string' },
            description: 'Categories; ' + std.toString($.metrics),
          },
        },
        additionalProperties: false,
        validate(entry):
          if std.length([name for name in std.objectFields(target) if name in entry]) > 0 then true
          else 'says nowhere to send to: give workspace, storageAccount or eventHubAuthorizationRule',
      },
      defaultValue: [],
      examples: [[{ workspace: parameter.exampleId('Microsoft.OperationalInsights/workspaces', 'log') }]],
    },
  },

  local list(entry, name, default) = if default == null then [] else std.get(entry, name, default),
  local setting(index, entry) =
    local logs = list(entry, 'logs', $.logs);
    local metrics = list(entry, 'metrics', $.metrics);
    local name = std.get(entry, 'name', nameOf(index));
    $[$.diagnosed].extension('Microsoft.Insights/diagnosticSettings', '2021-05-01-preview', name) {
      properties: { [target[name]]: entry[name] for name in std.objectFields(target) if name in entry } + {
        [if logs != [] then 'logs']: [
          { [if std.member(groups, log) then 'categoryGroup' else 'category']: log, enabled: true }
          for log in logs
        ],
        [if metrics != [] then 'metrics']: [{ category: metric, enabled: true } for metric in metrics],
      },
    },

  diagnosticSettings:: std.mapWithIndex(setting, $.arguments.diagnosticSettings),
}
