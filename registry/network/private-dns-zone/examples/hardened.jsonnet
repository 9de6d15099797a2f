// A zone of a company that its network looks up, and that nobody deletes by accident.
local arm = import 'arm.libsonnet';

arm.Module {
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: { name: 'vnet-example', addressPrefixes: ['10.0.0.0/24'] },
  },

  zone:: (import 'network/private-dns-zone/main.jsonnet') {
    parameters:: {
      name: 'internal.example.com',
      virtualNetworks: { example: $.network },
      aRecords: { api: ['10.0.0.4', '10.0.0.5'] },
      lock: 'CanNotDelete',
      roleAssignments: [
        { role: 'Private DNS Zone Contributor', principalId: '00000000-0000-0000-0000-000000000001', principalType: 'Group' },
      ],
    },

    // Machines of the network get records of their own.
    links+: { example+: { properties+: { registrationEnabled: true } } },
  },

  id:: $.zone.id,
  outputs: $.zone.outputs,
}
