// A SQL server with one database. The administrator's password is known to the deployment only.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', description: 'Name of the server, unique in all of Azure' },
    location: { type: 'string' },
    administrator: { type: 'string', defaultValue: 'sqladmin' },
    password: { type: 'secureString' },
    sku: { type: 'string', defaultValue: 'GP_S_Gen5_1' },
  },

  server:: arm.Resource('Microsoft.Sql/servers', '2023-08-01') {
    name: $.arguments.name,
    location: $.arguments.location,
    properties: {
      administratorLogin: $.arguments.administrator,
      administratorLoginPassword: $.arguments.password,
      minimalTlsVersion: '1.2',
      publicNetworkAccess: 'Enabled',
    },
  },

  azureServices:: $.server.child('firewallRules', 'AllowAllWindowsAzureIps') {
    properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' },
  },

  database:: $.server.child('databases', 'app') {
    location: $.arguments.location,
    sku: { name: $.arguments.sku, tier: 'GeneralPurpose' },
    properties: { autoPauseDelay: 60, minCapacity: 1 },
  },

  id:: $.database.id,
  outputs: {
    serverName: arm.output($.server.ref('fullyQualifiedDomainName')),
    databaseName: arm.output('app'),
  },
}
