// Outputs, with their type worked out from the value where it can be.
local expression = import 'expression.libsonnet';

local typeNames = {
  string: 'string',
  securestring: 'securestring',
  int: 'int',
  integer: 'int',
  bool: 'bool',
  boolean: 'bool',
  array: 'array',
  object: 'object',
  secureobject: 'secureobject',
};

local typeNamed(type) =
  local found = if std.type(type) == 'string' then std.get(typeNames, std.asciiLower(type));
  if found == null then
    error 'output: the type is one of string, int, bool, array, object, secureString and secureObject, not ' + std.toString(type)
  else found;

local typeOf(value) =
  local type = std.type(value);
  if type == 'string' then
    if expression.isExpression(value) then (import 'result_type.libsonnet').of(value) else 'string'
  else if type == 'boolean' then 'bool'
  else if type == 'number' then
    if value == std.floor(value) then 'int'
    else error 'output: ARM has no type for the number ' + value + '; give it as a text, or give the type'
  else if type == 'null' then error 'output: the value is null, so its type must be given'
  else if type == 'function' then error 'output: the value is a function'
  else type;

local plain(value) =
  local id = if std.type(value) == 'object' then expression.handleId(value);
  if id == null then value else id;

local ofLoop(loop, type) = {
  type: if type == null then 'array' else typeNamed(type),
  copy: { count: loop.count, input: loop.input },
};

local ofValue(value, type) = { type: if type == null then typeOf(value) else typeNamed(type), value: value };

function(value, type=null)
  if std.type(value) == 'object' && '$arm' in value && value['$arm'] == 'loop' then ofLoop(value, type)
  else ofValue(plain(value), type)
