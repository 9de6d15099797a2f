local group = 'Microsoft.Network/networkSecurityGroups/nsg';
local rules(given) = { name: 'nsg', rules: given };

{
  cases: {
    'has no rules by itself': {
      parameters: { name: 'nsg' },
      resources: { [group]: { properties: null } },
    },
    'lets in what it is told to, and says one value and several as Azure wants them': {
      parameters: rules({ web: { priority: 100, from: ['10.0.0.0/8', '192.168.0.0/16'], ports: [80, 443] } }),
      resources: {
        [group]: {
          properties: {
            securityRules: [{
              name: 'web',
              properties: {
                priority: 100,
                direction: 'Inbound',
                access: 'Allow',
                protocol: 'Tcp',
                sourceAddressPrefixes: ['10.0.0.0/8', '192.168.0.0/16'],
                sourceAddressPrefix: null,
                destinationAddressPrefix: '*',
                destinationPortRanges: ['80', '443'],
                destinationPortRange: null,
              },
            }],
          },
        },
      },
    },
    'needs no source to keep something out': {
      parameters: rules({ none: { priority: 4096, access: 'Deny', ports: '*' } }),
      resources: {
        [group]: { properties: { securityRules: [{ properties: { access: 'Deny', sourceAddressPrefix: '*' } }] } },
      },
    },
    'refuses to let in what comes from it does not know where': {
      parameters: rules({ ssh: { priority: 100, ports: 22 } }),
      errors: ["give 'from'"],
    },
    'refuses a priority that Azure has not': {
      parameters: rules({ ssh: { priority: 1, from: '10.0.0.4', ports: 22 } }),
      errors: ["parameter 'rules.ssh.priority'"],
    },
    'says one of several as one, and why': {
      parameters: rules({ web: { priority: 100, from: ['10.0.0.0/8'], ports: ['80-90'], description: 'the shop' } }),
      resources: {
        [group]: {
          properties: {
            securityRules: [{ properties: { sourceAddressPrefix: '10.0.0.0/8', destinationPortRange: '80-90', description: 'the shop' } }],
          },
        },
      },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
