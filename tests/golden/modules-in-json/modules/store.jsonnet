local arguments = std.parseJson(std.extVar('parameters'));
{
  parameterMetadata:: { name: { type: 'string' }, location: { type: 'string' }, tags: { type: 'object', defaultValue: {} } },
  id:: "[resourceId('Microsoft.Storage/storageAccounts', '%s')]" % arguments.name,
  resources: [{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2023-05-01' } + arguments],
  outputs: { name: { type: 'string', value: arguments.name }, all: { type: 'object', value: { list: [1, 2] } } },
}
