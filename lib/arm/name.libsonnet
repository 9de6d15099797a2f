// The name of a resource, of a module's anchor, of what an id stands for; a name is its own.
local expression = import 'expression.libsonnet';

local lastSegment(text) = local parts = std.split(text, '/'); parts[std.length(parts) - 1];

local isIdCall(text) =
  std.length(std.findSubstr('esourceId(', text)) > 0;

local ofText(text) =
  if !expression.isExpression(text) then if text[:1] == '/' then lastSegment(text) else text
  else text;

local name(x) =
  local type = std.type(x);
  if type == 'string' then ofText(x)
  else if type == 'object' && 'name' in x && 'type' in x then x.name
  else if type == 'object' && 'id' in x then name(x.id)
  else error 'a name is wanted: a text, a resource or a module with an id, not a ' + type;

name
