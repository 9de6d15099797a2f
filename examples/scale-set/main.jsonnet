// A Linux virtual machine scale set behind a load balancer. The network, the public address and the identity are made
// here, taken from outside, or left out, as the arguments say.
local arm = import 'arm.libsonnet';
local network = import 'network.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 1, maxLength: 40, description: 'Name of the scale set, and start of the other names' },
    location: { type: 'string', defaultValue: '[resourceGroup().location]', description: 'Azure region' },
    size: { type: 'string', defaultValue: 'Standard_D2s_v5', description: 'Size of an instance' },
    count: { type: 'int', defaultValue: 2, minValue: 0, maxValue: 1000, description: 'Number of instances' },
    zones: {
      type: 'array',
      defaultValue: [],
      items: { type: 'string', allowedValues: ['1', '2', '3'] },
      description: 'Availability zones to spread over',
    },
    singlePlacementGroup: {
      type: 'boolean',
      defaultValue: $.arguments.count <= 100,
      description: 'One placement group holds at most 100 instances',
    },
    virtualNetwork: {
      type: ['string', 'object'],
      defaultValue: '[new]',
      description: "'[new]' makes one; or the id of one, or a virtual network resource",
    },
    subnet: { type: 'string', defaultValue: 'instances', description: 'Subnet for the instances' },
    publicIpAddress: {
      type: ['string', 'object', 'null'],
      defaultValue: '[new]',
      description: "'[new]' makes one; or the id of one, or a resource; null keeps the load balancer private",
    },
    identity: {
      type: ['string', 'array', 'null'],
      defaultValue: null,
      description: "'[system]', or a list of ids of user-assigned identities, or null for none",
    },
    port: { type: 'int', defaultValue: 80, minValue: 1, maxValue: 65535, description: 'Port of the service' },
    adminUsername: { type: 'string', description: 'Name of the administrator' },
    sshPublicKey: { type: 'secureString', description: 'Public key that the administrator signs in with' },
  },

  local args = $.arguments,
  local isNew(argument) = argument == '[new]',

  ownNetwork:: if isNew(args.virtualNetwork) then network.virtualNetwork(args.name + '-vnet', args.location),
  ownAddress:: if isNew(args.publicIpAddress) then network.publicAddress(args.name + '-ip', args.location),

  local networkName = if isNew(args.virtualNetwork) then $.ownNetwork.name else arm.name(args.virtualNetwork),
  local networkId = if isNew(args.virtualNetwork) then $.ownNetwork.id else arm.id(args.virtualNetwork),
  local addressId = if isNew(args.publicIpAddress) then $.ownAddress.id else arm.id(args.publicIpAddress),

  subnetId::
    if isNew(args.virtualNetwork) then arm.fn.resourceId('Microsoft.Network/virtualNetworks/subnets', networkName, args.subnet)
    else arm.fn.concat([networkId, '/subnets/' + args.subnet]),

  loadBalancer:: network.loadBalancer(
    args.name + '-lb',
    args.location,
    if args.publicIpAddress == null then { subnet: { id: $.subnetId } } else { publicIPAddress: { id: addressId } },
    args.port,
  ),

  securityGroup:: network.securityGroup(
    args.name + '-nsg',
    args.location,
    if args.publicIpAddress == null then 'VirtualNetwork' else 'Internet',
    args.port,
  ),

  scaleSet:: arm.Resource('Microsoft.Compute/virtualMachineScaleSets', '2024-07-01') {
    name: args.name,
    location: args.location,
    sku: { name: args.size, tier: 'Standard', capacity: args.count },
    [if args.zones != [] then 'zones']: args.zones,
    [if args.identity != null then 'identity']:
      if args.identity == '[system]' then { type: 'SystemAssigned' }
      else { type: 'UserAssigned', userAssignedIdentities: { [arm.id(identity)]: {} for identity in args.identity } },
    properties: {
      singlePlacementGroup: args.singlePlacementGroup,
      orchestrationMode: 'Uniform',
      upgradePolicy: { mode: 'Rolling' },
      virtualMachineProfile: {
        osProfile: {
          computerNamePrefix: std.substr(args.name, 0, 9),
          adminUsername: args.adminUsername,
          linuxConfiguration: {
            disablePasswordAuthentication: true,
            ssh: { publicKeys: [{ path: '/home/' + args.adminUsername + '/.ssh/authorized_keys', keyData: args.sshPublicKey }] },
          },
        },
        storageProfile: {
          imageReference: { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' },
          osDisk: { createOption: 'FromImage', managedDisk: { storageAccountType: 'Premium_LRS' } },
        },
        networkProfile: {
          healthProbe: { id: $.loadBalancer.part('probes', 'health') },
          networkInterfaceConfigurations: [{
            name: 'nic',
            properties: {
              primary: true,
              networkSecurityGroup: { id: $.securityGroup.id },
              ipConfigurations: [{
                name: 'ip',
                properties: {
                  subnet: { id: $.subnetId },
                  loadBalancerBackendAddressPools: [{ id: $.loadBalancer.backendPoolId }],
                },
              }],
            },
          }],
        },
      },
    },
  },

  id:: $.scaleSet.id,

  outputs: {
    id: arm.output($.scaleSet.id),
    [if isNew(args.publicIpAddress) then 'ipAddress']: arm.output($.ownAddress.ref('ipAddress')),
  },
}
