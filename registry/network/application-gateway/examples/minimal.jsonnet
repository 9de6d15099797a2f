// A site on a server, and the certificate from a key vault.
local arm = import 'arm.libsonnet';
local fn = arm.fn;

arm.Module {
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { gateway: { addressPrefix: '10.0.0.0/26' } },
    },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-gateway' } },
  // The certificate is put into the vault before; the gateway reads it as its identity.
  vault:: (import 'key-vault/vault/main.jsonnet') {
    parameters:: {
      name: 'kv-certificates',
      roleAssignments: [{ role: 'Key Vault Secrets User', principalId: $.identity.outputs.principalId.value }],
    },
  },

  gateway:: (import 'network/application-gateway/main.jsonnet') {
    parameters:: {
      name: 'agw-example',
      subnet: $.network.subnetIds.gateway,
      identity: $.identity,
      certificateSecretId: fn.uri($.vault.outputs.uri.value, 'secrets/wildcard'),
      sites: { shop: { hostName: 'shop.example.com', backends: ['10.0.0.70'] } },
    },

    gateway+: { dependsOn+: [$.vault.roleAssignments[0].id] },
  },

  id:: $.gateway.id,
  outputs: $.gateway.outputs,
}
