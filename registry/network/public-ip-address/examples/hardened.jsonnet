// An address with protection against floods of its own, whose attacks are logged.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },

  address:: (import 'network/public-ip-address/main.jsonnet') {
    parameters:: {
      name: 'pip-shop',
      domainNameLabel: 'contoso-shop',
      ddosProtection: 'Enabled',
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.address.id,
  outputs: $.address.outputs,
}
