// All traffic out goes through a firewall, and what must never leave is dropped.
(import 'network/route-table/main.jsonnet') {
  parameters:: {
    name: 'rt-to-firewall',
    routes: {
      out: { to: '0.0.0.0/0', nextHopIpAddress: '10.0.0.4' },
      'old-site': { to: '192.168.0.0/16', nextHop: 'None' },
    },
    lock: 'CanNotDelete',
  },
}
