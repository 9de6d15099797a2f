// Functions, definitions, variables, metadata and asserts go into the template as they are.
{
  resources: [{ type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: "[contoso.unique(variables('base'))]" }],
  functions: [{ namespace: 'contoso', members: { unique: { parameters: [{ name: 'p', type: 'string' }], output: { type: 'string', value: "[concat(parameters('p'), uniqueString('x'))]" } } } }],
  definitions: { short: { type: 'string', maxLength: 5 } },
  variables: { base: 'web' },
  metadata: { owner: 'team' },
  asserts: { ok: '[equals(1, 1)]' },
  notes: 'other visible fields are not part of the template',
}
