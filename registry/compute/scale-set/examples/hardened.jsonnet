// Machines behind a load balancer that are replaced when they are not well, with one way out.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    adminUsername: { type: 'string', description: 'Name of the administrator', deployTime: true },
    adminPasswordOrKey: { type: 'secureString', description: 'Public key that the administrator signs in with' },
    size: { type: 'string', description: 'Size of the machine', deployTime: true, defaultValue: 'Standard_D2s_v5' },
  },

  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { apps: { addressPrefix: '10.0.0.0/26', natGateway: $.gateway } },
    },
  },
  gateway:: (import 'network/nat-gateway/main.jsonnet') { parameters:: { name: 'ng-example' } },
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },
  balancer:: (import 'network/load-balancer/main.jsonnet') {
    parameters:: { name: 'lb-example', frontend: { subnet: $.network.subnetIds.apps }, rules: { https: { port: 443 } } },
  },

  scaleSet:: (import 'compute/scale-set/main.jsonnet') {
    parameters:: {
      name: 'vmss-example',
      instances: 6,
      subnet: $.network.subnetIds.apps,
      size: $.arguments.size,
      adminUsername: $.arguments.adminUsername,
      adminPasswordOrKey: $.arguments.adminPasswordOrKey,
      managedIdentities: { userAssigned: [$.identity] },
      loadBalancerBackendPools: [$.balancer.backendPoolId],
      healthProbe: { port: 443, protocol: 'https', path: '/health' },
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.scaleSet.id,
  outputs: $.scaleSet.outputs,
}
