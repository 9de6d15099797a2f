local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3, description: 'Name of the server' },
    size: { type: 'int', defaultValue: 2 },
    location: { type: 'string', deployTime: true, defaultValue: '[resourceGroup().location]', description: 'Region' },
    password: { type: 'secureString', minLength: 12 },
  },

  server:: arm.Resource('Microsoft.Sql/servers', '2021-11-01') {
    name: $.arguments.name,
    location: $.arguments.location,
    properties: { administratorLogin: 'admin', administratorLoginPassword: $.arguments.password },
  },
  databases:: [
    $.server.child('databases', 'db%d' % i) { location: $.arguments.location }
    for i in std.range(1, $.arguments.size)
  ],
  id:: $.server.id,
  outputs: { host: arm.output($.server.ref('fullyQualifiedDomainName')) },
}
