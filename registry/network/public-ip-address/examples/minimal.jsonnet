// An IPv4 address in all zones of the region.
(import 'network/public-ip-address/main.jsonnet') {
  parameters:: { name: 'pip-example' },
}
