// A web app with a SQL database. The connection string lives in a key vault, and the app reads it with its own identity:
// the password is a parameter of the deployment and stands in no file.
local arm = import 'arm.libsonnet';
local fn = arm.fn;

local keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3, maxLength: 16, pattern: '^[a-z](-?[a-z0-9])*$', description: 'Start of every name' },
    location: { type: 'string', defaultValue: '[resourceGroup().location]', description: 'Azure region' },
    plan: { type: 'string', defaultValue: 'B1', allowedValues: ['B1', 'P0v3', 'P1v3'], description: 'Size of the plan' },
    runtime: { type: 'string', defaultValue: 'DOTNETCORE|8.0', description: 'Stack and version of the app' },
    settings: { type: 'object', defaultValue: {}, description: 'Further app settings' },
    sqlPassword: { type: 'secureString', minLength: 12, description: 'Password of the SQL administrator' },
  },

  local args = $.arguments,
  local unique = fn.uniqueString([fn.prop(fn.resourceGroup(), 'id'), args.name]),

  database:: (import 'database.libsonnet') {
    parameters:: {
      name: fn.concat([args.name, '-sql-', unique]),
      location: args.location,
      password: args.sqlPassword,
    },
  },

  vault:: arm.Resource('Microsoft.KeyVault/vaults', '2023-07-01') {
    name: fn.take(fn.concat([args.name, '-', unique]), 24),
    location: args.location,
    properties: {
      tenantId: fn.prop(fn.subscription(), 'tenantId'),
      sku: { family: 'A', name: 'standard' },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
    },
  },

  connectionString:: $.vault.child('secrets', 'connection-string') {
    properties: {
      value: fn.format(
        'Server=tcp:{0},1433;Database={1};User ID=sqladmin;Password={2};Encrypt=true',
        $.database.outputs.serverName.value,
        $.database.outputs.databaseName.value,
        args.sqlPassword,
      ),
    },
  },

  plan:: arm.Resource('Microsoft.Web/serverfarms', '2023-12-01') {
    name: args.name + '-plan',
    location: args.location,
    kind: 'linux',
    sku: { name: args.plan },
    properties: { reserved: true },
  },

  site:: arm.Resource('Microsoft.Web/sites', '2023-12-01') {
    name: fn.concat([args.name, '-', unique]),
    location: args.location,
    kind: 'app,linux',
    identity: { type: 'SystemAssigned' },
    properties: {
      serverFarmId: $.plan.id,
      httpsOnly: true,
      siteConfig: {
        linuxFxVersion: args.runtime,
        minTlsVersion: '1.2',
        ftpsState: 'Disabled',
        http20Enabled: true,
      },
    },
  },

  settings:: $.site.child('config', 'appsettings') {
    properties: args.settings {
      ConnectionStrings__Default: fn.format('@Microsoft.KeyVault(SecretUri={0})', $.connectionString.ref('secretUri')),
    },
  },

  readSecrets:: $.vault.extension(
    'Microsoft.Authorization/roleAssignments', '2022-04-01', fn.guid([$.vault.id, $.site.id, keyVaultSecretsUser])
  ) {
    properties: {
      roleDefinitionId: fn.subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser),
      principalId: $.site.ref('identity.principalId', full=true),
      principalType: 'ServicePrincipal',
    },
  },

  id:: $.site.id,
  outputs: {
    url: arm.output(fn.concat(['https://', $.site.ref('defaultHostName')])),
    vaultName: arm.output($.vault.name),
  },
}
