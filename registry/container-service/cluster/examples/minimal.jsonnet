// A cluster with three nodes, one in each zone, whose API server is reached from its own network.
(import 'container-service/cluster/main.jsonnet') {
  parameters:: { name: 'aks-example' },
}
