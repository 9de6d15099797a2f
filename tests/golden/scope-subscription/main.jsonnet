local arm = import 'arm.libsonnet';
{
  resources: [
    {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: 'fill',
      resourceGroup: 'rg-data',
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope: 'inner' },
        template: { resources: [{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2023-05-01', name: 'st', location: '[resourceGroup().location]' }] },
      },
    },
    { type: 'Microsoft.Resources/resourceGroups', apiVersion: '2024-03-01', name: 'rg-data', location: 'westeurope' },
  ],
  outputs: { store: { type: 'string', value: "[resourceId(subscription().subscriptionId, 'rg-data', 'Microsoft.Storage/storageAccounts', 'st')]" } },
}
