// A namespace with a queue, which nothing reaches until it has a private endpoint.
(import 'service-bus/namespace/main.jsonnet') {
  parameters:: { name: 'sbns-example', queues: { orders: {} } },
}
