// Lambdas from Jsonnet functions.
//
// The names of a Jsonnet function's parameters cannot be read, so the variables get names here. A lambda in the body of
// another one must not take its names: each takes the first number that its own body does not use. The body is worked out
// once to see what it uses, and once more with the names.
local expression = import 'expression.libsonnet';

local variable(name) = expression.call('lambdaVariables', [name]);

local apply(function_, names) =
  local count = std.length(names);
  local at(i) = variable(names[i]);
  if count == 1 then function_(at(0))
  else if count == 2 then function_(at(0), at(1))
  else if count == 3 then function_(at(0), at(1), at(2))
  else error 'a lambda takes one to three arguments';

local numbered(names, number) = if number == 1 then names else [name + number for name in names];

local uses(body, names) = std.member([std.strReplace(body, "'" + name + "'", '') != body for name in names], true);

local bound = ['item', 'index', 'left', 'right', 'total', 'value'];

local freeNumber(body, number=1) = if uses(body, numbered(bound, number)) then freeNumber(body, number + 1) else number;

local ofNames(names, body) = expression.call('lambda', (if std.type(names) == 'array' then names else [names]) + [body]);

local ofFunction(function_, names) =
  local count = std.length(function_);
  if count > std.length(names) then
    error 'a lambda here takes at most ' + std.length(names) + ' arguments (' + std.join(', ', names) + '), not ' + count
  else
    local used = names[:count];
    local probe = expression.encode(apply(function_, [name + '?' for name in used]));
    local final = numbered(used, freeNumber(probe));
    ofNames(final, apply(function_, final));

{
  // lambda: a Jsonnet function, an array of variable names with *body*, or an expression that is a lambda already.
  of(lambda, names, body=null)::
    local type = std.type(lambda);
    if type == 'function' then ofFunction(lambda, names)
    else if type == 'array' then ofNames(lambda, body)
    else if type == 'string' && body == null && std.startsWith(lambda, '[lambda(') then lambda
    else error 'a lambda is a function, an array of variable names followed by a body, or fn.lambda(names, body)',
  named:: ofNames,
}
