// Types that many modules share: parameter metadata to refer to, `{ '$ref': arm.type.cidr }`, or to add to,
// `arm.type.cidr { description: '…' }`.
{
  '#':: |||
    Types that modules share: to refer to, `{ '$ref': arm.type.cidr }`, or to add to, `arm.type.cidr { defaultValue: '10.0.0.0/16' }`.
  |||,

  cidr:: { type: 'string', format: 'cidr', description: 'Block of addresses, 10.0.0.0/16' },
  ipv4:: { type: 'string', format: 'ipv4', description: 'IPv4 address' },
  ipv6:: { type: 'string', format: 'ipv6', description: 'IPv6 address' },
  uuid:: { type: 'string', format: 'uuid', description: 'UUID, 8-4-4-4-12 hexadecimal digits' },
  uri:: { type: 'string', format: 'uri', description: 'Absolute URI' },
  dateTime:: { type: 'string', format: 'date-time', description: 'Date and time as in RFC 3339' },
  port:: { type: 'int', minValue: 1, maxValue: 65535, description: 'TCP or UDP port' },
  percentage:: { type: 'int', minValue: 0, maxValue: 100, description: 'Share of a hundred' },
  resourceId:: { type: 'resourceId', description: 'Id of a resource, or the resource' },
  principalId:: { type: 'string', format: 'uuid', description: 'Object id of a user, a group or a service principal' },
  location:: { type: 'string', description: 'Azure region' },
  tags:: { type: 'object', additionalProperties: { type: 'string', maxLength: 256 }, description: 'Tags, name to value' },
  zones:: {
    type: 'array',
    items: { type: 'string', allowedValues: ['1', '2', '3'] },
    maxLength: 3,
    description: 'Availability zones',
  },
  sku:: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      tier: { type: 'string' },
      size: { type: 'string' },
      family: { type: 'string' },
      capacity: { type: 'int', minValue: 0 },
    },
    required: ['name'],
    additionalProperties: false,
    description: 'Size and price tier',
  },
  identity:: {
    type: 'object',
    properties: {
      type: {
        type: 'string',
        allowedValues: ['None', 'SystemAssigned', 'UserAssigned', 'SystemAssigned,UserAssigned', 'SystemAssigned, UserAssigned'],
      },
      userAssignedIdentities: { type: 'object' },
    },
    required: ['type'],
    additionalProperties: false,
    description: 'Managed identity of a resource',
  },
}
