{
  resources: [
    { type: 'Microsoft.Resources/resourceGroups', apiVersion: '2024-03-01', name: 'rg', location: '[resourceGroup().location]' },
    { type: 'Microsoft.Management/managementGroups', apiVersion: '2023-04-01', name: 'mg' },
  ],
}
