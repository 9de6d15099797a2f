local site(name, other) = { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: name, properties: { other: "[resourceId('Microsoft.Web/sites', '%s')]" % other } };
{
  resources: [
    site('a', 'b'),
    site('b', 'c'),
    site('c', 'a'),
    site('d', 'a'),
    { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: 'x', dependsOn: ['y'] },
    { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: 'y', properties: { x: "[reference('x').name]" } },
  ],
}
