// A gateway with an address that is made for it.
(import 'network/nat-gateway/main.jsonnet') {
  parameters:: { name: 'ng-example' },
}
