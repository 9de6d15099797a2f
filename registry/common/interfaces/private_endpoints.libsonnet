// Private endpoints, and the parameters `privateEndpoints` and `publicNetworkAccess`.
local arm = import 'arm.libsonnet';
local parameter = import 'parameter.libsonnet';

local isExpression(text) = std.startsWith(text, '[') && !std.startsWith(text, '[[');
local nameOf(target, service) = if isExpression(target) then arm.fn.concat([target, '-' + service]) else target + '-' + service;

{
  // A private endpoint, and the records of its name in private DNS zones: { endpoint, zones }.
  //
  // body: what the resource starts with, name included. target: id of what is reached. service: its sub-resource.
  privateEndpoint(body, target, service, subnet, privateDnsZones=[]):: {
    local this = self,

    endpoint: arm.Resource('Microsoft.Network/privateEndpoints', '2025-05-01') + body {
      properties: {
        subnet: { id: subnet },
        privateLinkServiceConnections: [{
          name: service,
          properties: { privateLinkServiceId: target, groupIds: [service] },
        }],
      },
    },

    zones: if privateDnsZones != [] then this.endpoint.child('privateDnsZoneGroups', 'default') {
      properties: {
        privateDnsZoneConfigs: [
          { name: 'zone' + (i + 1), properties: { privateDnsZoneId: privateDnsZones[i] } }
          for i in std.range(0, std.length(privateDnsZones) - 1)
        ],
      },
    },
  },

  part:: {
    local module = self,

    // Replaced by interfaces.privateEndpoints.
    services:: [],

    parameterMetadata+:: {
      publicNetworkAccess: parameter.publicNetworkAccess,
      privateEndpoints: {
        type: 'array',
        description: 'Addresses of the resource in your own networks',
        items: {
          type: 'object',
          properties: {
            subnet: parameter.subnet,
            service: {
              type: 'string',
              description: "Which of its services; '%s'" % module.services[0],
              allowedValues: module.services,
            },
            privateDnsZones: {
              type: 'array',
              items: { type: 'resourceId' },
              description: 'Zones that get the address; none where a policy sees to that',
            },
            name: parameter.networkName('pep-example') { description: 'Name of the endpoint; made of the name and the service' },
          },
          required: ['subnet'],
          additionalProperties: false,
        },
        defaultValue: [],
        examples: [[{ subnet: parameter.exampleSubnet }]],
      },
    },

    local entries = module.arguments.privateEndpoints,
    local serviceOf(entry) = std.get(entry, 'service', module.services[0]),
    // A second one of the same service, in another network, has a number in its name.
    local isLike(entry) = function(other) !('name' in other) && serviceOf(other) == serviceOf(entry),
    local endpoint(index, entry) =
      local service = serviceOf(entry);
      local target = module[module.anchor];
      local number = std.length(std.filter(isLike(entry), entries[:index])) + 1;
      local name = std.get(entry, 'name', nameOf(target.name, if number == 1 then service else service + '-' + number));
      $.privateEndpoint(module.body { name: name }, target.id, service, entry.subnet, std.get(entry, 'privateDnsZones', [])),

    privateEndpoints:: std.mapWithIndex(endpoint, entries),
  },
}
