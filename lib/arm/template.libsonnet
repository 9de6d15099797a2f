// ARM templates in JSON as modules: their parameters and outputs, checked as those of any module; deployed as they are.
local expression = import 'expression.libsonnet';
local module = import 'module.libsonnet';
local metadata = import 'parameters/metadata.libsonnet';
local placement = import 'placement.libsonnet';

local isPlain(value) = !metadata.holdsExpression(value);

local description(spec) = std.get(std.get(spec, 'metadata', {}), 'description');

// What ARM and parameterMetadata say alike.
local common = ['type', '$ref', 'minLength', 'maxLength', 'minValue', 'maxValue', 'nullable'];

// The type of a template as parameterMetadata has it. ARM's allowedValues of an array are those of its items; a property is
// required unless it may be null.
local schema(spec) =
  if std.type(spec) != 'object' then spec
  else
    local isArray = std.asciiLower(std.get(spec, 'type', '')) == 'array';
    local allowed = std.get(spec, 'allowedValues');
    local properties = std.get(spec, 'properties', {});
    local items = std.get(spec, 'items');  // false where each place of a tuple has a type of its own
    { [name]: spec[name] for name in common if name in spec && spec[name] != null }
    + (if description(spec) == null then {} else { description: description(spec) })
    + (if allowed == null || isArray then {} else { allowedValues: allowed })
    + (if isArray && (std.type(items) == 'object' || allowed != null) then {
         items: schema(if std.type(items) == 'object' then items else {}) + (if allowed == null then {} else { allowedValues: allowed }),
       } else {})
    + (if 'properties' in spec then {
         properties: { [name]: schema(properties[name]) for name in std.objectFields(properties) },
         required: [name for name in std.objectFields(properties) if std.get(properties[name], 'nullable') != true],
       } else {})
    + (if 'additionalProperties' in spec then { additionalProperties: schema(spec.additionalProperties) } else {});

// A default that only the deployment can work out stays with the template: the parameter is optional here.
// So does one of a secure parameter, which had better not be told twice.
local parameter(spec) =
  local default = std.get(spec, 'defaultValue');
  local isSecret = metadata.isSecureType(std.get(spec, 'type'));
  schema(spec)
  + (
    if default == null then {}
    else if isSecret && default != '' && default != {} then { nullable: true }
    else if isPlain(default) then { defaultValue: default }
    else {
      nullable: true,
      description: std.stripChars(std.join(' ', [if description(spec) == null then '' else description(spec), 'Default: ' + std.toString(default)]), ' '),
    }
  );

local allowedInName(c) = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std.member('-_.()', c);

// A name for the deployment that differs where the resources do.
local nameOf(base, arguments) =
  local own = std.get(arguments, 'name');
  local name = if std.type(own) == 'string' && !expression.isExpression(own) && own != '' then base + '-' + own else base;
  std.substr(std.join('', [if allowedInName(c) then c else '-' for c in std.stringChars(name)]), 0, 64);

function(template, name)
  if std.type(template) != 'object' || !('$schema' in template && 'resources' in template) then
    error 'arm.template: a template is an object with $schema and resources, not a value of type ' + std.type(template)
  else
    local parameters = std.get(template, 'parameters', {});
    local declared = std.get(template, 'outputs', {});
    module {
      local this = self,
      local isRoot = std.type(this.parameters) == 'object' && '$root' in this.parameters,
      parameterMetadata:: { [key]: parameter(parameters[key]) for key in std.objectFields(parameters) },
      definitions:: {
        [key]: schema(template.definitions[key])
        for key in std.objectFields(std.get(template, 'definitions', {}))
      },
      description:: std.get(std.get(template, 'metadata', {}), 'description'),
      scope:: null,

      local isPassed(key) =
        (isRoot && metadata.isDeployTime(this.parameterMetadata[key], this.definitions))
        || (std.objectHasAll(this.parameters, key) && this.arguments[key] != null),

      local passed = { [key]: { value: this.arguments[key] } for key in std.objectFields(parameters) if isPassed(key) },

      deployment:: placement.nested(template, nameOf(name, this.arguments), this.scope) {
        properties+: {
          [if std.length(passed) > 0 then 'parameters']: passed,
        },
      },

      id:: this.deployment.id,
      // One that may be null is there for whoever asks, and no output of a template by itself: reading it may fail.
      outputs: std.foldl(
        function(all, key) all + (
          if std.get(declared[key], 'nullable') == true || 'copy' in declared[key]
          then { [key]:: this.deployment.outputs[key] }
          else { [key]: this.deployment.outputs[key] }
        ),
        std.objectFields(declared),
        {}
      ),
    }
