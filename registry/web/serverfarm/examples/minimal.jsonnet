// Two machines for Linux apps, in two zones.
(import 'web/serverfarm/main.jsonnet') {
  parameters:: { name: 'asp-example' },
}
