// The name of what a resource, a module or an id stands for: the last segment, where there are several.
local expression = import 'expression.libsonnet';
local ids = import 'id.libsonnet';

local lastOf(parts) = parts[std.length(parts) - 1];

local lastSegment(text) = lastOf(std.split(text, '/'));

// The last argument of a call, where it is a literal; null otherwise. A doubled quote is set aside while splitting.
local lastLiteral(text) =
  local aside = '\u0000';
  local pieces = std.split(std.strReplace(text, "''", aside), "'");
  if std.endsWith(text, "')]") && std.length(pieces) > 2 then std.strReplace(pieces[std.length(pieces) - 2], aside, "'");

local ofIdExpression(text) =
  local literal = if std.strReplace(text, 'esourceId(', '') != text then lastLiteral(text);
  if literal != null then lastSegment(literal) else '[last(split(' + expression.body(text) + ", '/'))]";

local ofId(id) = if expression.isExpression(id) then ofIdExpression(id) else lastSegment(id);

// A text is an id when it starts with a slash or calls a function for ids; any other is a name already.
local ofText(text) =
  if expression.isExpression(text) then if expression.givesId(text) then ofIdExpression(text) else text
  else if std.startsWith(text, '/') then lastSegment(text)
  else text;

function(x)
  local type = std.type(x);
  if type == 'string' then ofText(x)
  else if type == 'object' && 'type' in x && 'name' in x then lastOf(ids.segments(x))
  else if type == 'object' && 'id' in x then ofId(x.id)
  else error 'a name is wanted: a text, a resource, or a module with an id, not '
             + (if type == 'object' then 'an object without name and id' else 'a value of type ' + type)
