// The identity of a build that deploys from one branch, without a secret.
(import 'managed-identity/user-assigned/main.jsonnet') {
  parameters:: {
    name: 'id-deployment',
    federatedCredentials: {
      main: { issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:contoso/shop:ref:refs/heads/main' },
    },
    lock: 'CanNotDelete',
    roleAssignments: [
      { role: 'Managed Identity Operator', principalId: '00000000-0000-0000-0000-000000000001', principalType: 'Group' },
    ],
  },
}
