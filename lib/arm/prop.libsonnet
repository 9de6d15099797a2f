// Access to members of a value: `prop(expr, 'a.b[0]')`.
local expression = import 'expression.libsonnet';

local isIdentifier(text) =
  local isLetter(c) = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  text != '' && isLetter(text[0]) && std.all([isLetter(c) || (c >= '0' && c <= '9') for c in std.stringChars(text)]);

local accessor(step) =
  if std.type(step) == 'string' && isIdentifier(step) then '.' + step else '[' + expression.encode(step) + ']';

local isDigits(text) = text != '' && std.all([c >= '0' && c <= '9' for c in std.stringChars(text)]);

// A step in brackets: an index, a quoted name, or an expression that gives either.
local bracketStep(inside) =
  local last = std.length(inside) - 1;
  if isDigits(inside) then std.parseInt(inside)
  else if last > 0 && inside[0] == "'" && inside[last] == "'" then std.strReplace(inside[1:last], "''", "'")
  else '[' + inside + ']';

// The place of the bracket that closes the one just before *start*.
local closingBracket(path, start) =
  local scan(at, depth, quoted) =
    if at >= std.length(path) then error "path '" + path + "': a bracket is not closed"
    else
      local c = path[at];
      if c == "'" then scan(at + 1, depth, !quoted) tailstrict
      else if quoted then scan(at + 1, depth, quoted) tailstrict
      else if c == '[' then scan(at + 1, depth + 1, quoted) tailstrict
      else if c == ']' then if depth == 0 then at else scan(at + 1, depth - 1, quoted) tailstrict
      else scan(at + 1, depth, quoted) tailstrict;
  scan(start, 0, false);

local parse(path) =
  local length = std.length(path);
  local plainEnd(at) = if at < length && path[at] != '.' && path[at] != '[' then plainEnd(at + 1) tailstrict else at;
  local steps(at, found) =
    if at >= length then found
    else if path[at] == '[' then
      local end = closingBracket(path, at + 1);
      steps(end + 1, found + [bracketStep(path[at + 1:end])]) tailstrict
    else
      local start = if path[at] == '.' then at + 1 else at;
      local end = plainEnd(start);
      if end == start then error "path '" + path + "': a name is missing at position " + start
      else steps(end, found + [path[start:end]]) tailstrict;
  steps(0, []);

// The steps of a path: a text like `a.b[0]['c-d']`, or an array of names, indexes and expressions.
local steps(path) = if std.type(path) == 'array' then path else parse(path);

local follow(value, steps) =
  if std.length(steps) == 0 then value
  else if std.type(value) == 'string' then
    if expression.isExpression(value) then
      '[' + expression.body(value) + std.join('', std.map(accessor, steps)) + ']'
    else error "a text has no member '" + steps[0] + "'; only an expression, an object or an array has"
  else if expression.isExpression(steps[0]) then
    '[' + expression.encode(value) + std.join('', std.map(accessor, steps)) + ']'
  else follow(value[steps[0]], steps[1:]);

{
  accessors(path):: local found = std.join('', std.map(accessor, steps(path))); found,
  prop(value, path):: follow(value, steps(path)),
}
