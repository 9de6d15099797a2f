// A Windows machine in one zone, with a disk for its data, that one group may sign in to.
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    adminUsername: { type: 'string', description: 'Name of the administrator', deployTime: true },
    adminPasswordOrKey: { type: 'secureString', description: 'Password that the administrator signs in with' },
    size: { type: 'string', description: 'Size of the machine', deployTime: true, defaultValue: 'Standard_D2s_v5' },
  },

  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { apps: { addressPrefix: '10.0.0.0/26' } },
    },
  },
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },

  machine:: (import 'compute/virtual-machine/main.jsonnet') {
    parameters:: {
      name: 'vm-example-2',
      os: 'Windows',
      subnet: $.network.subnetIds.apps,
      zone: '1',
      size: $.arguments.size,
      adminUsername: $.arguments.adminUsername,
      adminPasswordOrKey: $.arguments.adminPasswordOrKey,
      dataDisks: [256],
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
      roleAssignments: [
        { role: 'Virtual Machine User Login', principalId: '00000000-0000-0000-0000-000000000001', principalType: 'Group' },
      ],
    },

    // The clock of the office.
    machine+: { properties+: { osProfile+: { windowsConfiguration+: { timeZone: 'W. Europe Standard Time' } } } },
  },

  id:: $.machine.id,
  outputs: $.machine.outputs,
}
