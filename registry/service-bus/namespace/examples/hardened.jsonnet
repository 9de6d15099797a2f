// Orders in order, reached from one network, sent by one app.
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

  namespace:: (import 'service-bus/namespace/main.jsonnet') {
    parameters:: {
      name: 'sbns-example',
      capacity: 2,
      queues: { orders: { requiresSession: true, maxDeliveryCount: 5 } },
      topics: { sold: { invoices: {}, parcels: {} } },
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
      roleAssignments: [{ role: 'Azure Service Bus Data Sender', principalId: $.identity.outputs.principalId.value }],
    },

    // A message that is sent twice within an hour comes once.
    queues+: {
      orders+: { properties+: { requiresDuplicateDetection: true, duplicateDetectionHistoryTimeWindow: 'PT1H' } },
    },
  },

  id:: $.namespace.id,
  outputs: $.namespace.outputs,
}
