// A group. Deployed to a subscription.
(import 'resources/resource-group/main.jsonnet') {
  parameters:: { name: 'rg-example' },
}
