// A zone that has no records and no networks yet.
(import 'network/private-dns-zone/main.jsonnet') {
  parameters:: { name: 'internal.example.com' },
}
