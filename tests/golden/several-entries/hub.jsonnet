{
  id:: "[resourceId('Microsoft.Network/virtualNetworks', 'hub')]",
  resources: [{ type: 'Microsoft.Network/virtualNetworks', apiVersion: '2023-05-01', name: 'hub' }],
  variables: { prefix: '10.0.0.0/16' },
  outputs: { name: { type: 'string', value: 'hub' }, key: { type: 'secureString', value: "[listKeys('x', 'y').k]" } },
}
