// Child modules placed in deployments of their own.
//
// What a child is given is known to the outer template only, when it is an expression; and secure and deploy-time
// arguments are never known in Jsonnet. So these become parameters of the inner template: the child is worked out with
// `[parameters('x')]` for them, and the deployment passes what was given.
local expression = import 'expression.libsonnet';
local ids = import 'id.libsonnet';
local metadata = import 'parameters/metadata.libsonnet';
local resource = import 'resource.libsonnet';
local scopes = import 'scope.libsonnet';

local apiVersion = '2025-04-01';

local schemas = {
  resourceGroup: '2019-04-01/deploymentTemplate.json#',
  subscription: '2018-05-01/subscriptionDeploymentTemplate.json#',
  managementGroup: '2019-08-01/managementGroupDeploymentTemplate.json#',
  tenant: '2019-08-01/tenantDeploymentTemplate.json#',
};

local schema(scope) =
  'https://schema.management.azure.com/schemas/' + schemas[if scope == null then 'resourceGroup' else scope.kind];

// Parameters -----------------------------------------------------------------------------------------------------------

local isHandle(value) = std.type(value) == 'object' && expression.handleId(value) != null;

local armTypes = { string: 'string', integer: 'int', boolean: 'bool', array: 'array', object: 'object', resourceId: 'string' };

local typeOfValue(value) =
  local type = std.type(value);
  if type == 'string' && expression.isExpression(value) then (import 'result_type.libsonnet').of(value)
  else std.get({ number: 'int', boolean: 'bool', array: 'array', object: 'object' }, type, 'string');

// The type of the inner parameter: the declared one where it is one type beside null, else that of the value.
local parameterType(meta, value, definitions) =
  local typed = [link for link in metadata.chain(meta, definitions) if std.length(metadata.typeNames(link)) > 0];
  local names = [
    name
    for link in typed[:1]
    for name in metadata.typeNames(link)
    if metadata.typeOf(name) != 'null'
  ];
  local secure = [std.asciiLower(name) for name in names if metadata.isSecureType(name)];
  local declared = if std.length(names) == 1 then std.get(armTypes, metadata.typeOf(names[0]));
  if std.length(secure) > 0 then secure[0] else if declared != null then declared else typeOfValue(value);

local constraints = ['allowedValues', 'minLength', 'maxLength', 'minValue', 'maxValue'];

// Whether a module takes null for the parameter, which the deployment is then to take, too.
local takesNull(meta, definitions) =
  local isTakenBy(links) =
    std.length(links) > 0 && (
      std.get(links[0], 'nullable') == true
      || std.member([metadata.typeOf(name) for name in metadata.typeNames(links[0])], 'null')
      || (std.length(metadata.typeNames(links[0])) == 0 && isTakenBy(links[1:]))
    );
  ('defaultValue' in meta && meta.defaultValue == null) || isTakenBy(metadata.chain(meta, definitions));

local declaration(meta, value, definitions) = { type: parameterType(meta, value, definitions) } + {
  [name]: meta[name]
  for name in constraints
  if std.length(metadata.typeNames(meta)) == 1 && name in meta && meta[name] != null
};

// What the inner template is to know of a parameter that is left to the deployment: its value, or its default.
local planOfDeployTime(name, meta, given, root) =
  if root then { name: name, value: "[parameters('" + name + "')]", mayBeNull: true }
  else if std.objectHasAll(given, name) then
    local isResource = isHandle(given[name]);
    { name: name, value: if isResource then given[name].id else given[name], mayBeNull: !isResource }
  else if 'defaultValue' in meta && meta.defaultValue != null then { name: name, default: meta.defaultValue, mayBeNull: false };

// Whether *value* holds what only the deployment can work out. A text like '[new]' is bracketed and calls nothing: modules
// use such for choices, which Jsonnet makes.
local holdsCall(value) =
  local type = std.type(value);
  if type == 'string' then expression.isExpression(value) && std.member(value, '(')
  else if type == 'array' then std.any(std.map(holdsCall, value))
  else type == 'object' && std.any([holdsCall(value[name]) for name in std.objectFields(value)]);

local takesId(meta) = std.member([metadata.typeOf(type) for type in metadata.typeNames(meta)], 'resourceId');

// The same for any parameter; null where Jsonnet knows the value.
local plan(name, meta, given, root, definitions) =
  if metadata.isDeployTime(meta, definitions) then planOfDeployTime(name, meta, given, root)
  else if !std.objectHasAll(given, name) then null
  else
    local value = given[name];
    if isHandle(value) then (if takesId(meta) then { name: name, value: value.id, mayBeNull: false })
    else if holdsCall(value) then { name: name, value: value, mayBeNull: true };

local read(parameters) = if std.type(parameters) == 'string' then std.parseJson(parameters) else parameters;

// What is common to both placements: the module with its inner arguments, its template's parameters, and the values.
local prepare(module) =
  local type = std.type(module);
  if type != 'object' || !('resources' in module) then
    error 'a module is placed: an object with resources, not ' + (if type == 'object' then 'one without' else 'a ' + type)
  else if !('parameterMetadata' in module) || !('parameters' in module) || '$schema' in module then
    { module: module, declarations: null, values: {} }
  else
    local given = read(module.parameters);
    local root = '$root' in given;
    local metas = module.parameterMetadata;
    local definitions = if 'definitions' in module then module.definitions else {};
    local plans = [
      found
      for name in std.objectFields(metas)
      for found in [plan(name, metas[name], given, root, definitions)]
      if found != null
    ];
    local references = { [found.name]: "[parameters('" + found.name + "')]" for found in plans };
    {
      module: module {
        parameters:: {
          [name]: given[name]
          for name in std.objectFieldsAll(given)
          if std.objectHas(given, name) || name in metas
        } + references,
      },
      declarations: {
        [found.name]: declaration(metas[found.name], if 'value' in found then found.value else found.default, definitions)
                      + (if 'default' in found then { defaultValue: found.default } else {})
                      + { [if found.mayBeNull && takesNull(metas[found.name], definitions) then 'nullable']: true }
        for found in plans
      },
      values: { [found.name]: { value: found.value } for found in plans if 'value' in found },
    };

// The template --------------------------------------------------------------------------------------------------------

local sections = ['variables', 'functions', 'definitions', 'metadata', 'asserts'];

local hasAnchor(module) = 'id' in module && module.id != null;

local outputsOf(module) =
  local declared = if 'outputs' in module then module.outputs else {};
  if hasAnchor(module) && !('id' in declared) then declared { id: { type: 'string', value: module.id } } else declared;

// Version 2.0 of the language, which alone has parameters that may be null, has resources by name.
local needsNames(declarations) =
  declarations != null && std.any(['nullable' in declarations[name] for name in std.objectFields(declarations)]);

// Resources without the nulls that conditions leave.
local present(resources) =
  local type = std.type(resources);
  if type == 'array' then [resource for resource in resources if resource != null]
  else if type != 'object' then resources
  else { [name]: resources[name] for name in std.objectFields(resources) if resources[name] != null };

local templateOf(prepared, scope) =
  local module = prepared.module;
  if '$schema' in module then module
  else
    local isNamed = needsNames(prepared.declarations);
    local resources = present(module.resources);
    {
      '$schema': schema(scope),
      [if isNamed then 'languageVersion']: '2.0',
      contentVersion: '1.0.0.0',
      [if prepared.declarations != null && std.length(prepared.declarations) > 0 then 'parameters']: prepared.declarations,
      resources: if isNamed then (import 'symbols.libsonnet').named(resources) else resources,
      outputs: outputsOf(module),
    } + { [name]: module[name] for name in sections if name in module && module[name] != null };

// The deployment -------------------------------------------------------------------------------------------------------

// The fields of a deployment resource that say where it goes.
local target(scope) =
  if scope == null then {}
  else if scope.kind == 'resourceGroup' then {
    [if scope.subscription != null then 'subscriptionId']: scope.subscription,
    [if scope.name != null then 'resourceGroup']: scope.name,
  }
  else if scope.kind == 'subscription' then {
    [if scope.subscription != null then 'subscriptionId']: scope.subscription,
    location: '[deployment().location]',
  }
  else if scope.kind == 'managementGroup' then {
    [if scope.name != null then 'scope']:
      if expression.isExpression(scope.name) then expression.call('concat', ['Microsoft.Management/managementGroups/', scope.name])
      else 'Microsoft.Management/managementGroups/' + scope.name,
    location: '[deployment().location]',
  }
  else if scope.kind == 'tenant' then { scope: '/', location: '[deployment().location]' }
  else error 'a module is deployed to a resource group, a subscription, a management group or the tenant, not to '
             + std.toString(scope.id);

local madeHere(scope) = std.type(scope) == 'object' && '$arm' in scope && scope['$arm'] == 'resource';

// An output of the deployment, under the spelling that it has in Jsonnet: `outputs.NAME.value`. A secure one can be read
// by a list function only.
local outputOf(deployment, name, type) =
  local accessor = (import 'prop.libsonnet').accessors([name]);
  local arguments = expression.encodeAll([ids.of(deployment), deployment.apiVersion]);
  if std.type(type) == 'string' && metadata.isSecureType(type) then '[listOutputsWithSecureValues(' + arguments + ')' + accessor + ']'
  else '[reference(' + arguments + ').outputs' + accessor + '.value]';

// The type of an output, which a template may have given by one of its definitions.
local outputType(output, definitions) =
  if 'type' in output then output.type
  else
    local target = if '$ref' in output then metadata.resolve(output['$ref'], definitions);
    if target == null then 'string' else outputType(target, definitions);

local deployment(prepared, name, scope, parsed, link) =
  local outputs = outputsOf(prepared.module);
  resource.Resource('Microsoft.Resources/deployments', apiVersion) + target(parsed) + {
    '$deployment':: true,
    '$scope':: parsed,
    name: name,
    [if madeHere(scope) then 'dependsOn']: [ids.deployedId(scope)],
    properties: { mode: 'Incremental' } + link + {
      [if std.length(prepared.values) > 0 then 'parameters']: prepared.values,
    },
    // The anchor of the module stays what the module stands for; dependencies are on the deployment.
    id:: if hasAnchor(prepared.module) then outputOf(self, 'id', 'string') else ids.of(self),
    outputs:: {
      [output]: { type: outputType(outputs[output], std.get(prepared.module, 'definitions', {})), value: outputOf(deployment, output, self.type) }
      for output in std.objectFields(outputs)
    },
    local deployment = self,
  };

local deploymentName(uri) =
  local path = std.split(std.split(uri, '?')[0], '/');
  local file = path[std.length(path) - 1];
  local allowed(c) = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std.member('-_.()', c);
  local stem = if std.endsWith(file, '.json') then std.substr(file, 0, std.length(file) - 5) else file;
  std.substr(std.join('', [if allowed(c) then c else '-' for c in std.stringChars(stem)]), 0, 64);

local isAbsolute(uri) = expression.isExpression(uri) || std.strReplace(uri, '://', '') != uri;

{
  nested(module, name, scope=null)::
    local prepared = prepare(module);
    local parsed = scopes.parseTarget(scope);
    deployment(prepared, name, scope, parsed, {
      expressionEvaluationOptions: { scope: 'inner' },
      template: templateOf(prepared, parsed),
    }),

  linked(module, uri, name=null, scope=null)::
    local prepared = prepare(module);
    local parsed = scopes.parseTarget(scope);
    local ownName =
      if name != null then name
      else if expression.isExpression(uri) then error 'arm.linked: a name is needed when the address is an expression: ' + uri
      else deploymentName(uri);
    deployment(prepared, ownName, scope, parsed, {
      templateLink: (if isAbsolute(uri) then { uri: uri } else { relativePath: uri }) + { contentVersion: '1.0.0.0' },
    }) { linkedTemplate:: { uri: uri, template: templateOf(prepared, parsed) } },
}
