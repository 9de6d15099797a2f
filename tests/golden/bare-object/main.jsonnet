// A module without the base library: an id that is hidden, outputs without types.
{
  local account = 'stexample001',
  id:: "[resourceId('Microsoft.Storage/storageAccounts', '%s')]" % account,
  resources: [
    {
      name: account,
      type: 'Microsoft.Storage/storageAccounts',
      apiVersion: '2023-05-01',
      kind: 'StorageV2',
      sku: { name: 'Standard_LRS' },
      location: '[resourceGroup().location]',
      properties: { minimumTlsVersion: 'TLS1_2', retention: 1.0, share: 0.5 },
    },
  ],
  outputs: {
    count: { value: 3 },
    on: { value: true },
    names: { value: ['a'] },
    cfg: { value: { a: 1 } },
    joined: { value: "[concat('a', 'b')]" },
    endpoint: { value: "[reference('stexample001').primaryEndpoints.blob]" },
  },
}
