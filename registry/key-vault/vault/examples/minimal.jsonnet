// A vault that nothing reaches until it has a private endpoint, or public networks are let in.
(import 'key-vault/vault/main.jsonnet') {
  parameters:: { name: 'kv-example-001' },
}
