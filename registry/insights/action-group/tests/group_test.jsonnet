local group = 'Microsoft.Insights/actionGroups/ag';
local base = { name: 'ag', shortName: 'short' };

{
  cases: {
    'tells nobody by itself': {
      parameters: base,
      resources: {
        [group]: {
          location: 'global',
          properties: { groupShortName: 'short', enabled: true, emailReceivers: null, webhookReceivers: null, armRoleReceivers: null },
        },
      },
    },
    'tells who it is told to': {
      parameters: base { emails: { team: 'a@example.com' }, webhooks: { chat: 'https://example.com' }, roles: ['Owner'] },
      resources: {
        [group]: {
          properties: {
            emailReceivers: [{ name: 'team', emailAddress: 'a@example.com' }],
            webhookReceivers: [{ name: 'chat', serviceUri: 'https://example.com' }],
            armRoleReceivers: [{ name: 'Role Owner', roleId: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635' }],
          },
        },
      },
    },
    'refuses what cannot be sent to': {
      parameters: base { emails: { team: 'nobody' }, webhooks: { chat: 'http://example.com' } },
      errors: ["parameter 'emails.team'", "parameter 'webhooks.chat'"],
    },
    'refuses a role that it does not know': {
      parameters: base { roles: ['Boss'] },
      errors: ["parameter 'roles[0]'"],
    },
    'refuses a long short name': {
      parameters: base { shortName: 'much too long a name' },
      errors: ["parameter 'shortName'"],
    },
    'tells the holders of a role by its UUID, whatever it is given by': {
      parameters: base {
        roles: [
          '/providers/Microsoft.Authorization/roleDefinitions/11111111-1111-1111-1111-111111111111',
          '22222222-2222-2222-2222-222222222222',
        ],
      },
      resources: {
        [group]: {
          properties: {
            armRoleReceivers: [
              { name: 'Role 11111111-1111-1111-1111-111111111111', roleId: '11111111-1111-1111-1111-111111111111' },
              { name: 'Role 22222222-2222-2222-2222-222222222222', roleId: '22222222-2222-2222-2222-222222222222' },
            ],
          },
        },
      },
    },
    'refuses two receivers of one name': {
      parameters: base { emails: { team: 'a@example.com' }, webhooks: { team: 'https://example.com' } },
      errors: ['team is the name of a mail, too'],
    },
    'refuses a name that Azure does': {
      parameters: base { name: 'ag: all.' },
      errors: ["parameter 'name'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
