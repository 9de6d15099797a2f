// An app from a registry of its own, with a secret from a key vault: one identity may read both.
local arm = import 'arm.libsonnet';
local fn = arm.fn;

arm.Module {
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },
  registry:: (import 'container-registry/registry/main.jsonnet') {
    parameters:: {
      name: 'crexample003',
      roleAssignments: [{ role: 'AcrPull', principalId: $.identity.outputs.principalId.value }],
    },
  },
  vault:: (import 'key-vault/vault/main.jsonnet') {
    parameters:: {
      name: 'kv-example-006',
      roleAssignments: [{ role: 'Key Vault Secrets User', principalId: $.identity.outputs.principalId.value }],
    },
  },
  environment:: (import 'app/environment/main.jsonnet') { parameters:: { name: 'cae-example' } },

  app:: (import 'app/container-app/main.jsonnet') {
    parameters:: {
      name: 'ca-example',
      environment: $.environment,
      image: fn.concat([$.registry.outputs.loginServer.value, '/shop:1.0.0']),
      registry: $.registry.outputs.loginServer.value,
      identity: $.identity,
      managedIdentities: { systemAssigned: false, userAssigned: [$.identity] },
      port: 8080,
      healthPath: '/health',
      secrets: { TOKEN: fn.uri($.vault.outputs.uri.value, 'secrets/token') },
      minReplicas: 2,
      lock: 'CanNotDelete',
    },
  },

  id:: $.app.id,
  outputs: $.app.outputs,
}
