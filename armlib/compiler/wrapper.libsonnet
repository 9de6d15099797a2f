// What the compiler asks of a module. A module may hold functions, hidden fields, and defaults that fail when they are
// looked at; this takes from it what the compiler needs and nothing else, so that a module compiles whenever `jsonnet`
// can evaluate it.

// A value without its functions, hidden fields included.
local plain(value) =
  local kind = std.type(value);
  if kind == 'array' then [plain(item) for item in value if std.type(item) != 'function']
  else if kind == 'object' then
    { [name]: plain(value[name]) for name in std.objectFieldsAll(value) if std.type(value[name]) != 'function' }
  else value;

local typesOf(specification) =
  local type = std.get(specification, 'type', []);
  if std.type(type) == 'array' then type else [type];

local isSecure(type) = std.type(type) == 'string' && std.startsWith(std.asciiLower(type), 'secure');

// A parameter that refers to a shared type may be secure by that.
local mayBeDeployTime(specification) =
  std.get(specification, 'deployTime', false) == true
  || '$ref' in specification
  || std.length([1 for type in typesOf(specification) if isSecure(type)]) > 0;

// A default may fail when it is forced, so it is only asked for where it becomes part of the template; a validator is a
// function, of which is told that there is one. Functions of any other name are the author's own.
local specification(value) =
  if std.type(value) == 'function' then 'a function'
  else if std.type(value) != 'object' then plain(value)
  else
    local withDefault = mayBeDeployTime(value) && std.get(value, 'deployTime', true) != false;
    {
      [name]: if name == 'validate' then true else plain(value[name])
      for name in std.objectFieldsAll(value)
      if (name != 'defaultValue' || withDefault) && (name == 'validate' || std.type(value[name]) != 'function')
    } + if 'defaultValue' in value && !withDefault then { computedDefault: true } else {};

local specifications(value) =
  if std.type(value) == 'function' then 'a function'
  else if std.type(value) != 'object' then plain(value)
  else { [name]: specification(value[name]) for name in std.objectFieldsAll(value) };

local injected =
  local given = std.extVar('parameters');
  if std.type(given) == 'string' then std.parseJson(given) else given;

// Whether the parameters of a template: of a module they are the arguments that it was given, which may look the same.
local isTemplateSection(parameters) =
  std.type(parameters) == 'object'
  && std.length(parameters) > 0
  && std.length([
    1
    for name in std.objectFields(parameters)
    if !(std.type(parameters[name]) == 'object' && ('type' in parameters[name] || '$ref' in parameters[name]))
  ]) == 0
  && parameters != injected;

local hasTemplateSection(module) = std.objectHas(module, 'parameters') && isTemplateSection(module.parameters);

// Whether *parameters* are those from outside, or these and more: `parameters+:: { region: 'west' }`.
local holdsInjected(parameters) =
  parameters == injected
  || (
    std.length(injected) > 0
    && std.length([
      1
      for name in std.objectFields(injected)
      if !(name in parameters && parameters[name] == injected[name])
    ]) == 0
  );

// A module that is given its parameters in Jsonnet does not read the external variable.
local takesArguments(module) =
  !('parameters' in module)
  || hasTemplateSection(module)
  || std.type(module.parameters) == 'string'
  || (std.type(module.parameters) == 'object' && ('$root' in module.parameters || holdsInjected(module.parameters)));

// The names of the arguments that a module gives itself, beside those from outside: `parameters+:: { name: 'x' }`.
local ownArguments(module) =
  if 'parameters' in module && std.type(module.parameters) == 'object' then
    [name for name in std.objectFieldsAll(module.parameters) if name != '$root' && !(name in injected)]
  else [];

// Only deployments place templates. This looks at every resource: std.asciiLower would take longer than all the rest.
local isDeployment(resource) =
  'linkedTemplate' in resource || ('type' in resource && resource.type == 'Microsoft.Resources/deployments');

local linkedIn(resources) =
  local all = if std.type(resources) == 'object' then std.objectValues(resources) else resources;
  if std.type(all) != 'array' then []
  else std.flatMap(linkedBy, [resource for resource in all if std.type(resource) == 'object' && isDeployment(resource)]),
      linkedBy(deployment) =
  local properties = std.get(deployment, 'properties');
  local template = if std.type(properties) == 'object' then std.get(properties, 'template');
  (
    if 'linkedTemplate' in deployment then
      [deployment.linkedTemplate] + linkedIn(std.get(deployment.linkedTemplate.template, 'resources'))
    else []
  )
  + (if std.type(template) == 'object' then linkedIn(std.get(template, 'resources')) else []);

local members = [
  '$schema',
  'apiProfile',
  'asserts',
  'contentVersion',
  'definitions',
  'extensions',
  'functions',
  'imports',
  'languageVersion',
  'metadata',
  'outputs',
  'parameters',
  'resources',
  'variables',
];

local isMember(module, name) = std.objectHas(module, name) && (name != 'parameters' || hasTemplateSection(module));

// Not *declared*: the metadata is not looked at.
local inspect(module, declared=true) =
  { kind: std.type(module) } + (
    if std.type(module) != 'object' then {}
    else {
      takesArguments: takesArguments(module),
      [if !hasTemplateSection(module) then 'ownArguments']: ownArguments(module),
      isLibraryModule: '$arm' in module,
      checksItself: !('$arm' in module) && 'parameters' in module && !hasTemplateSection(module),
      [if declared && 'parameterMetadata' in module then 'parameterMetadata']: specifications(module.parameterMetadata),
      [if 'definitions' in module then 'definitions']: specifications(module.definitions),
      [if hasTemplateSection(module) then 'templateParameters']: module.parameters,
    }
  );

{
  // { kind, takesArguments, ownArguments?, isLibraryModule, checksItself, parameterMetadata?, definitions?, templateParameters? }; only
  // kind when the module is no object. A module checks itself when it is made with a library other than armlib's.
  inspect:: inspect,

  // The same and { template, fields, hidden, id?, linked? }: the members of the template that the module makes, the names
  // of all its visible fields and of the members that it hides, its anchor, and, where asked for, the templates that it
  // places elsewhere. Base libraries of others may call something else the id; only a text can be an anchor.
  document(module, withLinked, declared=true):: inspect(module, declared) + (
    if std.type(module) != 'object' then {}
    else {
      template: { [name]: module[name] for name in members if isMember(module, name) },
      fields: std.objectFields(module),
      hidden: [name for name in members if name in module && !std.objectHas(module, name)],
      [if 'id' in module && (std.type(module.id) == 'string' || '$arm' in module) then 'id']: module.id,
      [if withLinked then 'linked']: linkedIn(std.get(module, 'resources')),
    }
  ),

  // What the validators of a module of armlib's library say; only jsonnet can call them.
  refused(module):: [problem for problem in module['$binding'].problems if problem.code == 'failed-validator'],

  // What is found in each field of a module of armlib's library; nothing when its own arguments are wrong.
  byField(module)::
    local found = module['$found'];
    if std.length(module['$binding'].problems) > 0 then {}
    else { [found.names[i]]: found.inFields[i] for i in std.range(0, std.length(found.names) - 1) },

  // The module with its arguments, for a module that a template names.
  given(module):: if std.type(module) == 'object' && 'parameters' in module then module { parameters:: injected } else module,

  injected:: injected,
}
