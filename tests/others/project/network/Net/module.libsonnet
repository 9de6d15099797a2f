local core = import 'core/base.libsonnet';
core.Module {
  parameterMetadata: {
    name: { type: 'string' },
    addressPrefix: { type: 'string', defaultValue: '10.0.0.0/16' },
    group: { type: ['string', 'object'], defaultValue: null },
    keys: { type: 'string', defaultValue: [] },
    small: { type: 'boolean', defaultValue: $.addressPrefix <= 100 },
    osType: { type: 'string', defaultValue: null },
    auth: { type: 'string', defaultValue: if $.osType == 'Windows' then 'rdp' else 'ssh' },
    location: { type: 'string' },
    nsg: { type: ['boolean', 'string', 'object'], defaultValue: '[new]' },
  },
  net:: (import 'net.libsonnet').new($.arguments.name, $.arguments.addressPrefix).withSubnet('a', '10.0.0.0/24'),
  other:: if $.arguments.group != null then core.Resource { type: 'A.B/groups', apiVersion: '2020-01-01', name: 'x', group:: $.arguments.group },
  outputs: { id: { type: 'string', value: $.net.id }, subnets: { type: 'array', value: [s.name for s in $.net.properties.subnets] } },
} {
  parameters:: { name: 'thenet' },
}
