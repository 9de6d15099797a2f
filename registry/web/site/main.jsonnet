// A web app or a function app: encrypted traffic alone, deployed to by identity.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module
+ interfaces.managedIdentities(systemAssigned=true)
+ interfaces.diagnosticSettings()
+ interfaces.privateEndpoints(['sites'])
+ {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('app-example', 2, 60, '^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$', 'Name, unique in all of Azure'),
    plan: {
      type: 'resourceId',
      description: 'App Service plan that it runs on',
      examples: [interfaces.parameter.exampleId('Microsoft.Web/serverfarms', 'asp')],
    },
    kind: { type: 'string', description: 'Web app or functions', allowedValues: ['app', 'functionapp'], defaultValue: 'app' },
    runtime: {
      type: 'string',
      description: 'Stack and version on Linux, such as DOTNETCORE|10.0, NODE|22-lts or PYTHON|3.13; null on Windows',
      pattern: '^[A-Za-z]+[|].+$',
      nullable: true,
      defaultValue: null,
      examples: ['NODE|22-lts'],
    },
    settings: {
      type: 'object',
      description: 'Settings of the app. Secrets are references to a key vault: @Microsoft.KeyVault(SecretUri=…)',
      additionalProperties: { type: 'string' },
      defaultValue: {},
      examples: [{ STAGE: 'test' }],
    },
    subnet: interfaces.parameter.subnet {
      description: 'Subnet that its own requests leave by, delegated to Microsoft.Web/serverFarms; null for none',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleSubnet],
    },
    healthPath: {
      type: 'string',
      description: 'Path that tells whether an instance is well; null for none',
      pattern: '^/',
      nullable: true,
      defaultValue: null,
      examples: ['/health'],
    },
    alwaysOn: { type: 'bool', description: 'Whether it stays loaded when nobody comes; not for plans that scale to none', defaultValue: true },
    publicNetworkAccess+: { description: 'Whether it is reached from public networks. If not, private endpoints are the only way' },
  },

  site:: $.Anchor('Microsoft.Web/sites', '2025-03-01') {
    kind: args.kind + (if args.runtime != null then ',linux' else ''),
    properties: {
      serverFarmId: args.plan,
      [if args.runtime != null then 'reserved']: true,
      httpsOnly: true,
      clientAffinityEnabled: false,
      publicNetworkAccess: args.publicNetworkAccess,
      endToEndEncryptionEnabled: true,
      [if args.subnet != null then 'virtualNetworkSubnetId']: args.subnet,
      [if args.subnet != null then 'outboundVnetRouting']: { allTraffic: true },
      siteConfig: {
        [if args.runtime != null then 'linuxFxVersion']: args.runtime,
        alwaysOn: args.alwaysOn,
        minTlsVersion: '1.2',
        scmMinTlsVersion: '1.2',
        ftpsState: 'Disabled',
        http20Enabled: true,
        remoteDebuggingEnabled: false,
        [if args.healthPath != null then 'healthCheckPath']: args.healthPath,
      },
    },
  },

  settings:: if args.settings != {} then $.site.child('config', 'appsettings') { properties: args.settings },

  // No user names and passwords to deploy with.
  basicAuthentication:: {
    [way]: $.site.child('basicPublishingCredentialsPolicies', way) { properties: { allow: false } }
    for way in ['ftp', 'scm']
  },

  anchor:: 'site',
  outputs+: { fqdn: arm.output($.site.ref('defaultHostName')) },
}
