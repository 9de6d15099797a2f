local vault = 'Microsoft.KeyVault/vaults/kv-1';

{
  cases: {
    'keeps what is deleted, and knows its callers by their roles': {
      parameters: { name: 'kv-1' },
      resources: {
        [vault]: {
          properties: {
            enableRbacAuthorization: true,
            enablePurgeProtection: true,
            enableSoftDelete: true,
            softDeleteRetentionInDays: 90,
            publicNetworkAccess: 'Disabled',
            networkAcls: { defaultAction: 'Deny' },
            accessPolicies: null,
            enabledForDeployment: null,
          },
        },
      },
    },
    'is read by the services that are named': {
      parameters: { name: 'kv-1', enabledFor: ['DiskEncryption'] },
      resources: { [vault]: { properties: { enabledForDiskEncryption: true, enabledForDeployment: null } } },
    },
    'is locked last when it is read-only': {
      parameters: { name: 'kv-1', lock: 'ReadOnly', diagnosticSettings: [{ workspace: '/subscriptions/s/w' }] },
      resources: {
        'Microsoft.Authorization/locks/lock': {
          scope: "[resourceId('Microsoft.KeyVault/vaults', 'kv-1')]",
          properties: { level: 'ReadOnly' },
          dependsOn: [
            "[extensionResourceId(resourceId('Microsoft.KeyVault/vaults', 'kv-1'), 'Microsoft.Insights/diagnosticSettings', 'diagnostics')]",
          ],
        },
      },
    },
    'gives roles by their names, UUIDs and ids': {
      parameters: {
        name: 'kv-1',
        roleAssignments: [
          { role: 'Key Vault Secrets User', principalId: '11111111-1111-1111-1111-111111111111' },
        ],
      },
      resources: {
        'Microsoft.Authorization/roleAssignments/*': {
          properties: {
            roleDefinitionId: "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')]",
            principalId: '11111111-1111-1111-1111-111111111111',
            principalType: null,
          },
        },
      },
    },
    'takes a principal that only the deployment knows for a service': {
      parameters: {
        name: 'kv-1',
        roleAssignments: [{
          role: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
          principalId: "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'i'), '2024-11-30').principalId]",
        }],
      },
      resources: {
        'Microsoft.Authorization/roleAssignments/*': {
          name: "[guid(resourceId('Microsoft.KeyVault/vaults', 'kv-1'), 'reference(resourceId(''Microsoft.ManagedIdentity/userAssignedIdentities'', ''i''), ''2024-11-30'').principalId', subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'))]",
          properties: { principalType: 'ServicePrincipal' },
        },
      },
    },
    'refuses a role that it does not know': {
      parameters: { name: 'kv-1', roleAssignments: [{ role: 'Secret Reader', principalId: '11111111-1111-1111-1111-111111111111' }] },
      errors: ['no built-in role that is known here'],
    },
    'refuses to send logs nowhere': {
      parameters: { name: 'kv-1', diagnosticSettings: [{ logs: ['audit'] }] },
      errors: ['says nowhere to send to'],
    },
    'lets in public networks when it is told so': {
      parameters: { name: 'kv-1', publicNetworkAccess: 'Enabled' },
      resources: { [vault]: { properties: { networkAcls: { defaultAction: 'Allow' } } } },
    },
    'says why and when a role is given': {
      parameters: {
        name: 'kv-1',
        roleAssignments: [{
          role: '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r',
          principalId: '11111111-1111-1111-1111-111111111111',
          principalType: 'User',
          description: 'on call',
          condition: '@Resource[x] StringEquals y',
        }],
      },
      resources: {
        'Microsoft.Authorization/roleAssignments/*': {
          properties: {
            roleDefinitionId: '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r',
            principalType: 'User',
            description: 'on call',
            condition: '@Resource[x] StringEquals y',
            conditionVersion: '2.0',
          },
        },
      },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
