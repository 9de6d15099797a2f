// A SQL server and its databases: signed in to with Entra ID alone, audited.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module
+ interfaces.managedIdentities(systemAssigned=true)
+ interfaces.diagnosticSettings(logs=['SQLSecurityAuditEvents'], metrics=null)
+ interfaces.privateEndpoints(['sqlServer'])
+ {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('sql-example', 1, 63, '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$', 'Name, unique in all of Azure'),
    administrator: {
      type: 'object',
      description: 'Who manages the server: a group, a user or an identity of Entra ID',
      properties: {
        name: { type: 'string', minLength: 1, description: 'Name, as it is shown' },
        principalId: { type: 'string', format: 'uuid', description: 'Object id; for an identity of an app its client id' },
        principalType: { type: 'string', allowedValues: ['Group', 'User', 'ServicePrincipal'], description: "What it is; 'Group'" },
      },
      required: ['name', 'principalId'],
      additionalProperties: false,
      examples: [
        { name: 'database-administrators', principalId: '00000000-0000-0000-0000-000000000001' },
        { name: 'others', principalId: '00000000-0000-0000-0000-000000000002' },
      ],
    },
    databases: {
      type: 'object',
      description: 'Name of a database to what it is',
      additionalProperties: {
        type: 'object',
        properties: {
          sku: { type: 'string', description: "Size; 'GP_S_Gen5_1', which is paid for while it is used" },
          autoPauseMinutes: { type: 'int', description: 'Minutes without use after which it sleeps, with GP_S; -1 for never, which is what is taken' },
          maxSizeGb: { type: 'int', minValue: 1, maxValue: 4096, description: 'Most gigabytes; 32, and with Basic, S and P those of the size' },
          zoneRedundant: { type: 'bool', description: 'Whether it is kept in several zones; true, but Basic and S cannot be' },
          backupRedundancy: { type: 'string', allowedValues: ['Zone', 'Geo', 'GeoZone', 'Local'], description: "Where backups are kept; 'Zone'" },
        },
        additionalProperties: false,
      },
      defaultValue: {},
      examples: [{ shop: {} }],
    },
  },

  local identities = std.get(args.managedIdentities, 'userAssigned', []),
  local type = std.get(args.administrator, 'principalType', 'Group'),
  server:: $.Anchor('Microsoft.Sql/servers', '2025-01-01') {
    properties: {
      administrators: {
        administratorType: 'ActiveDirectory',
        login: args.administrator.name,
        sid: args.administrator.principalId,
        principalType: if type == 'ServicePrincipal' then 'Application' else type,
        tenantId: '[subscription().tenantId]',
        azureADOnlyAuthentication: true,
      },
      minimalTlsVersion: '1.2',
      publicNetworkAccess: args.publicNetworkAccess,
      restrictOutboundNetworkAccess: 'Disabled',
      // Which of its identities the server is when it asks others, a key vault say.
      [if identities != [] then 'primaryUserAssignedIdentityId']: identities[0],
      version: '12.0',
    },
  },

  // S0, P1: sizes that are counted in DTUs.
  local isOfModel(sku, letter) = std.length(sku) > 1 && sku[0] == letter && std.member('0123456789', sku[1]),
  databases:: {
    [name]: $.server.child('databases', name) + $.body {
      local database = args.databases[name],
      local sku = std.get(database, 'sku', 'GP_S_Gen5_1'),
      local isSmall = sku == 'Basic' || isOfModel(sku, 'S'),
      local size = if sku == 'Basic' then 2 else if isOfModel(sku, 'S') then 250 else if isOfModel(sku, 'P') then 500 else 32,
      sku: { name: sku },
      properties: {
        maxSizeBytes: std.get(database, 'maxSizeGb', size) * 1024 * 1024 * 1024,
        zoneRedundant: std.get(database, 'zoneRedundant', !isSmall),
        requestedBackupStorageRedundancy: std.get(database, 'backupRedundancy', 'Zone'),
        [if std.startsWith(sku, 'GP_S') then 'autoPauseDelay']: std.get(database, 'autoPauseMinutes', -1),
      },
    }
    for name in std.objectFields(args.databases)
  },

  encryption:: {
    [name]: $.databases[name].child('transparentDataEncryption', 'current') { properties: { state: 'Enabled' } }
    for name in std.objectFields(args.databases)
  },

  // Audits go to Azure Monitor, and from there to where diagnosticSettings say: those of the database master.
  audit:: $.server.child('auditingSettings', 'default') {
    properties: { state: 'Enabled', isAzureMonitorTargetEnabled: true, retentionDays: 90 },
  },
  master:: arm.existing('Microsoft.Sql/servers/databases', '2025-01-01', interfaces.suffixed(args.name, '/master')),
  diagnosed:: 'master',
  diagnosticSettings:: [setting.dependingOn($.server) for setting in super.diagnosticSettings],

  anchor:: 'server',
  outputs+: { fqdn: arm.output($.server.ref('fullyQualifiedDomainName')) },
}
