// A namespace with a hub, which nothing reaches until it has a private endpoint.
(import 'event-hub/namespace/main.jsonnet') {
  parameters:: { name: 'evhns-example', hubs: { orders: {} } },
}
