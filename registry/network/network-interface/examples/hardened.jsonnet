// An interface that keeps its address and has rules of its own.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  rules:: (import 'network/network-security-group/main.jsonnet') {
    parameters:: { name: 'nsg-database', rules: { sql: { priority: 100, from: '10.0.0.64/26', ports: 1433 } } },
  },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { data: { addressPrefix: '10.0.0.0/26' } },
    },
  },

  interface:: (import 'network/network-interface/main.jsonnet') {
    parameters:: {
      name: 'nic-database',
      subnet: $.network.subnetIds.data,
      privateIpAddress: '10.0.0.10',
      networkSecurityGroup: $.rules,
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.interface.id,
  outputs: $.interface.outputs,
}
