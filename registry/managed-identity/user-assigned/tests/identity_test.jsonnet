local identity = 'Microsoft.ManagedIdentity/userAssignedIdentities/id-1';
local issuer = 'https://token.example.com';

{
  cases: {
    'tells who it is': {
      parameters: { name: 'id-1' },
      resources: { [identity]: { location: '[resourceGroup().location]', properties: null } },
      outputs: {
        principalId: "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id-1'), '2024-11-30').principalId]",
      },
    },
    'makes one trust after the other': {
      parameters: {
        name: 'id-1',
        federatedCredentials: { one: { issuer: issuer, subject: 'a' }, two: { issuer: issuer, subject: 'b', audience: 'c' } },
      },
      resources: {
        [identity + '/federatedIdentityCredentials/one']: {
          properties: { issuer: issuer, subject: 'a', audiences: ['api://AzureADTokenExchange'] },
        },
        [identity + '/federatedIdentityCredentials/two']: {
          properties: { audiences: ['c'] },
          dependsOn: [
            "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials', 'id-1', 'one')]",
          ],
        },
      },
    },
    'refuses a trust in nobody': {
      parameters: { name: 'id-1', federatedCredentials: { one: { issuer: 'nobody', subject: 'a' } } },
      errors: ["parameter 'federatedCredentials.one.issuer'"],
    },
    'refuses names of trusts that Azure does': {
      parameters: { name: 'id-1', federatedCredentials: { 'repo:main': { issuer: issuer, subject: 'a' } } },
      errors: ['repo:main is no name of a trust'],
    },
    'refuses more trusts than Azure keeps': {
      parameters: { name: 'id-1', federatedCredentials: { ['trust' + i]: { issuer: issuer, subject: 's' + i } for i in std.range(1, 21) } },
      errors: ['20 trusts at most'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
