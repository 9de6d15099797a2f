// An application gateway: HTTPS for web sites, with a firewall that blocks attacks.
local arm = import 'arm.libsonnet';
local interfaces = import 'common/interfaces/main.libsonnet';

interfaces.Module + interfaces.diagnosticSettings() + {
  local args = $.arguments,

  parameterMetadata+:: {
    name: interfaces.parameter.networkName('agw-example'),
    subnet: interfaces.parameter.subnet {
      description: 'Subnet that it has for itself',
      examples: [interfaces.parameter.exampleSubnet],
    },
    publicIpAddress: {
      type: 'resourceId',
      description: 'Address that it is reached at; null makes one',
      nullable: true,
      defaultValue: null,
      examples: [interfaces.parameter.exampleId('Microsoft.Network/publicIPAddresses', 'pip')],
    },
    certificateSecretId: {
      type: 'string',
      description: 'Address of the certificate in a key vault, without a version, so that a renewed one is taken',
      minLength: 1,
      examples: ['https://kv-example-001.vault.azure.net/secrets/wildcard'],
    },
    identity: {
      type: 'resourceId',
      description: 'User-assigned identity that may read the certificate',
      examples: [interfaces.parameter.exampleId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id')],
    },
    sites: {
      type: 'object',
      description: 'Name of a site to where it is found',
      additionalProperties: {
        type: 'object',
        properties: {
          hostName: { type: 'string', description: 'Name that browsers ask for' },
          backends: { type: 'array', items: { type: 'string' }, minLength: 1, description: 'Names or addresses of the servers' },
          backendPort: { type: 'int', minValue: 1, maxValue: 65535, description: 'Their port, for HTTPS; 443' },
          backendHostName: { type: 'string', description: 'Name that they are asked for; that of each of them' },
          healthPath: { type: 'string', pattern: '^/', description: "Path that tells whether a server is well; '/'" },
        },
        required: ['hostName', 'backends'],
        additionalProperties: false,
      },
      examples: [
        { shop: { hostName: 'shop.example.com', backends: ['shop.azurewebsites.net'] } },
        { shop: { hostName: 'shop.example.com', backends: ['other.azurewebsites.net'] } },
      ],
    },
    zones: interfaces.parameter.zones,
    minInstances: { type: 'int', description: 'Instances when nobody comes', minValue: 0, maxValue: 100, defaultValue: 1 },
    maxInstances: {
      type: 'int',
      description: 'Instances when everybody does',
      minValue: 2,
      maxValue: 125,
      defaultValue: std.max(10, args.minInstances),
      validate(count): if count >= args.minInstances then true else 'is less than minInstances',
      examples: [20],
    },
    firewallMode: {
      type: 'string',
      description: 'Whether attacks are blocked, or only logged',
      allowedValues: ['Prevention', 'Detection'],
      defaultValue: 'Prevention',
    },
  },

  address:: if args.publicIpAddress == null then (import 'network/public-ip-address/main.jsonnet') {
    parameters:: { name: interfaces.suffixed(args.name, '-pip'), location: args.location, tags: args.tags, zones: args.zones },
  },
  local addressId = if args.publicIpAddress == null then $.address.id else args.publicIpAddress,

  firewall:: $.Resource('Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies', '2025-05-01') {
    name: interfaces.suffixed(args.name, '-waf'),
    properties: {
      policySettings: { state: 'Enabled', mode: args.firewallMode, requestBodyCheck: true },
      managedRules: {
        managedRuleSets: [
          { ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1' },
          { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' },
        ],
      },
    },
  },

  local part(kind, name) = { id: arm.fn.resourceId('Microsoft.Network/applicationGateways/' + kind, args.name, name) },
  local names = std.objectFields(args.sites),
  local each(make) = [make(name, args.sites[name]) for name in names],

  pool(name, site):: {
    local isAddress(text) = std.length([1 for c in std.stringChars(text) if !std.member('0123456789.', c)]) == 0,
    name: name,
    properties: {
      backendAddresses: [{ [if isAddress(backend) then 'ipAddress' else 'fqdn']: backend } for backend in site.backends],
    },
  },

  settings(name, site):: {
    name: name,
    properties: {
      protocol: 'Https',
      port: std.get(site, 'backendPort', 443),
      cookieBasedAffinity: 'Disabled',
      requestTimeout: 30,
      [if 'backendHostName' in site then 'hostName' else 'pickHostNameFromBackendAddress']: std.get(site, 'backendHostName', true),
      probe: part('probes', name),
    },
  },

  probe(name, site):: {
    name: name,
    properties: {
      protocol: 'Https',
      path: std.get(site, 'healthPath', '/'),
      pickHostNameFromBackendHttpSettings: true,
      interval: 30,
      timeout: 30,
      unhealthyThreshold: 3,
    },
  },

  listener(name, site):: {
    name: name,
    properties: {
      protocol: 'Https',
      hostName: site.hostName,
      requireServerNameIndication: true,
      frontendIPConfiguration: part('frontendIPConfigurations', 'public'),
      frontendPort: part('frontendPorts', 'https'),
      sslCertificate: part('sslCertificates', 'certificate'),
    },
  },

  rule(name, site):: {
    name: name,
    properties: {
      ruleType: 'Basic',
      priority: 100 + std.find(name, names)[0],
      httpListener: part('httpListeners', name),
      backendAddressPool: part('backendAddressPools', name),
      backendHttpSettings: part('backendHttpSettingsCollection', name),
    },
  },

  gateway:: $.Anchor('Microsoft.Network/applicationGateways', '2025-05-01') {
    [if args.zones != [] then 'zones']: args.zones,
    identity: { type: 'UserAssigned', userAssignedIdentities: { [args.identity]: {} } },
    properties: {
      sku: { name: 'WAF_v2', tier: 'WAF_v2' },
      autoscaleConfiguration: { minCapacity: args.minInstances, maxCapacity: args.maxInstances },
      enableHttp2: true,
      sslPolicy: { policyType: 'Predefined', policyName: 'AppGwSslPolicy20220101' },
      firewallPolicy: { id: $.firewall.id },
      gatewayIPConfigurations: [{ name: 'gateway', properties: { subnet: { id: args.subnet } } }],
      frontendIPConfigurations: [{ name: 'public', properties: { publicIPAddress: { id: addressId } } }],
      frontendPorts: [{ name: 'https', properties: { port: 443 } }],
      sslCertificates: [{ name: 'certificate', properties: { keyVaultSecretId: args.certificateSecretId } }],
      backendAddressPools: each($.pool),
      backendHttpSettingsCollection: each($.settings),
      probes: each($.probe),
      httpListeners: each($.listener),
      requestRoutingRules: each($.rule),
    },
  },

  anchor:: 'gateway',
  outputs+: { [if $.address != null then 'ipAddress']: $.address.outputs.ipAddress },
}
