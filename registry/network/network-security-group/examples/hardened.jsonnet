// Web traffic from one place, nothing else in, nothing but Azure's own services out, and all of it logged.
local arm = import 'arm.libsonnet';

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },

  group:: (import 'network/network-security-group/main.jsonnet') {
    parameters:: {
      name: 'nsg-web',
      rules: {
        https: { priority: 100, from: 'AzureFrontDoor.Backend', ports: 443 },
        probes: { priority: 110, from: 'AzureLoadBalancer', protocol: '*', ports: '*' },
        'nothing-else-in': { priority: 4096, access: 'Deny', protocol: '*', ports: '*' },
        'to-azure': { priority: 100, direction: 'Outbound', to: 'AzureCloud', ports: 443 },
        'to-network': { priority: 110, direction: 'Outbound', protocol: '*', to: 'VirtualNetwork', ports: '*' },
        'nothing-else-out': { priority: 4096, direction: 'Outbound', access: 'Deny', protocol: '*', ports: '*' },
      },
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },
  },

  id:: $.group.id,
  outputs: $.group.outputs,
}
