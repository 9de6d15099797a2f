// Arguments, and what must come of them.
{
  cases: {
    'serves over encrypted connections alone': {
      parameters: { name: 'stexample' },
      resources: {
        'Microsoft.Storage/storageAccounts/stexample': { properties: { supportsHttpsTrafficOnly: true } },
      },
    },
    'keeps deleted blobs for a week': {
      parameters: { name: 'stexample' },
      resources: {
        'Microsoft.Storage/storageAccounts/stexample/blobServices/default': {
          properties: { deleteRetentionPolicy: { enabled: true, days: 7 } },
        },
      },
    },
    'refuses names that Azure does': {
      parameters: { name: 'St-Example' },
      errors: ["parameter 'name'"],
    },
  },
}
