// A PostgreSQL flexible server: signed in to with Entra ID alone, in two zones.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings() + interfaces.privateEndpoints(['postgresqlServer']) + {
  local args = $.arguments,
  local signs = 'abcdefghijklmnopqrstuvwxyz0123456789_-',

  parameterMetadata+:: {
    name: interfaces.parameter.name('psql-example', 3, 63, '^[a-z0-9][a-z0-9-]*[a-z0-9]$', 'Name, unique in all of Azure'),
    version: { type: 'string', description: 'Version of PostgreSQL', allowedValues: ['18', '17', '16', '15', '14'], defaultValue: '17' },
    sku: {
      type: 'string',
      description: 'Size of the machine. Those with a B cannot stand in two zones',
      pattern: '^Standard_[A-Z].+$',
      defaultValue: 'Standard_D2ds_v5',
      examples: ['Standard_E4ds_v5'],
    },
    storageGb: { type: 'int', description: 'Gigabytes, which grow by themselves', allowedValues: [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767], defaultValue: 64 },
    highAvailability: {
      type: 'string',
      description: 'Where a second machine stands ready',
      allowedValues: ['ZoneRedundant', 'SameZone', 'Disabled'],
      defaultValue: if isBurstable then 'Disabled' else 'ZoneRedundant',
      validate(mode): if !isBurstable || mode == 'Disabled' then true else 'a machine with a B has no second one',
    },
    backupDays: { type: 'int', description: 'Days that backups are kept', minValue: 7, maxValue: 35, defaultValue: 14 },
    geoRedundantBackup: { type: 'bool', description: 'Whether backups are in another region, too; cannot be changed later', defaultValue: false },
    administrators: {
      type: 'array',
      description: 'Who manages the server: groups, users and identities of Entra ID',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1, description: 'Name, as it signs in' },
          principalId: { type: 'string', format: 'uuid', description: 'Object id' },
          principalType: { type: 'string', allowedValues: ['Group', 'User', 'ServicePrincipal'], description: "What it is; 'Group'" },
        },
        required: ['name', 'principalId'],
        additionalProperties: false,
      },
      minLength: 1,
      examples: [
        [{ name: 'database-administrators', principalId: '00000000-0000-0000-0000-000000000001' }],
        [{ name: 'others', principalId: '00000000-0000-0000-0000-000000000002' }],
      ],
    },
    databases: {
      type: 'object',
      description: 'Name of a database to what it is',
      additionalProperties: {
        type: 'object',
        properties: {
          charset: { type: 'string', minLength: 1, description: "How text is kept; 'UTF8'" },
          collation: { type: 'string', minLength: 1, description: "How text is sorted; 'en_US.utf8'" },
        },
        additionalProperties: false,
      },
      validate(databases):
        local isWrong(name) =
          std.length(name) > 63 || name == '' || std.member('0123456789-', name[0]) || std.length(std.stripChars(std.asciiLower(name), signs)) > 0;
        local wrong = std.filter(isWrong, std.objectFields(databases));
        if wrong == [] then true
        else '"' + wrong[0] + '" is no name of a database: letters, digits, _ and -, 63 at most, and a letter or _ first',
      defaultValue: {},
      examples: [{ shop: {} }],
    },
  },

  local isBurstable = std.startsWith(args.sku, 'Standard_B'),
  local tier = if isBurstable then 'Burstable' else if std.startsWith(args.sku, 'Standard_E') then 'MemoryOptimized' else 'GeneralPurpose',

  server:: $.Anchor('Microsoft.DBforPostgreSQL/flexibleServers', '2025-08-01') {
    sku: { name: args.sku, tier: tier },
    properties: {
      version: args.version,
      storage: { storageSizeGB: args.storageGb, autoGrow: 'Enabled' },
      highAvailability: { mode: args.highAvailability },
      backup: { backupRetentionDays: args.backupDays, geoRedundantBackup: if args.geoRedundantBackup then 'Enabled' else 'Disabled' },
      network: { publicNetworkAccess: args.publicNetworkAccess },
      authConfig: { activeDirectoryAuth: 'Enabled', passwordAuth: 'Disabled', tenantId: '[subscription().tenantId]' },
    },
  },

  // The server does one thing after the other.
  local steps =
    [
      $.server.child('administrators', administrator.principalId) {
        properties: {
          principalName: administrator.name,
          principalType: std.get(administrator, 'principalType', 'Group'),
          tenantId: '[subscription().tenantId]',
        },
      }
      for administrator in args.administrators
    ]
    + [
      $.server.child('databases', name) { properties: { charset: 'UTF8', collation: 'en_US.utf8' } + args.databases[name] }
      for name in std.objectFields(args.databases)
    ],
  local step(i) = if i == 0 then steps[0] else steps[i].dependingOn(steps[i - 1]),
  local count = std.length(args.administrators),
  administrators:: std.makeArray(count, step),
  databases:: std.makeArray(std.length(steps) - count, function(i) step(count + i)),

  anchor:: 'server',
  outputs+: { fqdn: arm.output($.server.ref('fullyQualifiedDomainName')) },
}
