// An environment in a network of its own, in several zones, with the logs of all apps.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { apps: { addressPrefix: '10.0.0.0/26', delegation: 'Microsoft.App/environments' } },
    },
  },

  environment:: (import 'app/environment/main.jsonnet') {
    parameters:: {
      name: 'cae-example',
      subnet: $.network.subnetIds.apps,
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },

    // Apps show certificates to each other.
    environment+: { properties+: { peerAuthentication: { mtls: { enabled: true } } } },
  },

  id:: $.environment.id,
  outputs: $.environment.outputs,
}
