local address = 'Microsoft.Network/publicIPAddresses/pip';

{
  cases: {
    'is static and in all zones': {
      parameters: { name: 'pip' },
      resources: {
        [address]: {
          sku: { name: 'Standard' },
          zones: ['1', '2', '3'],
          properties: { publicIPAllocationMethod: 'Static', dnsSettings: null },
        },
      },
    },
    'has a name when it is given one': {
      parameters: { name: 'pip', domainNameLabel: 'contoso', zones: [] },
      resources: { [address]: { zones: null, properties: { dnsSettings: { domainNameLabel: 'contoso' } } } },
      outputs: { fqdn: "[reference(resourceId('Microsoft.Network/publicIPAddresses', 'pip'), '2025-05-01').dnsSettings.fqdn]" },
    },
    'refuses zones that there are not': {
      parameters: { name: 'pip', zones: ['4'] },
      errors: ["parameter 'zones[0]'"],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
