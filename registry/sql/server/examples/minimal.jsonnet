// A server with a database, which nothing reaches until it has a private endpoint.
(import 'sql/server/main.jsonnet') {
  parameters:: {
    name: 'sql-example',
    administrator: { name: 'database-administrators', principalId: '00000000-0000-0000-0000-000000000001' },
    databases: { shop: {} },
  },
}
