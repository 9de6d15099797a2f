local script = 'Microsoft.Resources/deploymentScripts/ds';
local base = { name: 'ds', script: 'echo hello' };

{
  cases: {
    'runs again when it changes and leaves nothing behind': {
      parameters: base,
      resources: {
        [script]: {
          kind: 'AzureCLI',
          identity: null,
          properties: {
            azCliVersion: '2.75.0',
            azPowerShellVersion: null,
            scriptContent: 'echo hello',
            forceUpdateTag: 'cd18203adcdc4404664fea34541d8717',
            cleanupPreference: 'Always',
          },
        },
      },
    },
    'speaks PowerShell': {
      parameters: base { kind: 'AzurePowerShell' },
      resources: { [script]: { kind: 'AzurePowerShell', properties: { azPowerShellVersion: '14.0', azCliVersion: null } } },
    },
    'signs in as an identity, in a subnet': {
      parameters: base { identity: '/subscriptions/s/i', subnet: '/subscriptions/s/subnet', storageAccountName: 'st1' },
      resources: {
        [script]: {
          identity: { type: 'UserAssigned', userAssignedIdentities: { '/subscriptions/s/i': {} } },
          properties: {
            containerSettings: { subnetIds: [{ id: '/subscriptions/s/subnet' }] },
            storageAccountSettings: { storageAccountName: 'st1' },
          },
        },
      },
    },
    'must be told what to do': {
      parameters: { name: 'ds' },
      errors: ["parameter 'script'"],
    },
    'is given arguments and variables, and runs again when it is told so': {
      parameters: base { arguments: '--all', settings: { STAGE: 'test' }, forceUpdateTag: '2' },
      resources: {
        [script]: { properties: { arguments: '--all', environmentVariables: [{ name: 'STAGE', value: 'test' }], forceUpdateTag: '2' } },
      },
    },
    'refuses a subnet without an account for its files': {
      parameters: base { subnet: '/subscriptions/s/subnet', identity: '/subscriptions/s/i' },
      errors: ['needs a storageAccountName'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
