{
  local child = { resources: [{ type: 'Microsoft.Web/sites/config', apiVersion: '2023-05-01', name: 's/web' }, { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: 's' }] },
  resources: [
    {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: 'linked',
      properties: { mode: 'Incremental', templateLink: { uri: 'https://example.invalid/child.json' } },
      linkedTemplate:: { uri: 'https://example.invalid/child.json', template: child },
    },
  ],
}
