{
  ouptuts: {},
  output: 'a single one is fine',
  metdata: { a: 1 },
  resources: [
    'text',
    { type: 'Microsoft.Web/sites', name: 'a', apiversions: '2023-05-01' },
    { type: 'Sites', apiVersion: '2023-05-01', name: 'b', properties: [], tags: 'x', dependsOn: 'a', location: 3 },
    { type: 'Microsoft.Web/sites/config', apiVersion: '2023-05-01', name: 'only-one' },
    { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: 'c', dependsOn: [1], condition: 'yes', copy: { count: 'many' } },
    { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: 'd' },
    { type: 'microsoft.web/SITES', apiVersion: '2023-05-01', name: 'D' },
    { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: 'e', dependsOn: ['dd'] },
  ],
  outputs: { a: 'x', b: { valeu: 1 }, c: { type: 'strng', value: 'x' }, d: { value: null }, e: { value: 1.5 } },
  variables: [],
}
