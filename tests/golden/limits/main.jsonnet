{
  resources: [{ type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: 's', copy: { name: 'loop', count: 801 } }],
  variables: { ['v%d' % i]: i for i in std.range(1, 257) },
  outputs: { ['o%d' % i]: { type: 'int', value: i } for i in std.range(1, 65) },
}
