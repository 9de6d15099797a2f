local group = 'Microsoft.Resources/resourceGroups/rg';

{
  cases: {
    'is a group and nothing else': {
      parameters: { name: 'rg', location: 'westeurope' },
      resources: {
        [group]: { location: 'westeurope', tags: null },
        'Microsoft.Resources/deployments/*': null,
      },
      outputs: { location: 'westeurope' },
    },
    'places in the group what extends it': {
      parameters: {
        name: 'rg',
        lock: 'CanNotDelete',
        roleAssignments: [{ role: 'Reader', principalId: '11111111-1111-1111-1111-111111111111', principalType: 'Group' }],
      },
      resources: {
        'Microsoft.Resources/deployments/rg-extensions': {
          resourceGroup: 'rg',
          properties: {
            template: {
              resources: [
                {
                  type: 'Microsoft.Authorization/roleAssignments',
                  scope: null,
                  properties: {
                    roleDefinitionId: "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
                  },
                },
                { type: 'Microsoft.Authorization/locks', name: 'lock', dependsOn: ["[resourceId('Microsoft.Authorization/roleAssignments', guid(resourceGroup().id, '11111111-1111-1111-1111-111111111111', subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')))]"], properties: { level: 'CanNotDelete' } },
              ],
            },
          },
        },
      },
    },
    'refuses a name that ends in a dot': {
      parameters: { name: 'rg.' },
      errors: ["parameter 'name'"],
    },
    'has tags, and a lock alone when there are no roles': {
      parameters: { name: 'rg', tags: { owner: 'me' }, lock: 'ReadOnly' },
      resources: { [group]: { tags: { owner: 'me' } }, 'Microsoft.Resources/deployments/rg-extensions': {} },
    },
    'has a deployment of a name that only the deployment knows': {
      parameters: { name: "[concat('rg-', uniqueString(subscription().id))]", roleAssignments: [{ role: 'Reader', principalId: '11111111-1111-1111-1111-111111111111' }] },
      resources: { 'Microsoft.Resources/deployments/*': { name: "[concat(concat('rg-', uniqueString(subscription().id)), '-extensions')]" } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
