// A public address that is the same in all zones.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings() + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('pip-example'),
    ipVersion: {
      type: 'string',
      description: 'Version of the protocol',
      allowedValues: ['IPv4', 'IPv6'],
      defaultValue: 'IPv4',
    },
    zones: interfaces.parameter.zones,
    domainNameLabel: {
      type: 'string',
      description: 'First part of a name in the domain of the region; null for no name',
      minLength: 3,
      maxLength: 63,
      pattern: '^[a-z][a-z0-9-]*[a-z0-9]$',
      nullable: true,
      defaultValue: null,
      examples: ['contoso'],
    },
    idleTimeoutMinutes: {
      type: 'int',
      description: 'Minutes that a quiet connection is kept',
      minValue: 4,
      maxValue: 30,
      defaultValue: 4,
    },
    ddosProtection: {
      type: 'string',
      description: 'Protection against floods: that of its network, one of its own, or none',
      allowedValues: ['VirtualNetworkInherited', 'Enabled', 'Disabled'],
      defaultValue: 'VirtualNetworkInherited',
    },
  },

  address:: $.Anchor('Microsoft.Network/publicIPAddresses', '2025-05-01') {
    sku: { name: 'Standard', tier: 'Regional' },
    [if args.zones != [] then 'zones']: args.zones,
    properties: {
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: args.ipVersion,
      idleTimeoutInMinutes: args.idleTimeoutMinutes,
      ddosSettings: { protectionMode: args.ddosProtection },
      [if args.domainNameLabel != null then 'dnsSettings']: { domainNameLabel: args.domainNameLabel },
    },
  },

  anchor:: 'address',
  outputs+: {
    ipAddress: arm.output($.address.ref('ipAddress')),
    [if args.domainNameLabel != null then 'fqdn']: arm.output($.address.ref('dnsSettings.fqdn')),
  },
}
