// Reached from one network, and an app that may pull.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { endpoints: { addressPrefix: '10.0.0.0/26' } },
    },
  },
  zone:: (import 'network/private-dns-zone/main.jsonnet') {
    parameters:: { name: "[concat('privatelink', environment().suffixes.acrLoginServer)]", virtualNetworks: { example: $.network } },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },

  registry:: (import 'container-registry/registry/main.jsonnet') {
    parameters:: {
      name: 'crexample002',
      retentionDays: 30,
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
      roleAssignments: [{ role: 'AcrPull', principalId: $.identity.outputs.principalId.value }],
    },
  },

  id:: $.registry.id,
  outputs: $.registry.outputs,
}
