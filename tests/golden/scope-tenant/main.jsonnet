{
  metadata: { scopeKind: 'tenant' },
  resources: [
    { type: 'Microsoft.Management/managementGroups/subscriptions', apiVersion: '2023-04-01', name: 'mg/sub' },
    { type: 'Microsoft.Management/managementGroups', apiVersion: '2023-04-01', name: 'mg' },
    { type: 'Microsoft.Authorization/policyDefinitions', apiVersion: '2023-04-01', name: 'p', properties: { mg: "[tenantResourceId('Microsoft.Management/managementGroups', 'mg')]" } },
    { type: 'Microsoft.Authorization/policyAssignments', apiVersion: '2023-04-01', name: 'a', scope: 'Microsoft.Management/managementGroups/mg', properties: { p: "[resourceId('Microsoft.Authorization/policyDefinitions', 'p')]" } },
  ],
}
