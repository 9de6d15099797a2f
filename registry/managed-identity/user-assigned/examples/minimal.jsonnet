// An identity for an app.
(import 'managed-identity/user-assigned/main.jsonnet') {
  parameters:: { name: 'id-example' },
}
