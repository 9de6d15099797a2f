// A gateway in one zone, with an address that outlives it: partners let that one in.
local arm = import 'arm.libsonnet';

arm.Module {
  address:: (import 'network/public-ip-address/main.jsonnet') {
    parameters:: { name: 'pip-partners', zones: ['1'], lock: 'CanNotDelete' },
  },

  gateway:: (import 'network/nat-gateway/main.jsonnet') {
    parameters:: { name: 'ng-partners', publicIpAddresses: [$.address], zone: '1', lock: 'CanNotDelete' },
  },

  id:: $.gateway.id,
  outputs: $.gateway.outputs,
}
