// An action group: who is told when an alert fires.
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.GlobalModule {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('ag-example', 1, 260, '^[^:<>+/&%?|\\\\]*[^:<>+/&%?|\\\\. ]$'),
    shortName: { type: 'string', description: 'Name in messages', minLength: 1, maxLength: 12, examples: ['example', 'other'] },
    emails: {
      type: 'object',
      description: 'Name of a receiver to an address of electronic mail',
      additionalProperties: { type: 'string', pattern: '^[^@ ]+@[^@ ]+$' },
      defaultValue: {},
      examples: [{ team: 'team@example.com' }],
    },
    webhooks: {
      type: 'object',
      description: 'Name of a receiver, another one than those of the mails, to the address that is called; it must hold no secret',
      additionalProperties: { type: 'string', pattern: '^https://' },
      validate(webhooks):
        local twice = std.setInter(std.objectFields(webhooks), std.objectFields(args.emails));
        if twice == [] then true else twice[0] + ' is the name of a mail, too: each receiver has a name of its own',
      defaultValue: {},
      examples: [{ chat: 'https://hooks.example.com/alerts' }],
    },
    roles: {
      type: 'array',
      description: 'Roles in the subscription whose holders are told',
      items: interfaces.parameter.role,
      defaultValue: [],
      examples: [['Owner']],
    },
    enabled: { type: 'bool', description: 'Whether anybody is told', defaultValue: true },
  },

  // Azure wants the UUID alone, and no slash in the name of a receiver.
  local last(id) = local parts = std.split(id, '/'); parts[std.length(parts) - 1],
  local roleId(role) = std.get(interfaces.roles, role, last(role)),
  local roleName(role) = 'Role ' + (if role in interfaces.roles then role else last(role)),

  group:: $.Anchor('Microsoft.Insights/actionGroups', '2023-01-01') {
    properties: {
      groupShortName: args.shortName,
      enabled: args.enabled,
      [if args.emails != {} then 'emailReceivers']: [
        { name: name, emailAddress: args.emails[name], useCommonAlertSchema: true }
        for name in std.objectFields(args.emails)
      ],
      [if args.webhooks != {} then 'webhookReceivers']: [
        { name: name, serviceUri: args.webhooks[name], useCommonAlertSchema: true }
        for name in std.objectFields(args.webhooks)
      ],
      [if args.roles != [] then 'armRoleReceivers']: [
        { name: roleName(role), roleId: roleId(role), useCommonAlertSchema: true }
        for role in args.roles
      ],
    },
  },

  anchor:: 'group',
}
