local plan = 'Microsoft.Web/serverfarms/asp';

{
  cases: {
    'stands in several zones': {
      parameters: { name: 'asp' },
      resources: {
        [plan]: { kind: 'linux', sku: { name: 'P0v3', capacity: 2 }, properties: { reserved: true, zoneRedundant: true } },
      },
    },
    'stands in one zone when it is one machine': {
      parameters: { name: 'asp', sku: 'B1', instances: 1, os: 'Windows' },
      resources: { [plan]: { kind: 'windows', properties: { reserved: false, zoneRedundant: false } } },
    },
    'refuses no machines': {
      parameters: { name: 'asp', instances: 0 },
      errors: ["parameter 'instances'"],
    },
    'stands in no zones with a small size': {
      parameters: { name: 'asp', sku: 'B1' },
      resources: { 'Microsoft.Web/serverfarms/asp': { sku: { name: 'B1', capacity: 2 }, properties: { zoneRedundant: false } } },
    },
    'refuses zones with a small size': {
      parameters: { name: 'asp', sku: 'S1', zoneRedundant: true },
      errors: ['S1 has no zones'],
    },
    'need not stand in zones': {
      parameters: { name: 'asp', zoneRedundant: false },
      resources: { 'Microsoft.Web/serverfarms/asp': { properties: { zoneRedundant: false } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
