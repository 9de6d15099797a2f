local core = import 'core/base.libsonnet';
{
  new(name, addressPrefix):: core.Resource {
    type: 'Microsoft.Network/virtualNetworks',
    apiVersion: '2017-10-01',
    name: name,
    properties: { addressSpace: { addressPrefixes: [addressPrefix] }, subnets: [] },
    withSubnet(name, prefix):: self { properties+: { subnets+: [{ name: name, properties: { addressPrefix: prefix } }] } },
  },
}
