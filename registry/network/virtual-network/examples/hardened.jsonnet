// A network whose subnets have rules of their own and one way out, with traffic between machines encrypted.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  rules:: (import 'network/network-security-group/main.jsonnet') {
    parameters:: { name: 'nsg-apps', rules: { https: { priority: 100, from: '10.20.0.0/16', ports: 443 } } },
  },
  gateway:: (import 'network/nat-gateway/main.jsonnet') { parameters:: { name: 'ng-example' } },

  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.20.0.0/16'],
      subnets: {
        apps: { addressPrefix: '10.20.1.0/24', networkSecurityGroup: $.rules, natGateway: $.gateway },
        endpoints: { addressPrefix: '10.20.2.0/24', networkSecurityGroup: $.rules },
      },
      encryption: true,
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.network.id,
  outputs: $.network.outputs,
}
