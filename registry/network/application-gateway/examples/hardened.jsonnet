// Two sites with a limit to what comes from one place, all of it logged.
local arm = import 'arm.libsonnet';
local fn = arm.fn;

arm.Module {
  workspace:: (import 'operational-insights/workspace/main.jsonnet') { parameters:: { name: 'log-example' } },
  network:: (import 'network/virtual-network/main.jsonnet') {
    parameters:: {
      name: 'vnet-example',
      addressPrefixes: ['10.0.0.0/24'],
      subnets: { gateway: { addressPrefix: '10.0.0.0/26' }, endpoints: { addressPrefix: '10.0.0.128/26' } },
    },
  },
  zone:: (import 'network/private-dns-zone/main.jsonnet') {
    parameters:: { name: "[concat('privatelink', replace(environment().suffixes.keyvaultDns, 'vault', 'vaultcore'))]", virtualNetworks: { example: $.network } },
  },
  identity:: (import 'managed-identity/user-assigned/main.jsonnet') { parameters:: { name: 'id-gateway' } },
  // The certificate is put into the vault before; the gateway reads it as its identity.
  vault:: (import 'key-vault/vault/main.jsonnet') {
    parameters:: {
      name: 'kv-certificates',
      privateEndpoints: [{ subnet: $.network.subnetIds.endpoints, privateDnsZones: [$.zone] }],
      roleAssignments: [{ role: 'Key Vault Secrets User', principalId: $.identity.outputs.principalId.value }],
    },
  },

  gateway:: (import 'network/application-gateway/main.jsonnet') {
    parameters:: {
      name: 'agw-example',
      subnet: $.network.subnetIds.gateway,
      identity: $.identity,
      certificateSecretId: fn.uri($.vault.outputs.uri.value, 'secrets/wildcard'),
      sites: {
        shop: { hostName: 'shop.example.com', backends: ['10.0.0.70', '10.0.0.71'], backendHostName: 'shop.example.com', healthPath: '/health' },
        api: { hostName: 'api.example.com', backends: ['10.0.0.80'], backendPort: 8443, backendHostName: 'api.example.com' },
      },
      minInstances: 2,
      lock: 'CanNotDelete',
      diagnosticSettings: [{ workspace: $.workspace }],
    },

    gateway+: { dependsOn+: [$.vault.roleAssignments[0].id, $.vault.privateEndpoints[0].endpoint.id] },
    firewall+: {
      properties+: {
        customRules: [{
          name: 'limit',
          priority: 10,
          ruleType: 'RateLimitRule',
          rateLimitDuration: 'OneMin',
          rateLimitThreshold: 500,
          groupByUserSession: [{ groupByVariables: [{ variableName: 'ClientAddr' }] }],
          matchConditions: [
            { matchVariables: [{ variableName: 'RequestUri' }], operator: 'Contains', matchValues: ['/'] },
          ],
          action: 'Block',
        }],
      },
    },
  },

  id:: $.gateway.id,
  outputs: $.gateway.outputs,
}
