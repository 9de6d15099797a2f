// A workspace that keeps logs for 30 days.
(import 'operational-insights/workspace/main.jsonnet') {
  parameters:: { name: 'log-example' },
}
