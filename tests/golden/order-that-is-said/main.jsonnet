// Two ids that point at each other are no cycle where dependsOn says which comes first.
local site(name, other) = { type: 'Microsoft.Web/sites', apiVersion: '2023-05-01', name: name, properties: { other: "[resourceId('Microsoft.Web/sites', '%s')]" % other } };
{ resources: [site('a', 'b'), site('b', 'a') { dependsOn: ['a'] }] }
