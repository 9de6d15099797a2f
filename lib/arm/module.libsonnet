// The base of a module: takes arguments, checks them, and finds its resources in its own fields.

// What `jsonnet --ext-str parameters='{…}'` or `--ext-code parameters='{…}'` gives. The mark tells a module that takes
// its parameters from outside from one that was given them in Jsonnet, and stays when something is added to them.
local fromOutside =
  local value = std.extVar('parameters');
  local parameters = if std.type(value) == 'string' then std.parseJson(value) else value;
  if std.type(parameters) == 'object' then parameters { '$root':: true }
  else error "the external variable 'parameters' must hold a JSON object, not a value of type " + std.type(parameters);

{
  '$arm':: 'module',
  parameters:: fromOutside,
  parameterMetadata:: {},
  '$binding':: (import 'parameters.libsonnet').binding(
    self.parameterMetadata,
    self.parameters,
    std.type(self.parameters) == 'object' && '$root' in self.parameters,
    if 'definitions' in self then self.definitions else {},
  ),
  arguments:: self['$binding'].arguments,
  // Asked for first, so that an argument that nobody reads is checked too.
  '$found':: (import 'collect.libsonnet').search(self),
  resources: if self['$binding'].checked then self['$found'].resources,
  outputs: {},
}
