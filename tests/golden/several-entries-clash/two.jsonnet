{ resources: [{ type: 'a.b/C', apiVersion: '2023-05-01', name: 'X' }], variables: { V: 2, same: 2 }, parameters: { p: { type: 'int' } } }
