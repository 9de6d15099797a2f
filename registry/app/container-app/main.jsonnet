// A container app: one image, reached over HTTPS alone.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.managedIdentities(systemAssigned=true) + interfaces.diagnosticSettings(logs=null) + {
  local args = $.arguments,
  // In GiB. The profile Consumption takes no others.
  local memoryOf = { '0.25': '0.5', '0.5': '1', '1.0': '2', '2.0': '4', '4.0': '8' },

  parameterMetadata+:: {
    name: interfaces.parameter.name('ca-example', 2, 32, '^[a-z](-?[a-z0-9])*$'),
    environment: {
      type: 'resourceId',
      description: 'Container Apps environment that it is in',
      examples: [interfaces.parameter.exampleId('Microsoft.App/managedEnvironments', 'cae')],
    },
    image: {
      type: 'string',
      description: 'Image, with its registry and a tag or digest',
      minLength: 1,
      examples: ['mcr.microsoft.com/k8se/quickstart:latest', 'crexample001.azurecr.io/shop:1'],
    },
    port: {
      type: 'int',
      description: 'Port that it listens at; null when nobody asks it',
      minValue: 1,
      maxValue: 65535,
      nullable: true,
      defaultValue: null,
      examples: [8080],
    },
    external: {
      type: 'bool',
      description: 'Whether it is reached from outside its environment, with a port',
      defaultValue: false,
      metadata: { examplesWith: { port: 80 } },
    },
    cpu: { type: 'string', description: 'Cores of an instance, which has two GiB of memory for each', allowedValues: ['0.25', '0.5', '1.0', '2.0', '4.0'], defaultValue: '0.5' },
    minInstances: { type: 'int', description: 'Instances when nobody comes', minValue: 0, maxValue: 1000, defaultValue: 1 },
    maxInstances: {
      type: 'int',
      description: 'Instances when everybody does',
      minValue: 1,
      maxValue: 1000,
      defaultValue: std.max(10, args.minInstances),
      validate(count): if count >= args.minInstances then true else 'is less than minInstances',
      examples: [20],
    },
    settings: {
      type: 'object',
      description: 'Variables of its environment, none of them secret',
      additionalProperties: { type: 'string' },
      defaultValue: {},
      examples: [{ STAGE: 'test' }],
    },
    secrets: {
      type: 'object',
      description: 'Variable of its environment to the address of a secret in a key vault',
      additionalProperties: { type: 'string', pattern: '^https://' },
      defaultValue: {},
      examples: [{ TOKEN: 'https://kv-example-001.vault.azure.net/secrets/token' }],
    },
    registry: {
      type: 'string',
      description: 'Server of the registry that the image comes from; null for one that is open to all',
      nullable: true,
      defaultValue: null,
      examples: ['crexample001.azurecr.io'],
    },
    identity: {
      type: 'resourceId',
      description: "User-assigned identity that reads image and secrets, one of those in managedIdentities; null for the app's own",
      validate(id):
        if id == null || std.member(std.get(args.managedIdentities, 'userAssigned', []), id) then true
        else 'is none of managedIdentities.userAssigned',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id')],
      metadata: {
        examplesWith: {
          registry: 'crexample001.azurecr.io',
          managedIdentities: { userAssigned: [interfaces.parameter.exampleId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id')] },
        },
      },
    },
    healthPath: {
      type: 'string',
      description: 'Path that tells whether an instance is well, with a port; null for a connection to the port',
      pattern: '^/',
      nullable: true,
      defaultValue: null,
      examples: ['/health'],
      metadata: { examplesWith: { port: 80 } },
    },
  },

  local identity = if args.identity == null then 'system' else args.identity,
  local hasPort = args.port != null,
  local secretName(variable) = std.asciiLower(std.strReplace(variable, '_', '-')),
  local secrets = std.objectFields(args.secrets),
  local variables =
    [{ name: name, value: args.settings[name] } for name in std.objectFields(args.settings)]
    + [{ name: name, secretRef: secretName(name) } for name in secrets],
  probe(type):: {
    type: type,
    [if args.healthPath == null then 'tcpSocket' else 'httpGet']:
      { port: args.port, [if args.healthPath != null then 'path']: args.healthPath },
    periodSeconds: 10,
    failureThreshold: 3,
  },

  app:: $.Anchor('Microsoft.App/containerApps', '2025-07-01') {
    properties: {
      environmentId: args.environment,
      workloadProfileName: 'Consumption',
      configuration: {
        activeRevisionsMode: 'Single',
        [if hasPort then 'ingress']: {
          external: args.external,
          targetPort: args.port,
          transport: 'auto',
          allowInsecure: false,
        },
        [if args.registry != null then 'registries']: [{ server: args.registry, identity: identity }],
        [if secrets != [] then 'secrets']: [
          { name: secretName(name), keyVaultUrl: args.secrets[name], identity: identity }
          for name in secrets
        ],
      },
      template: {
        containers: [{
          name: args.name,
          image: args.image,
          resources: { cpu: arm.fn.json(args.cpu), memory: memoryOf[args.cpu] + 'Gi' },
          [if variables != [] then 'env']: variables,
          [if hasPort then 'probes']: [$.probe('Liveness'), $.probe('Readiness')],
        }],
        scale: { minReplicas: args.minInstances, maxReplicas: args.maxInstances },
      },
    },
  },

  anchor:: 'app',
  outputs+: { [if hasPort then 'fqdn']: arm.output($.app.ref('configuration.ingress.fqdn')) },
}
