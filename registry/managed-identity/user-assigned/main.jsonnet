// An identity that resources share, and that outlives them.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module {
  local args = $.arguments,
  local signs = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-',
  local isNoName(name) =
    std.length(name) < 3 || std.length(name) > 120 || std.member('_-', name[0]) || std.stripChars(name, signs) != '',

  parameterMetadata+:: {
    name: interfaces.parameter.name('id-example', 3, 128, '^[a-zA-Z0-9][a-zA-Z0-9_-]*$'),
    federatedCredentials: {
      type: 'object',
      description: 'Name of a trust to the token of another provider that stands for the identity, without a secret',
      additionalProperties: {
        type: 'object',
        properties: {
          issuer: { type: 'string', format: 'uri', description: 'Who makes the token' },
          subject: { type: 'string', minLength: 1, description: 'Whom it speaks of' },
          audience: { type: 'string', description: "Whom it is made for; 'api://AzureADTokenExchange'" },
        },
        required: ['issuer', 'subject'],
        additionalProperties: false,
      },
      validate(credentials):
        local names = std.objectFields(credentials);
        local wrong = std.filter(isNoName, names);
        if wrong != [] then wrong[0] + ' is no name of a trust: 3 to 120 letters, digits, _ and -, the first a letter or digit'
        else if std.length(names) > 20 then 'an identity has 20 trusts at most'
        else true,
      defaultValue: {},
      examples: [{ main: { issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:contoso/shop:ref:refs/heads/main' } }],
    },
  },

  identity:: $.Anchor('Microsoft.ManagedIdentity/userAssignedIdentities', '2024-11-30'),

  // Azure makes one of them after the other.
  local names = std.objectFields(args.federatedCredentials),
  credential(i)::
    local entry = args.federatedCredentials[names[i]];
    local credential = $.identity.child('federatedIdentityCredentials', names[i]) {
      properties: {
        issuer: entry.issuer,
        subject: entry.subject,
        audiences: [std.get(entry, 'audience', 'api://AzureADTokenExchange')],
      },
    };
    if i == 0 then credential else credential.dependingOn($.credential(i - 1)),
  credentials:: std.makeArray(std.length(names), $.credential),

  anchor:: 'identity',
  outputs+: {
    principalId: arm.output($.identity.ref('principalId')),
    clientId: arm.output($.identity.ref('clientId')),
  },
}
