// What parameter metadata says: its types, the shared types it refers to, what is secret; what an ARM expression is.

// The spellings that types are usually written in, to the one that is compared; others go through lower case.
local canonical = {
  string: 'string',
  securestring: 'string',
  secureString: 'string',
  int: 'integer',
  integer: 'integer',
  number: 'number',
  bool: 'boolean',
  boolean: 'boolean',
  array: 'array',
  object: 'object',
  secureobject: 'object',
  secureObject: 'object',
  'null': 'null',
  resourceid: 'resourceId',
  resourceId: 'resourceId',
  any: 'any',
};

local secure = { securestring: true, secureString: true, secureobject: true, secureObject: true };

local keywords = [
  'type',
  'allowedValues',
  'minLength',
  'maxLength',
  'minValue',
  'maxValue',
  'pattern',
  'format',
  'items',
  'properties',
  'required',
  'additionalProperties',
  'nullable',
  'validate',
  '$ref',
];

// The keywords of *meta* that say something about a value; one that is null is as good as absent.
local stated(meta) = { [name]: meta[name] for name in keywords if name in meta && std.type(meta[name]) != 'null' };

local typeNames(meta) =
  if !('type' in meta) then []
  else
    local type = meta.type;
    if std.type(type) == 'array' then type else if std.type(type) == 'null' then [] else [type];

local typeOf(name) =
  if std.type(name) != 'string' then null
  else if name in canonical then canonical[name]
  else local lower = std.asciiLower(name); if lower in canonical then canonical[lower];

local isSecureType(name) =
  std.type(name) == 'string'
  && (if name in canonical then name in secure else std.asciiLower(name) in secure);

local isExpression(value) =
  local length = std.length(value);
  length > 1 && value[0] == '[' && value[length - 1] == ']' && value[1] != '[';

local holdsExpression(value) =
  local kind = std.type(value);
  if kind == 'string' then isExpression(value)
  else if kind == 'array' then std.length([1 for item in value if holdsExpression(item)]) > 0
  else kind == 'object' && std.length([1 for name in std.objectFields(value) if holdsExpression(value[name])]) > 0;

local definitionPrefix = '#/definitions/';

// The metadata that a $ref leads to, or null when there is none.
local resolve(reference, definitions) =
  if std.type(reference) == 'object' then reference
  else if std.type(reference) == 'string' && std.startsWith(reference, definitionPrefix) then
    local name = reference[std.length(definitionPrefix):];
    if name in definitions then definitions[name];

// The metadata and those that it refers to, as long as there is another one.
local chain(meta, definitions, seen=[]) =
  if !('$ref' in meta) then [meta]
  else
    local reference = meta['$ref'];
    local target = resolve(reference, definitions);
    if target == null || std.member(seen, reference) then [meta]
    else [meta] + chain(target, definitions, if std.type(reference) == 'string' then seen + [reference] else seen);

local isSecureAlone(names) = std.length([1 for name in names if isSecureType(name)]) > 0;

local allTypes(meta, definitions) = [typeOf(name) for link in chain(meta, definitions) for name in typeNames(link)];

local isSecure(meta, definitions) =
  if '$ref' in meta then std.length([1 for link in chain(meta, definitions) if isSecureAlone(typeNames(link))]) > 0
  else isSecureAlone(typeNames(meta));

local isDeployTime(meta, definitions) =
  ('deployTime' in meta && meta.deployTime == true) || isSecure(meta, definitions);

{
  stated:: stated,
  typeNames:: typeNames,
  typeOf:: typeOf,
  allTypes:: allTypes,
  resolve:: resolve,
  chain:: chain,
  isExpression:: isExpression,
  holdsExpression:: holdsExpression,
  isSecureType:: isSecureType,
  isSecureAlone:: isSecureAlone,
  isSecure:: isSecure,
  isDeployTime:: isDeployTime,
}
