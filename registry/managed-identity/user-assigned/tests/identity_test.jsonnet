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
  },
  random: { 'compiles with all that its parameters allow': {} },
}
