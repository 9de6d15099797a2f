local app = 'Microsoft.App/containerApps/ca';
local base = { name: 'ca', environment: '/subscriptions/s/cae', image: 'example.azurecr.io/shop:1' };

{
  cases: {
    'is asked by nobody, and has an identity': {
      parameters: base,
      resources: {
        [app]: {
          identity: { type: 'SystemAssigned' },
          properties: {
            environmentId: '/subscriptions/s/cae',
            configuration: { ingress: null, secrets: null, registries: null },
            template: {
              containers: [
                { image: 'example.azurecr.io/shop:1', resources: { cpu: "[json('0.5')]", memory: '1Gi' }, env: null, probes: null },
              ],
              scale: { minReplicas: 1, maxReplicas: 10 },
            },
          },
        },
      },
      outputs: { fqdn: null },
    },
    'is asked over HTTPS alone, from inside': {
      parameters: base { port: 8080, healthPath: '/health' },
      resources: {
        [app]: {
          properties: {
            configuration: { ingress: { external: false, targetPort: 8080, allowInsecure: false } },
            template: {
              containers: [{
                probes: [
                  { type: 'Liveness', httpGet: { port: 8080, path: '/health' }, tcpSocket: null },
                  { type: 'Readiness' },
                ],
              }],
            },
          },
        },
      },
    },
    'reads image and secrets as its identity': {
      parameters: base { registry: 'example.azurecr.io', secrets: { API_KEY: 'https://kv/secrets/key' }, settings: { STAGE: 'test' } },
      resources: {
        [app]: {
          properties: {
            configuration: {
              registries: [{ server: 'example.azurecr.io', identity: 'system' }],
              secrets: [{ name: 'api-key', keyVaultUrl: 'https://kv/secrets/key', identity: 'system', value: null }],
            },
            template: { containers: [{ env: [{ name: 'STAGE', value: 'test' }, { name: 'API_KEY', secretRef: 'api-key' }] }] },
          },
        },
      },
    },
    'reads them as an identity of yours, and is well when its port answers': {
      parameters: base {
        port: 80,
        registry: 'example.azurecr.io',
        identity: '/subscriptions/s/id',
        managedIdentities: { systemAssigned: false, userAssigned: ['/subscriptions/s/id'] },
      },
      resources: {
        [app]: {
          properties: {
            configuration: { registries: [{ server: 'example.azurecr.io', identity: '/subscriptions/s/id' }] },
            template: { containers: [{ probes: [{ tcpSocket: { port: 80, path: null }, httpGet: null }, {}] }] },
          },
        },
      },
    },
    'refuses a secret that is no address': {
      parameters: base { secrets: { TOKEN: 'secret' } },
      errors: ["parameter 'secrets.TOKEN'"],
    },
    'has the memory that goes with its cores': {
      parameters: base { cpu: '2.0', minInstances: 20 },
      resources: {
        'Microsoft.App/containerApps/ca': {
          properties: { template: { containers: [{ resources: { memory: '4Gi' } }], scale: { minReplicas: 20, maxReplicas: 20 } } },
        },
      },
    },
    'refuses fewer instances than there always are': {
      parameters: base { minInstances: 5, maxInstances: 2 },
      errors: ['is less than minInstances'],
    },
    'takes as many instances at most as there always are': {
      parameters: base { minInstances: 2, maxInstances: 2 },
      resources: { 'Microsoft.App/containerApps/ca': { properties: { template: { scale: { maxReplicas: 2 } } } } },
    },
    'refuses a name with two dashes': {
      parameters: base { name: 'a--b' },
      errors: ["parameter 'name'"],
    },
    'refuses to read as an identity that it has not': {
      parameters: base { registry: 'example.azurecr.io', identity: '/subscriptions/s/id' },
      errors: ['is none of managedIdentities.userAssigned'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
