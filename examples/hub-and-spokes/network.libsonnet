// The pieces that a hub and its spokes are put together from.
local arm = import 'arm.libsonnet';

{
  local apiVersion = '2024-05-01',

  // A virtual network; subnets is an object from name to CIDR block.
  virtualNetwork(name, location, addressPrefix, subnets):: arm.Resource('Microsoft.Network/virtualNetworks', apiVersion) {
    name: name,
    location: location,
    properties: {
      addressSpace: { addressPrefixes: [addressPrefix] },
      subnets: [
        { name: subnet, properties: { addressPrefix: subnets[subnet] } }
        for subnet in std.objectFields(subnets)
      ],
    },
  },

  // One direction of a peering; both directions are needed.
  peering(from, to, settings={}):: from.child('virtualNetworkPeerings', 'to-' + to.name) {
    properties: {
      allowForwardedTraffic: true,
      allowVirtualNetworkAccess: true,
      remoteVirtualNetwork: { id: to.id },
    } + settings,
  },

  // A route table that sends everything to the firewall of the hub.
  defaultRoute(name, location, nextHop):: arm.Resource('Microsoft.Network/routeTables', apiVersion) {
    name: name,
    location: location,
    properties: {
      disableBgpRoutePropagation: true,
      routes: [{
        name: 'default',
        properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: nextHop },
      }],
    },
  },
}
