// A component that is asked from one network alone, by way of a private link scope, and that one app may send to.
local arm = import 'arm.libsonnet';

arm.Module {
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { endpoints: { addressPrefix: '10.0.0.0/26' } },
    },
  },
  workspace:: (import 'operational-insights/workspace/main.jsonnet') {
    parameters:: { name: 'log-example', publicNetworkAccessForQuery: 'Disabled' },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },

  component:: (import 'insights/component/main.jsonnet') {
    parameters:: {
      name: 'appi-example',
      workspace: $.workspace,
      publicNetworkAccessForQuery: 'Disabled',
      lock: 'CanNotDelete',
      roleAssignments: [{ role: 'Monitoring Metrics Publisher', principalId: $.identity.outputs.principalId.value }],
    },
  },

  // What is closed to public networks is asked by way of this scope, and by nobody without one. Open, the network goes on
  // reaching what is in no scope.
  scope:: arm.Resource('Microsoft.Insights/privateLinkScopes', '2021-09-01') {
    name: 'ampls-example',
    location: 'global',
    properties: { accessModeSettings: { queryAccessMode: 'Open', ingestionAccessMode: 'Open' } },
  },
  scoped:: {
    [name]: $.scope.child('scopedResources', name) { properties: { linkedResourceId: $[name].id } }
    for name in ['workspace', 'component']
  },

  // Azure Monitor has its names in five zones.
  zones:: [
    (import 'network/private-dns-zone/main.jsonnet') { parameters:: { name: name, virtualNetworks: { example: $.network } } }
    for name in [
      'privatelink.monitor.azure.com',
      'privatelink.oms.opinsights.azure.com',
      'privatelink.ods.opinsights.azure.com',
      'privatelink.agentsvc.azure-automation.net',
      "[concat('privatelink.blob.', environment().suffixes.storage)]",
    ]
  ],
  endpoint:: (import 'network/private-endpoint/main.jsonnet') {
    parameters:: {
      name: 'pep-monitor',
      subnet: $.network.subnetIds.endpoints,
      target: $.scope,
      service: 'azuremonitor',
      privateDnsZones: $.zones,
    },
  },

  id:: $.component.id,
  outputs: $.component.outputs,
}
