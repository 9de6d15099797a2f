// A group that tells a team by mail.
(import 'insights/action-group/main.jsonnet') {
  parameters:: { name: 'ag-example', shortName: 'example', emails: { team: 'team@example.com' } },
}
