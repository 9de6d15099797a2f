// A cluster in your own network with one way out, that one group manages, and a pool for apps.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  gateway:: (import 'network/nat-gateway/main.jsonnet') { parameters:: { name: 'ng-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/16'],
      subnets: { nodes: { addressPrefix: '10.0.0.0/20', natGateway: $.gateway } },
    },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-cluster' } },

  // The cluster places load balancers in the network.
  mayUseNetwork:: (import 'common/interfaces/main.libsonnet').roleAssignment(
    $.network.network, { role: 'Network Contributor', principalId: $.identity.outputs.principalId.value }
  ),

  cluster:: (import 'container-service/cluster/main.jsonnet') {
    parameters:: {
      name: 'aks-example',
      subnet: $.network.subnetIds.nodes,
      managedIdentities: { systemAssigned: false, userAssigned: [$.identity] },
      adminGroups: ['00000000-0000-0000-0000-000000000001'],
      userPools: { apps: { size: 'Standard_D8ds_v5', min: 3, max: 30 } },
      workspace: $.workspace,
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace, logs: ['audit', 'allLogs'] }],
    },

    cluster+: { dependsOn+: [$.mayUseNetwork.id] },
  },

  id:: $.cluster.id,
  outputs: $.cluster.outputs,
}
