local server = 'Microsoft.DBforPostgreSQL/flexibleServers/psql';
local admin = '11111111-1111-1111-1111-111111111111';
local base = { name: 'psql', administrators: [{ name: 'dba', principalId: admin }] };

{
  cases: {
    'is signed in to with Entra ID alone, in two zones': {
      parameters: base,
      resources: {
        [server]: {
          sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
          properties: {
            administratorLogin: null,
            authConfig: { activeDirectoryAuth: 'Enabled', passwordAuth: 'Disabled' },
            network: { publicNetworkAccess: 'Disabled' },
            highAvailability: { mode: 'ZoneRedundant' },
          },
        },
        [server + '/administrators/' + admin]: { properties: { principalName: 'dba', principalType: 'Group' } },
      },
    },
    'stands alone where it cannot stand twice': {
      parameters: base { sku: 'Standard_B1ms' },
      resources: { [server]: { sku: { tier: 'Burstable' }, properties: { highAvailability: { mode: 'Disabled' } } } },
    },
    'has the tier of its size, and keeps backups elsewhere when it is told so': {
      parameters: base { sku: 'Standard_E4ds_v5', geoRedundantBackup: true },
      resources: { [server]: { sku: { tier: 'MemoryOptimized' }, properties: { backup: { geoRedundantBackup: 'Enabled' } } } },
    },
    'makes one thing after the other': {
      parameters: base { databases: { shop: {}, stock: { collation: 'C' } } },
      resources: {
        [server + '/databases/shop']: {
          properties: { charset: 'UTF8', collation: 'en_US.utf8' },
          dependsOn: ["[resourceId('Microsoft.DBforPostgreSQL/flexibleServers/administrators', 'psql', '%s')]" % admin],
        },
        [server + '/databases/stock']: {
          properties: { charset: 'UTF8', collation: 'C' },
          dependsOn: ["[resourceId('Microsoft.DBforPostgreSQL/flexibleServers/databases', 'psql', 'shop')]"],
        },
      },
    },
    'refuses names that no database has': {
      parameters: base { databases: { '1shop': {}, '': {} } },
      errors: ['"" is no name of a database'],
    },
    'refuses signs in names that no database has': {
      parameters: base { databases: { 'shop.test': {} } },
      errors: ['"shop.test" is no name of a database'],
    },
    'refuses to have nobody who manages it': {
      parameters: base { administrators: [] },
      errors: ["parameter 'administrators'"],
    },
    'refuses a second machine of a size that has none': {
      parameters: base { sku: 'Standard_B2s', highAvailability: 'SameZone' },
      errors: ['a machine with a B has no second one'],
    },
    'refuses disks that there are not': {
      parameters: base { storageGb: 100 },
      errors: ["parameter 'storageGb'"],
    },
    'has a second machine in its zone when it is told so': {
      parameters: base { highAvailability: 'SameZone' },
      resources: { 'Microsoft.DBforPostgreSQL/flexibleServers/psql': { properties: { highAvailability: { mode: 'SameZone' } } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
