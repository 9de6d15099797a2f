// Networks and addresses for the scale set: each is made here, or taken from what the caller passes.
local arm = import 'arm.libsonnet';
local apiVersion = '2024-05-01';

{
  virtualNetwork(name, location, addressPrefix='10.0.0.0/16', subnetPrefix='10.0.0.0/20')::
    arm.Resource('Microsoft.Network/virtualNetworks', apiVersion) {
      name: name,
      location: location,
      properties: {
        addressSpace: { addressPrefixes: [addressPrefix] },
        subnets: [{ name: 'instances', properties: { addressPrefix: subnetPrefix } }],
      },
    },

  publicAddress(name, location):: arm.Resource('Microsoft.Network/publicIPAddresses', apiVersion) {
    name: name,
    location: location,
    sku: { name: 'Standard' },
    properties: { publicIPAllocationMethod: 'Static' },
  },

  // Lets the service in: a standard load balancer passes on nothing that no rule allows.
  securityGroup(name, location, source, port):: arm.Resource('Microsoft.Network/networkSecurityGroups', apiVersion) {
    name: name,
    location: location,
    properties: {
      securityRules: [{
        name: 'service',
        properties: {
          priority: 100,
          direction: 'Inbound',
          access: 'Allow',
          protocol: 'Tcp',
          sourceAddressPrefix: source,
          sourcePortRange: '*',
          destinationAddressPrefix: '*',
          destinationPortRange: std.toString(port),
        },
      }],
    },
  },

  // frontend is `{ publicIPAddress: { id } }` or `{ subnet: { id } }`.
  loadBalancer(name, location, frontend, port):: arm.Resource('Microsoft.Network/loadBalancers', apiVersion) {
    local balancer = self,
    part(kind, part):: arm.fn.resourceId('Microsoft.Network/loadBalancers/' + kind, balancer.name, part),
    backendPoolId:: balancer.part('backendAddressPools', 'instances'),

    name: name,
    location: location,
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [{ name: 'frontend', properties: frontend }],
      backendAddressPools: [{ name: 'instances' }],
      probes: [{
        name: 'health',
        properties: { protocol: 'Tcp', port: port, intervalInSeconds: 5, numberOfProbes: 2 },
      }],
      loadBalancingRules: [{
        name: 'service',
        properties: {
          protocol: 'Tcp',
          frontendPort: port,
          backendPort: port,
          frontendIPConfiguration: { id: balancer.part('frontendIPConfigurations', 'frontend') },
          backendAddressPool: { id: balancer.backendPoolId },
          probe: { id: balancer.part('probes', 'health') },
          disableOutboundSnat: false,
        },
      }],
    },
  },
}
