// A virtual machine, Linux or Windows, that is reached from inside its network alone.
local interfaces = import 'common/interfaces/main.libsonnet';
local machine = import 'common/machine/main.libsonnet';

interfaces.Module + interfaces.managedIdentities(systemAssigned=true) + interfaces.diagnosticSettings(logs=null) + machine.part + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('vm-example', 1, 64, '^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$', 'Name; of a Windows machine 15 characters at most') {
      validate(name): if args.os == 'Linux' || std.length(name) <= 15 then true else 'a Windows machine has a name of 15 characters at most',
    },
    privateIpAddress: {
      type: 'string',
      description: 'Address in the subnet; null lets Azure choose',
      format: 'ipv4',
      nullable: true,
      defaultValue: null,
      examples: ['10.0.1.4'],
    },
    zone: {
      type: 'string',
      description: 'Availability zone; null leaves it to Azure',
      allowedValues: ['1', '2', '3'],
      nullable: true,
      defaultValue: null,
    },
    dataDisks: {
      type: 'array',
      description: 'Gigabytes of each further disk',
      items: { type: 'int', minValue: 4, maxValue: 32767 },
      maxLength: 64,
      defaultValue: [],
      examples: [[128]],
    },
    entraLogin: {
      type: 'bool',
      description: 'Whether users of Entra ID sign in, with the role Virtual Machine User Login or Administrator Login; needs a system-assigned identity',
      defaultValue: $.hasSystemAssigned,
      validate(signsIn): if !signsIn || $.hasSystemAssigned then true else 'needs a system-assigned identity',
    },
  },

  interface:: (import 'network/network-interface/main.jsonnet') {
    parameters:: {
      name: interfaces.suffixed(args.name, '-nic'),
      location: args.location,
      tags: args.tags,
      subnet: args.subnet,
      privateIpAddress: args.privateIpAddress,
    },
  },

  // Disks outlive the machine: they are resources of their own.
  dataDisks:: [
    $.Resource('Microsoft.Compute/disks', '2025-01-02') {
      name: interfaces.suffixed(args.name, '-data' + (i + 1)),
      [if args.zone != null && !std.endsWith(args.diskType, '_ZRS') then 'zones']: [args.zone],
      sku: { name: args.diskType },
      properties: {
        creationData: { createOption: 'Empty' },
        diskSizeGB: args.dataDisks[i],
        networkAccessPolicy: 'DenyAll',
        publicNetworkAccess: 'Disabled',
      },
    }
    for i in std.range(0, std.length(args.dataDisks) - 1)
  ],

  machine:: $.Anchor('Microsoft.Compute/virtualMachines', '2025-04-01') {
    [if args.zone != null then 'zones']: [args.zone],
    properties: {
      hardwareProfile: { vmSize: args.size },
      securityProfile: $.securityProfile,
      storageProfile: {
        imageReference: args.image,
        osDisk: $.osDisk { deleteOption: 'Delete' },
        [if args.dataDisks != [] then 'dataDisks']: [
          { lun: i, createOption: 'Attach', deleteOption: 'Detach', managedDisk: { id: $.dataDisks[i].id } }
          for i in std.range(0, std.length(args.dataDisks) - 1)
        ],
      },
      osProfile: $.osProfile { computerName: args.name },
      networkProfile: {
        networkInterfaces: [{ id: $.interface.id, properties: { primary: true, deleteOption: 'Detach' } }],
      },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    },
  },

  local login = if args.os == 'Linux' then 'AADSSHLoginForLinux' else 'AADLoginForWindows',
  entraLogin:: if args.entraLogin then $.machine.child('extensions', login) + $.body {
    properties: {
      publisher: 'Microsoft.Azure.ActiveDirectory',
      type: login,
      typeHandlerVersion: if args.os == 'Linux' then '1.0' else '2.0',
      autoUpgradeMinorVersion: true,
    },
  },

  anchor:: 'machine',
  outputs+: { privateIpAddress: $.interface.outputs.privateIpAddress },
}
