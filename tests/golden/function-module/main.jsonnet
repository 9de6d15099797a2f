function(name, count=1) {
  resources: [
    { type: 'Microsoft.Network/publicIPAddresses', apiVersion: '2023-05-01', name: name + i }
    for i in std.range(1, count)
  ],
}
