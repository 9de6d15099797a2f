// The id that a thing stands for.
local expression = import 'expression.libsonnet';
local ids = import 'id.libsonnet';

local id(x) =
  local type = std.type(x);
  if type == 'string' || type == 'null' then x
  else if type != 'object' then error 'an id is wanted: a text, a resource, or a module with an id, not a ' + type
  else
    local found = expression.handleId(x);
    if found != null then found
    else if 'id' in x then x.id
    else if 'type' in x && 'name' in x then ids.of(x)
    else error 'an id is wanted, but the object has none; a module says which of its resources it stands for in its field id';

id
