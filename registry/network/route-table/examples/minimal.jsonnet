// A table without routes, which keeps those of gateways out.
(import 'network/route-table/main.jsonnet') {
  parameters:: { name: 'rt-example' },
}
