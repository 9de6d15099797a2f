{ resources: [{ type: 'A.B/c', apiVersion: '2023-05-01', name: 'x' }], variables: { v: 1, same: 2 }, parameters: { p: { type: 'string' } } }
