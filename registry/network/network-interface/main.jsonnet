// A network interface: an address in a subnet, and none in public.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings(logs=null) + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('nic-example'),
    subnet: interfaces.parameter.subnet { examples: [interfaces.parameter.exampleSubnet] },
    privateIpAddress: {
      type: 'string',
      description: 'Address in the subnet; null lets Azure choose',
      format: 'ipv4',
      nullable: true,
      defaultValue: null,
      examples: ['10.0.1.4'],
    },
    publicIpAddress: {
      type: 'resourceId',
      description: 'Public address; null for none',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleId('Microsoft.Network/publicIPAddresses', 'pip')],
    },
    networkSecurityGroup: {
      type: 'resourceId',
      description: 'Network security group, beside that of the subnet; null for none',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleId('Microsoft.Network/networkSecurityGroups', 'nsg')],
    },
    loadBalancerBackendPools: {
      type: 'array',
      description: 'Backend pools of load balancers that it belongs to',
      items: { type: 'resourceId' },
      defaultValue: [],
      examples: [[interfaces.parameter.exampleId('Microsoft.Network/loadBalancers', 'lb') + '/backendAddressPools/instances']],
    },
    acceleratedNetworking: {
      type: 'bool',
      description: 'Whether traffic passes the host by; small machines cannot do so',
      defaultValue: true,
    },
    ipForwarding: {
      type: 'bool',
      description: 'Whether traffic for others is taken, as appliances do',
      defaultValue: false,
    },
  },

  interface:: $.Anchor('Microsoft.Network/networkInterfaces', '2025-05-01') {
    properties: {
      enableAcceleratedNetworking: args.acceleratedNetworking,
      enableIPForwarding: args.ipForwarding,
      [if args.networkSecurityGroup != null then 'networkSecurityGroup']: { id: args.networkSecurityGroup },
      ipConfigurations: [{
        name: 'primary',
        properties: {
          primary: true,
          subnet: { id: args.subnet },
          privateIPAllocationMethod: if args.privateIpAddress == null then 'Dynamic' else 'Static',
          [if args.privateIpAddress != null then 'privateIPAddress']: args.privateIpAddress,
          [if args.publicIpAddress != null then 'publicIPAddress']: { id: args.publicIpAddress },
          [if args.loadBalancerBackendPools != [] then 'loadBalancerBackendAddressPools']: [
            { id: pool }
            for pool in args.loadBalancerBackendPools
          ],
        },
      }],
    },
  },

  anchor:: 'interface',
  outputs+: { privateIpAddress: arm.output($.interface.ref('ipConfigurations[0].properties.privateIPAddress')) },
}
