local component = 'Microsoft.Insights/components/appi';
local base = { name: 'appi', workspace: '/subscriptions/s/w' };

{
  cases: {
    'keeps its data in the workspace, and takes them from identities alone': {
      parameters: base,
      resources: {
        [component]: {
          properties: {
            WorkspaceResourceId: '/subscriptions/s/w',
            DisableLocalAuth: true,
            DisableIpMasking: false,
            SamplingPercentage: 100,
          },
        },
      },
    },
    'takes data with the connection string alone when it is told so': {
      parameters: base { allowKeys: true },
      resources: { [component]: { properties: { DisableLocalAuth: false } } },
    },
    'must have a workspace': {
      parameters: { name: 'appi' },
      errors: ["parameter 'workspace'"],
    },
    'refuses a name that Azure does': {
      parameters: base { name: 'app\\insights' },
      errors: ["parameter 'name'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
