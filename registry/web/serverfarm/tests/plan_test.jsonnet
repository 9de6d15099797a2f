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
    'stands in no zones when it is free': {
      parameters: { name: 'asp', sku: 'F1' },
      resources: { [plan]: { properties: { zoneRedundant: false } } },
    },
    'has machines with more memory': {
      parameters: { name: 'asp', sku: 'P1mv3' },
      resources: { [plan]: { sku: { name: 'P1mv3', capacity: 2 }, properties: { zoneRedundant: true } } },
    },
    'counts no machines where the service does': {
      parameters: { name: 'asp', sku: 'FC1' },
      resources: { [plan]: { sku: { name: 'FC1', capacity: null }, properties: { zoneRedundant: true } } },
    },
    'stands in several zones when it is elastic': {
      parameters: { name: 'asp', sku: 'EP1' },
      resources: { [plan]: { properties: { zoneRedundant: true } } },
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
