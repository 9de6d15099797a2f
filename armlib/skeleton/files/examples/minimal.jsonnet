// The module with what it must be given; `armlib test` deploys it to a local Azure in memory, twice, and destroys it.
(import '../main.jsonnet') {
  parameters:: { name: 'stexample' },
}
