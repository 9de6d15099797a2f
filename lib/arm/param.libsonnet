// Shorthands for parameterMetadata: `param.string('Account name', minLength=3)`.

// What a keyword is that was not given; null is a value.
local absent = '\u0000';

local described(type, description, keywords) =
  { type: type, [if description != null then 'description']: description }
  + { [name]: keywords[name] for name in std.objectFields(keywords) if keywords[name] != absent };

local text(type, description, defaultValue, allowedValues, minLength, maxLength, pattern, format) = described(type, description, {
  defaultValue: defaultValue,
  allowedValues: allowedValues,
  minLength: minLength,
  maxLength: maxLength,
  pattern: pattern,
  format: format,
});

local numeric(type, description, defaultValue, allowedValues, minValue, maxValue) = described(type, description, {
  defaultValue: defaultValue,
  allowedValues: allowedValues,
  minValue: minValue,
  maxValue: maxValue,
});

{
  '#':: |||
    Shorthands for parameterMetadata: `name: arm.param.string('Account name', minLength=3)` is
    `name: { type: 'string', description: 'Account name', minLength: 3 }`.
  |||,

  '#string':: 'A text.',
  string(description=null, defaultValue=absent, allowedValues=absent, minLength=absent, maxLength=absent, pattern=absent, format=absent)::
    text('string', description, defaultValue, allowedValues, minLength, maxLength, pattern, format),

  '#int':: 'An integer.',
  int(description=null, defaultValue=absent, allowedValues=absent, minValue=absent, maxValue=absent)::
    numeric('int', description, defaultValue, allowedValues, minValue, maxValue),

  '#number':: 'A number.',
  number(description=null, defaultValue=absent, allowedValues=absent, minValue=absent, maxValue=absent)::
    numeric('number', description, defaultValue, allowedValues, minValue, maxValue),

  '#bool':: 'A boolean.',
  bool(description=null, defaultValue=absent):: described('bool', description, { defaultValue: defaultValue }),

  '#array':: 'An array.',
  array(description=null, defaultValue=absent, items=absent, minLength=absent, maxLength=absent)::
    described('array', description, { defaultValue: defaultValue, items: items, minLength: minLength, maxLength: maxLength }),

  '#object':: 'An object.',
  object(description=null, defaultValue=absent, properties=absent, required=absent, additionalProperties=absent)::
    described('object', description, {
      defaultValue: defaultValue,
      properties: properties,
      required: required,
      additionalProperties: additionalProperties,
    }),

  '#secureString':: 'A text that is secret: a parameter of the template, never known in Jsonnet.',
  secureString(description=null, minLength=absent, maxLength=absent, pattern=absent)::
    text('secureString', description, absent, absent, minLength, maxLength, pattern, absent),

  '#secureObject':: 'An object that is secret.',
  secureObject(description=null, properties=absent, required=absent)::
    described('secureObject', description, { properties: properties, required: required }),

  '#resourceId':: 'The id of a resource, or the resource, or a module.',
  resourceId(description=null, defaultValue=absent):: described('resourceId', description, { defaultValue: defaultValue }),

  '#any':: 'Anything.',
  any(description=null, defaultValue=absent):: described('any', description, { defaultValue: defaultValue }),

  '#oneOf':: 'One of these texts.',
  oneOf(allowedValues, description=null, defaultValue=absent)::
    described('string', description, { allowedValues: allowedValues, defaultValue: defaultValue }),

  '#optional':: 'The parameter, which may be null and is by default.',
  optional(param):: param { nullable: true, defaultValue: null },

  '#deployTime':: 'The parameter, which becomes one of the template.',
  deployTime(param):: param { deployTime: true },

  '#location':: 'A region; by default that of the resource group.',
  location(description='Azure region', defaultValue='[resourceGroup().location]')::
    described('string', description, { defaultValue: defaultValue }),

  '#tags':: 'Tags.',
  tags(description='Tags, name to value', defaultValue={})::
    described('object', description, { defaultValue: defaultValue, additionalProperties: { type: 'string', maxLength: 256 } }),
}
