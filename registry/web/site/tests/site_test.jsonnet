local site = 'Microsoft.Web/sites/app';
local base = { name: 'app', plan: '/subscriptions/s/asp' };

{
  cases: {
    'takes encrypted traffic alone, and no passwords to deploy with': {
      parameters: base,
      resources: {
        [site]: {
          kind: 'app',
          identity: { type: 'SystemAssigned' },
          properties: {
            serverFarmId: '/subscriptions/s/asp',
            httpsOnly: true,
            publicNetworkAccess: 'Disabled',
            siteConfig: { minTlsVersion: '1.2', scmMinTlsVersion: '1.2', ftpsState: 'Disabled', linuxFxVersion: null },
          },
        },
        [site + '/basicPublishingCredentialsPolicies/ftp']: { properties: { allow: false } },
        [site + '/basicPublishingCredentialsPolicies/scm']: { properties: { allow: false } },
        [site + '/config/appsettings']: null,
      },
    },
    'runs functions on Linux': {
      parameters: base { kind: 'functionapp', runtime: 'PYTHON|3.13', alwaysOn: false },
      resources: {
        [site]: { kind: 'functionapp,linux', properties: { reserved: true, siteConfig: { linuxFxVersion: 'PYTHON|3.13', alwaysOn: false } } },
      },
    },
    'leaves by its subnet, with its settings': {
      parameters: base { subnet: '/subscriptions/s/subnet', settings: { STAGE: 'test' } },
      resources: {
        [site]: { properties: { virtualNetworkSubnetId: '/subscriptions/s/subnet', outboundVnetRouting: { allTraffic: true } } },
        [site + '/config/appsettings']: { properties: { STAGE: 'test' } },
      },
    },
    'tells whether it is well': {
      parameters: base { healthPath: '/health' },
      resources: { [site]: { properties: { siteConfig: { healthCheckPath: '/health' } } } },
    },
    'does without an identity when it is told so': {
      parameters: base { managedIdentities: { systemAssigned: false } },
      resources: { [site]: { identity: null } },
      outputs: { principalId: null },
    },
    'refuses a stack without a version': {
      parameters: base { runtime: 'NODE' },
      errors: ["parameter 'runtime'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
