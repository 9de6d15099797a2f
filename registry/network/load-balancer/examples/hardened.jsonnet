// A load balancer inside a network, at an address that stays, which asks instances how they are.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { apps: { addressPrefix: '10.0.0.0/26' } },
    },
  },

  balancer:: (import 'network/load-balancer/main.jsonnet') {
    parameters:: {
      name: 'lb-internal',
      frontend: { subnet: $.network.subnetIds.apps, privateIpAddress: '10.0.0.10' },
      rules: { api: { port: 443, backendPort: 8443, healthPath: '/health' } },
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.balancer.id,
  outputs: $.balancer.outputs,
}
