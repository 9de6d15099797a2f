// A group with Azure's own rules alone: traffic inside the network, probes of load balancers, and all traffic out.
(import 'network/network-security-group/main.jsonnet') {
  parameters:: { name: 'nsg-example' },
}
