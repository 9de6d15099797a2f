// A script that a deployment runs, once for each version of it, signed in as an identity.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module {
  local args = $.arguments,
  local isCli = args.kind == 'AzureCLI',

  parameterMetadata+:: {
    name: interfaces.parameter.name('ds-example', 1, 90, '^[a-zA-Z0-9_.()-]*[a-zA-Z0-9_()-]$'),
    kind: {
      type: 'string',
      description: 'Language: bash with the Azure CLI, or PowerShell',
      allowedValues: ['AzureCLI', 'AzurePowerShell'],
      defaultValue: 'AzureCLI',
    },
    version: {
      type: 'string',
      description: 'Version of the CLI, or of Az',
      pattern: '^[0-9]+[.][0-9]+([.][0-9]+)?$',
      defaultValue: if isCli then '2.75.0' else '14.0',
      examples: ['2.70.0'],
    },
    script: { type: 'string', description: 'Text of the script', minLength: 1, maxLength: 32000, examples: ['echo hello', 'echo bye'] },
    arguments: {
      type: 'string',
      description: 'Arguments of the script, none of them secret',
      nullable: true,
      defaultValue: null,
      examples: ['--all'],
    },
    settings: {
      type: 'object',
      description: 'Variables of its environment, none of them secret',
      additionalProperties: { type: 'string' },
      defaultValue: {},
      examples: [{ STAGE: 'test' }],
    },
    identity: {
      type: 'resourceId',
      description: 'User-assigned identity that it signs in as; null for none',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id')],
    },
    forceUpdateTag: {
      type: 'string',
      description: 'Runs again when it is another one; null runs it again when the script changes',
      nullable: true,
      defaultValue: null,
      examples: ['2'],
    },
    timeout: { type: 'string', description: 'Longest time of a run, as in ISO 8601', pattern: '^P', defaultValue: 'PT30M', examples: ['PT1H'] },
    subnet: interfaces.parameter.subnet {
      description: 'Subnet that it runs in, delegated to Microsoft.ContainerInstance/containerGroups, with storageAccountName and identity; null for none of yours',
      nullable: true,
      validate(id):
        if id == null || (args.storageAccountName != null && args.identity != null) then true
        else 'needs a storageAccountName, and an identity that may write files to it',
      defaultValue: null,
      examples: [interfaces.parameter.exampleSubnet],
      metadata: {
        examplesWith: {
          storageAccountName: 'stexample001',
          identity: interfaces.parameter.exampleId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id'),
        },
      },
    },
    storageAccountName: {
      type: 'string',
      description: 'Storage account for its files, which a subnet needs; null makes one for the time of a run',
      nullable: true,
      defaultValue: null,
      examples: ['stexample001'],
    },
  },

  script:: $.Anchor('Microsoft.Resources/deploymentScripts', '2023-08-01') {
    kind: args.kind,
    [if args.identity != null then 'identity']: { type: 'UserAssigned', userAssignedIdentities: { [args.identity]: {} } },
    properties: {
      [if isCli then 'azCliVersion' else 'azPowerShellVersion']: args.version,
      scriptContent: args.script,
      [if args.arguments != null then 'arguments']: args.arguments,
      [if args.settings != {} then 'environmentVariables']: [
        { name: name, value: args.settings[name] }
        for name in std.objectFields(args.settings)
      ],
      // A text of its own runs it when it changes, and only then: no time of the day.
      forceUpdateTag: if args.forceUpdateTag == null then arm.native.md5(args.script) else args.forceUpdateTag,
      timeout: args.timeout,
      retentionInterval: 'P1D',
      cleanupPreference: 'Always',
      [if args.subnet != null then 'containerSettings']: { subnetIds: [{ id: args.subnet }] },
      [if args.storageAccountName != null then 'storageAccountSettings']: { storageAccountName: args.storageAccountName },
    },
  },

  // What the script writes to AZ_SCRIPTS_OUTPUT_PATH is there for others: `$.script.script.ref('outputs.NAME')`.
  anchor:: 'script',
}
