local workspace = 'Microsoft.OperationalInsights/workspaces/logs';

{
  cases: {
    'knows its callers by identity, and keeps data for a month': {
      parameters: { name: 'logs' },
      resources: {
        [workspace]: {
          properties: {
            sku: { name: 'PerGB2018' },
            retentionInDays: 30,
            workspaceCapping: null,
            features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
          },
        },
      },
    },
    'takes so much a day': {
      parameters: { name: 'logs', dailyQuotaGb: 5 },
      resources: { [workspace]: { properties: { workspaceCapping: { dailyQuotaGb: 5 } } } },
    },
    'has the identities that it is given': {
      parameters: { name: 'logs', managedIdentities: { userAssigned: ['/subscriptions/s/i'] } },
      resources: {
        [workspace]: { identity: { type: 'UserAssigned', userAssignedIdentities: { '/subscriptions/s/i': {} } } },
      },
    },
    'has an identity of its own when it is told so': {
      parameters: { name: 'logs', managedIdentities: { systemAssigned: true } },
      resources: { [workspace]: { identity: { type: 'SystemAssigned', userAssignedIdentities: null } } },
      outputs: {
        principalId: "[reference(resourceId('Microsoft.OperationalInsights/workspaces', 'logs'), '2025-07-01', 'Full').identity.principalId]",
      },
    },
    'refuses two kinds of identities, as the service does': {
      parameters: { name: 'logs', managedIdentities: { systemAssigned: true, userAssigned: ['/subscriptions/s/i'] } },
      errors: ['not both'],
    },
    'refuses to keep data for less than a month': {
      parameters: { name: 'logs', retentionDays: 7 },
      errors: ["parameter 'retentionDays'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
