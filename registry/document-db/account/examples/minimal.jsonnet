// An account with one container, which nothing reaches until it has a private endpoint.
(import 'document-db/account/main.jsonnet') {
  parameters:: { name: 'cosmos-example', databases: { shop: { orders: { partitionKey: '/customer' } } } },
}
