// A bastion: the way to machines that have no public address.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings() + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('bas-example'),
    subnet: interfaces.parameter.subnet {
      description: 'Subnet with the name AzureBastionSubnet, of 64 addresses or more',
      examples: [interfaces.parameter.exampleId('Microsoft.Network/virtualNetworks', 'vnet') + '/subnets/AzureBastionSubnet'],
    },
    sku: {
      type: 'string',
      description: 'What it can do: Standard has native clients, Premium records sessions, into a container that is named in the portal',
      allowedValues: ['Basic', 'Standard', 'Premium'],
      defaultValue: 'Standard',
    },
    publicIpAddress: {
      type: 'resourceId',
      description: 'Address that it is reached at; null makes one',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleId('Microsoft.Network/publicIPAddresses', 'pip')],
    },
    zones: interfaces.parameter.zones,
    instances: {
      type: 'int',
      description: 'Instances; Basic has two',
      minValue: 2,
      maxValue: 50,
      defaultValue: 2,
      validate(count): if !isBasic || count == 2 then true else 'Basic has two',
    },
    nativeClients: {
      type: 'bool',
      description: 'Whether ssh and rdp of the own machine can be used, not with Basic; Premium cannot record such sessions',
      validate(isWanted): if !isBasic || !isWanted then true else 'not with Basic',
      defaultValue: false,
    },
    fileCopy: {
      type: 'bool',
      description: 'Whether files can be copied, not with Basic',
      validate(isWanted): if !isBasic || !isWanted then true else 'not with Basic',
      defaultValue: false,
    },
  },

  address:: if args.publicIpAddress == null then (import 'network/public-ip-address/main.jsonnet') {
    parameters:: { name: interfaces.suffixed(args.name, '-pip'), location: args.location, tags: args.tags, zones: args.zones },
  },

  local addressId = if args.publicIpAddress == null then $.address.id else args.publicIpAddress,
  local isBasic = args.sku == 'Basic',

  host:: $.Anchor('Microsoft.Network/bastionHosts', '2025-05-01') {
    sku: { name: args.sku },
    [if args.zones != [] then 'zones']: args.zones,
    properties: {
      [if !isBasic then 'scaleUnits']: args.instances,
      [if !isBasic then 'enableTunneling']: args.nativeClients,
      [if !isBasic then 'enableFileCopy']: args.fileCopy,
      [if !isBasic then 'enableShareableLink']: false,
      [if args.sku == 'Premium' then 'enableSessionRecording']: true,
      ipConfigurations: [{
        name: 'ip',
        properties: { subnet: { id: args.subnet }, publicIPAddress: { id: addressId } },
      }],
    },
  },

  anchor:: 'host',
  outputs+: { [if $.address != null then 'ipAddress']: $.address.outputs.ipAddress },
}
