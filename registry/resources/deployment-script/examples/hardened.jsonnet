// A script that reads the group it is in, signed in as an identity that may do that and nothing else.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

arm.Module {
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-script' } },

  // A role in the group that is deployed to.
  reader::
    local group = { id:: '[resourceGroup().id]', extension(type, apiVersion, name):: arm.Resource(type, apiVersion) { name: name } };
    interfaces.roleAssignment(group, { role: 'Reader', principalId: $.identity.outputs.principalId.value }),

  script:: (import 'resources/deployment-script/main.jsonnet') {
    parameters:: {
      name: 'ds-count',
      identity: $.identity,
      settings: { GROUP: '[resourceGroup().name]' },
      script: |||
        az resource list --resource-group "$GROUP" --query '{count: length(@)}' > "$AZ_SCRIPTS_OUTPUT_PATH"
      |||,
      timeout: 'PT10M',
    },

    script+: { dependsOn+: [$.reader.id] },
  },

  id:: $.script.id,
  outputs: $.script.outputs,
}
