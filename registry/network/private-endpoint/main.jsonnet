// A private endpoint: an address in your own network for one service of a resource.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('pep-example'),
    subnet: interfaces.parameter.subnet { examples: [interfaces.parameter.exampleSubnet] },
    target: {
      type: 'resourceId',
      description: 'What is reached: its id, the resource or the module',
      examples: [interfaces.parameter.exampleId('Microsoft.Storage/storageAccounts', 'stexample001')],
    },
    service: {
      type: 'string',
      description: 'Which of its services, such as blob, vault or sites',
      minLength: 1,
      examples: ['blob'],
    },
    privateDnsZones: {
      type: 'array',
      description: 'Zones that get the address; none where a policy sees to that',
      items: { type: 'resourceId' },
      defaultValue: [],
      examples: [[interfaces.parameter.exampleId('Microsoft.Network/privateDnsZones', 'privatelink.blob.core.windows.net')]],
    },
  },

  local parts = interfaces.privateEndpoint($.body + $.anchorBody, args.target, args.service, args.subnet, args.privateDnsZones),
  endpoint:: parts.endpoint,
  zones:: parts.zones,

  anchor:: 'endpoint',
}
