// A network with one subnet.
(import 'network/virtual-network/main.jsonnet') {
  parameters:: {
    name: 'vnet-example',
    addressPrefixes: ['10.0.0.0/16'],
    subnets: { apps: { addressPrefix: '10.0.1.0/24' } },
  },
}
