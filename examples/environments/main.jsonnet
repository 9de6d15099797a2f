// One program for four environments: what differs stands in environments/, what is common here.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    environment: { type: 'string', allowedValues: ['dev', 'test', 'staging', 'production'] },
    location: { type: 'string', defaultValue: '[resourceGroup().location]' },
    instances: { type: 'int', minValue: 1, maxValue: 30 },
    tier: { type: 'string', defaultValue: if $.arguments.environment == 'production' then 'P1v3' else 'B1' },
    runtime: { type: 'string', defaultValue: 'NODE|22-lts' },
    domains: { type: 'array', items: { type: 'string', pattern: '^[a-z0-9.-]+$' }, defaultValue: [] },
    alertAddress: { type: ['string', 'null'], defaultValue: null },
  },

  local args = $.arguments,
  local name(kind) = 'orders-' + args.environment + '-' + kind,
  local unique = arm.fn.uniqueString([arm.fn.prop(arm.fn.resourceGroup(), 'id')]),  // names of apps are, in all of Azure
  local isProduction = args.environment == 'production',
  local tags = { environment: args.environment, service: 'orders' },

  plan:: arm.Resource('Microsoft.Web/serverfarms', '2023-12-01') {
    name: name('plan'),
    location: args.location,
    tags: tags,
    sku: { name: args.tier, capacity: args.instances },
    kind: 'linux',
    properties: { reserved: true, zoneRedundant: isProduction },
  },

  app:: arm.Resource('Microsoft.Web/sites', '2023-12-01') {
    name: arm.fn.concat([name('app-'), unique]),
    location: args.location,
    tags: tags,
    kind: 'app,linux',
    properties: {
      serverFarmId: $.plan.id,
      httpsOnly: true,
      siteConfig: { linuxFxVersion: args.runtime, minTlsVersion: '1.2', ftpsState: 'Disabled', alwaysOn: args.tier != 'B1' },
    },
  },

  // A staging slot, where it is worth its money.
  slot:: if isProduction then $.app.child('slots', 'next') {
    location: args.location,
    tags: tags,
    properties: { serverFarmId: $.plan.id, httpsOnly: true },
  },

  domains:: [
    $.app.child('hostNameBindings', domain) { properties: { siteName: $.app.name, sslState: 'Disabled' } }
    for domain in args.domains
  ],

  alerts:: if args.alertAddress != null then arm.Resource('Microsoft.Insights/actionGroups', '2023-01-01') {
    name: name('oncall'),
    location: 'global',
    tags: tags,
    properties: {
      enabled: true,
      groupShortName: 'orders',
      emailReceivers: [{ name: 'oncall', emailAddress: args.alertAddress, useCommonAlertSchema: true }],
    },
  },

  id:: $.app.id,
  outputs: { hostName: arm.output($.app.ref('defaultHostName')) },
}
