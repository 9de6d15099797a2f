// An app from a registry of its own, with a secret from a key vault: one identity may read both, and they are reached from
// the network of the app alone. Image and secret are put there before the app is deployed.
local arm = import 'arm.libsonnet';
local fn = arm.fn;

arm.Module {
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: {
        apps: { addressPrefix: '10.0.0.0/26', delegation: 'Microsoft.App/environments' },
        endpoints: { addressPrefix: '10.0.0.64/26' },
      },
    },
  },
  local zone(name) = (import 'network/private-dns-zone/main.jsonnet') {
    parameters:: { name: name, virtualNetworks: { example: $.network } },
  },
  registryZone:: zone("[concat('privatelink', environment().suffixes.acrLoginServer)]"),
  vaultZone:: zone("[concat('privatelink', replace(environment().suffixes.keyvaultDns, 'vault', 'vaultcore'))]"),

  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-app' } },
  registry:: (import 'container-registry/registry/main.jsonnet') {
    parameters:: {
      name: 'crexample003',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.registryZone] }],
      roleAssignments: [{ role: 'AcrPull', principalId: $.identity.outputs.principalId.value }],
    },
  },
  vault:: (import 'key-vault/vault/main.jsonnet') {
    parameters:: {
      name: 'kv-example-006',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.vaultZone] }],
      roleAssignments: [{ role: 'Key Vault Secrets User', principalId: $.identity.outputs.principalId.value }],
    },
  },
  environment:: (import 'app/environment/main.jsonnet') { parameters:: { name: 'cae-example', subnet: $.network.subnetIds.apps } },

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
      minInstances: 2,
      lock: 'CanNotDelete',
    },

    app+: {
      dependsOn+: std.flatMap(
        function(needed) [needed.roleAssignments[0].id, needed.privateEndpoints[0].endpoint.id], [$.registry, $.vault]
      ),
    },
  },

  id:: $.app.id,
  outputs: $.app.outputs,
}
