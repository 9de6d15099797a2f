// An environment that is reached from nowhere but its own apps.
(import 'app/environment/main.jsonnet') {
  parameters:: { name: 'cae-example' },
}
