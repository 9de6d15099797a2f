// A registry that nothing reaches until it has a private endpoint, or public networks are let in.
(import 'container-registry/registry/main.jsonnet') {
  parameters:: { name: 'crexample001' },
}
