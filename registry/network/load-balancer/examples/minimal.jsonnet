// A load balancer in public, for web traffic.
local arm = import 'arm.libsonnet';

arm.Module {
  address:: (import 'network/public-ip-address/main.jsonnet') { parameters:: { name: 'pip-example' } },

  balancer:: (import 'network/load-balancer/main.jsonnet') {
    parameters:: { name: 'lb-example', frontend: { publicIpAddress: $.address }, rules: { https: { port: 443 } } },
  },

  id:: $.balancer.id,
  outputs: $.balancer.outputs,
}
