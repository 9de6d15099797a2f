// ARM template expressions as text: which texts are expressions, how a Jsonnet value is written inside one, and
// how a call is put together. A text is an expression when it begins with `[`, but not with `[[`, and ends with `]`.
// Source: "Syntax and expressions in ARM templates", Azure Resource Manager documentation.

local isBracketed(text) =
  local length = std.length(text);
  length > 1 && text[0] == '[' && text[length - 1] == ']';

local isExpression(value) = std.type(value) == 'string' && isBracketed(value) && value[1] != '[';

// The part of an expression that can stand inside another one.
local body(expression) = std.substr(expression, 1, std.length(expression) - 2);

local quote(text) = "'" + std.strReplace(text, "'", "''") + "'";

// What Azure would take the text for: a bracketed literal is escaped by one more bracket.
local unescape(text) = if isBracketed(text) && text[1] == '[' then std.substr(text, 1, std.length(text) - 1) else text;

local escape(text) = if isBracketed(text) then '[' + text else text;

local number(value) =
  if value == 0 then '0'
  else if value == std.floor(value) && std.abs(value) < 9223372036854775808 then std.toString(value)
  else "json('" + value + "')";

// The id that an object stands for (a resource, a module, a scope), or null when it is only data.
local handleId(object) =
  if '$arm' in object then
    if 'id' in object then object.id else error 'a ' + object['$arm'] + ' has no id to be used in an expression'
  else if 'id' in object && ('resources' in object || !std.objectHas(object, 'id')) then object.id;

local encode(value) =
  local type = std.type(value);
  if type == 'string' then if isExpression(value) then body(value) else quote(unescape(value))
  else if type == 'number' then number(value)
  else if type == 'boolean' then if value then 'true()' else 'false()'
  else if type == 'null' then 'null()'
  else if type == 'array' then 'createArray(' + std.join(', ', [encode(item) for item in value]) + ')'
  else if type == 'object' then
    local id = handleId(value);
    if id != null then encode(id)
    else 'createObject(' + std.join(', ', [encode(key) + ', ' + encode(value[key]) for key in std.objectFields(value)]) + ')'
  else error 'a function cannot stand in an ARM expression; call it, or use it as the lambda of map, filter, sort and the like';

local idFunctions = [
  'resourceId',
  'subscriptionResourceId',
  'tenantResourceId',
  'managementGroupResourceId',
  'extensionResourceId',
];

// Whether an expression is known to give an id.
local givesId(expression) =
  std.endsWith(expression, '.id]') || std.member(idFunctions, std.split(body(expression), '(')[0]);

local encodeAll(values) = std.join(', ', [encode(value) for value in values]);

{
  isExpression:: isExpression,
  raw(text):: if isBracketed(text) then text else '[' + text + ']',
  // What stands for true or false when the deployment runs.
  condition(value)::
    if std.type(value) == 'boolean' || isExpression(value) then value
    else error 'a condition is a boolean or an expression, not '
               + (if std.type(value) == 'string' then "the text '" + value + "'" else 'a value of type ' + std.type(value)),
  body:: body,
  quote:: quote,
  escape:: escape,
  unescape:: unescape,
  handleId:: handleId,
  givesId:: givesId,
  encode:: encode,
  encodeAll:: encodeAll,
  call(name, arguments):: '[' + name + '(' + encodeAll(arguments) + ')]',
}
