// Reached from one network only, copied to a second region, watched, locked, and read by one group.
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
    parameters:: { name: "[concat('privatelink.blob.', environment().suffixes.storage)]", virtualNetworks: { example: $.network } },
  },

  account:: (import 'storage/account/main.jsonnet') {
    parameters:: {
      name: 'stexample002',
      sku: 'Standard_GZRS',
      containers: ['documents'],
      softDeleteDays: 90,
      lock: 'CanNotDelete',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      diagnosticSettings: [{ workspace: $.workspace }],
      roleAssignments: [
        { role: 'Storage Blob Data Reader', principalId: '00000000-0000-0000-0000-000000000001', principalType: 'Group' },
      ],
    },

    // Any property can be bent; these have no parameter.
    blobService+: {
      properties+: { isVersioningEnabled: true, changeFeed: { enabled: true, retentionInDays: 90 } },
    },
  },

  // Reads and writes of blobs, which the account itself does not log.
  blobLogs:: $.account.blobService.extension('Microsoft.Insights/diagnosticSettings', '2021-05-01-preview', 'diagnostics') {
    properties: { workspaceId: $.workspace.id, logs: [{ categoryGroup: 'allLogs', enabled: true }] },
  },

  id:: $.account.id,
  outputs: $.account.outputs,
}
