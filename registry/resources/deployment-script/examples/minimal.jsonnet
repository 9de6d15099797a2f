// A script that says something.
(import 'resources/deployment-script/main.jsonnet') {
  parameters:: { name: 'ds-example', script: |||
    echo '{"greeting": "hello"}' > "$AZ_SCRIPTS_OUTPUT_PATH"
  ||| },
}
