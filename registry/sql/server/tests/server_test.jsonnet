local server = 'Microsoft.Sql/servers/sql';
local base = { name: 'sql', administrator: { name: 'dba', principalId: '11111111-1111-1111-1111-111111111111' } };

{
  cases: {
    'is signed in to with Entra ID alone, and audited': {
      parameters: base,
      resources: {
        [server]: {
          properties: {
            administratorLogin: null,
            administrators: { login: 'dba', principalType: 'Group', azureADOnlyAuthentication: true },
            minimalTlsVersion: '1.2',
            publicNetworkAccess: 'Disabled',
          },
        },
        [server + '/auditingSettings/default']: { properties: { state: 'Enabled', isAzureMonitorTargetEnabled: true } },
      },
    },
    'has databases that are encrypted, in several zones': {
      parameters: base { databases: { shop: { maxSizeGb: 1 } } },
      resources: {
        [server + '/databases/shop']: {
          sku: { name: 'GP_S_Gen5_1' },
          properties: { maxSizeBytes: 1073741824, zoneRedundant: true, autoPauseDelay: -1 },
        },
        [server + '/databases/shop/transparentDataEncryption/current']: { properties: { state: 'Enabled' } },
      },
    },
    'sends audits where it is told to': {
      parameters: base { diagnosticSettings: [{ workspace: '/subscriptions/s/w' }] },
      resources: {
        'Microsoft.Insights/diagnosticSettings/diagnostics': {
          scope: "[resourceId('Microsoft.Sql/servers/databases', 'sql', 'master')]",
          properties: { logs: [{ category: 'SQLSecurityAuditEvents', enabled: true }], metrics: null },
        },
      },
    },
    'is managed by an app when it is told so': {
      parameters: base { administrator+: { principalType: 'ServicePrincipal' } },
      resources: { [server]: { properties: { administrators: { principalType: 'Application' } } } },
    },
    'must have an administrator': {
      parameters: { name: 'sql' },
      errors: ["parameter 'administrator'"],
    },
    'gives small databases what they can have': {
      parameters: base { databases: { a: { sku: 'Basic' }, b: { sku: 'S0' }, c: { sku: 'P1' }, d: {} } },
      resources: {
        'Microsoft.Sql/servers/sql/databases/a': { properties: { zoneRedundant: false, maxSizeBytes: 2147483648 } },
        'Microsoft.Sql/servers/sql/databases/b': { properties: { zoneRedundant: false, maxSizeBytes: 268435456000 } },
        'Microsoft.Sql/servers/sql/databases/c': { properties: { zoneRedundant: true, maxSizeBytes: 536870912000 } },
        'Microsoft.Sql/servers/sql/databases/d': { properties: { zoneRedundant: true, maxSizeBytes: 34359738368 } },
      },
    },
    'knows its administrator by an id': {
      parameters: base { administrator+: { principalId: 'me' } },
      errors: ["parameter 'administrator.principalId'"],
    },
    'is the first of its identities': {
      parameters: base { managedIdentities: { userAssigned: ['/subscriptions/s/one', '/subscriptions/s/two'] } },
      resources: {
        [server]: {
          identity: { type: 'SystemAssigned, UserAssigned' },
          properties: { primaryUserAssignedIdentityId: '/subscriptions/s/one' },
        },
      },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
