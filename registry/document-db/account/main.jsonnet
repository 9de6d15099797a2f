// A Cosmos DB account for NoSQL, whose data are reached by identity.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module
+ interfaces.managedIdentities()
+ interfaces.diagnosticSettings(metrics=['Requests'])
+ interfaces.privateEndpoints(['Sql'])
+ {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.name('cosmos-example', 3, 44, '^[a-z0-9][a-z0-9-]*[a-z0-9]$', 'Name, unique in all of Azure'),
    databases: {
      type: 'object',
      description: 'Name of a database to its containers, name to what they are',
      additionalProperties: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: {
            partitionKey: { type: 'string', pattern: '^/', description: 'Path of the partition key' },
            maxThroughput: { type: 'int', minValue: 1000, description: 'Most request units a second, not with serverless, where requests are paid for one by one' },
            defaultTtl: { type: 'int', description: 'Seconds that an item lives; for ever' },
          },
          required: ['partitionKey'],
          additionalProperties: false,
        },
      },
      validate(databases):
        local kept = [database + '/' + name for database in std.objectFields(databases) for name in std.objectFields(databases[database]) if 'maxThroughput' in databases[database][name]];
        if !args.serverless || kept == [] then true else 'a serverless account keeps no throughput ready: ' + kept[0] + ' has no maxThroughput',
      defaultValue: {},
      examples: [{ shop: { orders: { partitionKey: '/customer' } } }],
    },
    serverless: { type: 'bool', description: 'Whether each request is paid for, and no throughput is kept ready', defaultValue: true },
    zoneRedundant: { type: 'bool', description: 'Whether data are kept in several zones', defaultValue: true },
    replicaLocations: {
      type: 'array',
      description: 'Further regions that have the data, in the order in which they take over; not with serverless',
      items: { type: 'string' },
      validate(regions): if !args.serverless || regions == [] then true else 'a serverless account is in one region',
      defaultValue: [],
      examples: [['northeurope']],
      metadata: { examplesWith: { serverless: false } },
    },
    consistency: {
      type: 'string',
      description: 'What is read after a write',
      allowedValues: ['Session', 'Strong', 'BoundedStaleness', 'ConsistentPrefix', 'Eventual'],
      defaultValue: 'Session',
    },
    backupTier: {
      type: 'string',
      description: 'How far back the data can be had',
      allowedValues: ['Continuous7Days', 'Continuous30Days'],
      defaultValue: 'Continuous7Days',
    },
    dataAccess: {
      type: 'array',
      description: 'Who may read, or read and write, all data; roles of Azure are about the account alone',
      items: {
        type: 'object',
        properties: {
          role: { type: 'string', allowedValues: ['Reader', 'Contributor'], description: 'Reads, or reads and writes' },
          principalId: { type: 'string', format: 'uuid', description: 'Object id of a user, a group or a service principal' },
        },
        required: ['role', 'principalId'],
        additionalProperties: false,
      },
      defaultValue: [],
      examples: [[{ role: 'Reader', principalId: '00000000-0000-0000-0000-000000000001' }]],
    },
  },

  local isBounded = args.consistency == 'BoundedStaleness',
  location(name, priority):: { locationName: name, failoverPriority: priority, isZoneRedundant: args.zoneRedundant },

  account:: $.Anchor('Microsoft.DocumentDB/databaseAccounts', '2025-10-15') {
    kind: 'GlobalDocumentDB',
    properties: {
      databaseAccountOfferType: 'Standard',
      locations: std.mapWithIndex(function(i, name) $.location(name, i), [args.location] + args.replicaLocations),
      enableAutomaticFailover: true,
      consistencyPolicy: {
        defaultConsistencyLevel: args.consistency,
        // The least that an account in several regions takes.
        [if isBounded then 'maxStalenessPrefix']: 100000,
        [if isBounded then 'maxIntervalInSeconds']: 300,
      },
      backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: args.backupTier } },
      [if args.serverless then 'capabilities']: [{ name: 'EnableServerless' }],
      disableLocalAuth: true,
      disableKeyBasedMetadataWriteAccess: true,
      minimalTlsVersion: 'Tls12',
      publicNetworkAccess: args.publicNetworkAccess,
      networkAclBypass: 'None',
    },
  },

  databases:: {
    [name]: $.account.child('sqlDatabases', name) { properties: { resource: { id: name } } }
    for name in std.objectFields(args.databases)
  },

  container(database, name, entry):: $.databases[database].child('containers', name) {
    properties: {
      resource: {
        id: name,
        partitionKey: { paths: [entry.partitionKey], kind: 'Hash', version: 2 },
        [if 'defaultTtl' in entry then 'defaultTtl']: entry.defaultTtl,
      },
      [if 'maxThroughput' in entry then 'options']: { autoscaleSettings: { maxThroughput: entry.maxThroughput } },
    },
  },
  containers:: {
    [database + '/' + name]: $.container(database, name, args.databases[database][name])
    for database in std.objectFields(args.databases)
    for name in std.objectFields(args.databases[database])
  },

  local roles = { Reader: '00000000-0000-0000-0000-000000000001', Contributor: '00000000-0000-0000-0000-000000000002' },
  local told(text) = if std.startsWith(text, '[') then arm.literal(std.substr(text, 1, std.length(text) - 2)) else text,
  dataAccess:: [
    $.account.child('sqlRoleAssignments', arm.fn.guid($.account.id, told(entry.principalId), entry.role)) {
      properties: {
        principalId: entry.principalId,
        roleDefinitionId: arm.fn.resourceId('Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions', args.name, roles[entry.role]),
        scope: $.account.id,
      },
    }
    for entry in args.dataAccess
  ],

  anchor:: 'account',
  outputs+: { endpoint: arm.output($.account.ref('documentEndpoint')) },
}
