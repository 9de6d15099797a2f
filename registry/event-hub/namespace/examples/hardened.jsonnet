// Events that two programs read, kept for a week, reached from one network.
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
    parameters:: { name: 'privatelink.servicebus.windows.net', virtualNetworks: { example: $.network } },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },

  namespace:: (import 'event-hub/namespace/main.jsonnet') {
    parameters:: {
      name: 'evhns-example',
      maxCapacity: 10,
      hubs: { orders: { partitions: 8, retentionHours: 168, consumerGroups: ['billing', 'search'] } },
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
      roleAssignments: [{ role: 'Azure Event Hubs Data Receiver', principalId: $.identity.outputs.principalId.value }],
    },
  },

  id:: $.namespace.id,
  outputs: $.namespace.outputs,
}
