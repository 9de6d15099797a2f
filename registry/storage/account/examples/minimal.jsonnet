// An account that nothing reaches until it has a private endpoint, or public networks are let in.
(import 'storage/account/main.jsonnet') {
  parameters:: { name: 'stexample001' },
}
