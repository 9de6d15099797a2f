// A group that reaches a team in three ways, and that nobody deletes by accident.
(import 'insights/action-group/main.jsonnet') {
  parameters:: {
    name: 'ag-payments',
    shortName: 'payments',
    emails: { team: 'payments@example.com' },
    webhooks: { duty: 'https://duty.example.com/azure' },
    roles: ['Monitoring Contributor'],
    tags: { owner: 'payments' },
    lock: 'CanNotDelete',
  },
}
