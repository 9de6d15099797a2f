// A scale set of virtual machines, Linux or Windows, spread over zones.
local interfaces = import 'common/interfaces/main.libsonnet';
local machine = import 'common/machine/main.libsonnet';

interfaces.Module + interfaces.managedIdentities() + interfaces.diagnosticSettings(logs=null) + machine.part + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('vmss-example', 1, 64, '^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$'),
    instances: { type: 'int', description: 'Machines', minValue: 0, maxValue: 1000, defaultValue: 3 },
    zones: interfaces.parameter.zones,
    managedIdentities+: {
      description: 'Identities that the machines sign in to other services with, user-assigned ones alone',
      validate(identities):
        if std.get(identities, 'systemAssigned', false) then 'machines of a flexible scale set have user-assigned identities alone' else true,
      examples: [{ userAssigned: [interfaces.parameter.exampleId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id')] }],
    },
    loadBalancerBackendPools: {
      type: 'array',
      description: 'Backend pools of load balancers that the machines belong to',
      items: { type: 'resourceId' },
      defaultValue: [],
      examples: [[interfaces.parameter.exampleId('Microsoft.Network/loadBalancers', 'lb') + '/backendAddressPools/instances']],
    },
    healthProbe: {
      type: 'object',
      description: 'How machines are asked whether they are well; those that are not are replaced. null for no question',
      properties: {
        port: { type: 'int', minValue: 1, maxValue: 65535, description: 'Port' },
        protocol: { type: 'string', allowedValues: ['tcp', 'http', 'https'], description: "Protocol; 'tcp'" },
        path: { type: 'string', pattern: '^/', description: 'Path, for http and https' },
      },
      required: ['port'],
      additionalProperties: false,
      validate(probe):
        if ('path' in probe) == std.startsWith(std.get(probe, 'protocol', 'tcp'), 'http') then true
        else 'http and https, and nothing else, have a path',
      nullable: true,
      defaultValue: null,
      examples: [{ port: 443 }],
    },
  },

  local isLinux = args.os == 'Linux',
  local asksHealth = args.healthProbe != null,

  scaleSet:: $.Anchor('Microsoft.Compute/virtualMachineScaleSets', '2025-04-01') {
    sku: { name: args.size, tier: 'Standard', capacity: args.instances },
    [if args.zones != [] then 'zones']: args.zones,
    properties: {
      orchestrationMode: 'Flexible',
      platformFaultDomainCount: 1,
      singlePlacementGroup: false,
      [if asksHealth then 'automaticRepairsPolicy']: { enabled: true, gracePeriod: 'PT10M' },
      virtualMachineProfile: {
        securityProfile: $.securityProfile,
        storageProfile: { imageReference: args.image, osDisk: $.osDisk },
        osProfile: $.osProfile { computerNamePrefix: interfaces.shortened(args.name, 9) },
        diagnosticsProfile: { bootDiagnostics: { enabled: true } },
        networkProfile: {
          networkApiVersion: '2022-11-01',
          networkInterfaceConfigurations: [{
            name: 'nic',
            properties: {
              primary: true,
              enableAcceleratedNetworking: true,
              deleteOption: 'Delete',
              ipConfigurations: [{
                name: 'primary',
                properties: {
                  primary: true,
                  subnet: { id: args.subnet },
                  [if args.loadBalancerBackendPools != [] then 'loadBalancerBackendAddressPools']: [
                    { id: pool }
                    for pool in args.loadBalancerBackendPools
                  ],
                },
              }],
            },
          }],
        },
        [if asksHealth then 'extensionProfile']: {
          extensions: [{
            name: 'health',
            properties: {
              publisher: 'Microsoft.ManagedServices',
              type: if isLinux then 'ApplicationHealthLinux' else 'ApplicationHealthWindows',
              typeHandlerVersion: '2.0',
              autoUpgradeMinorVersion: true,
              settings: {
                port: args.healthProbe.port,
                protocol: std.get(args.healthProbe, 'protocol', 'tcp'),
                [if 'path' in args.healthProbe then 'requestPath']: args.healthProbe.path,
              },
            },
          }],
        },
      },
    },
  },

  anchor:: 'scaleSet',
}
