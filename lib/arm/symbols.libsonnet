// Symbolic names, which version 2.0 of the template language has for resources.
local expression = import 'expression.libsonnet';

local isLetterOrDigit(c) = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

// The letters and digits of a text, in words.
local words(text) =
  [word for word in std.split(std.join('', [if isLetterOrDigit(c) then c else ' ' for c in std.stringChars(text)]), ' ') if word != ''];

// What an expression says in quotes: the literal parts of a name, and the parameters and variables in it.
local quoted(text) =
  local parts = std.split(text, "'");
  [
    word
    for i in std.range(0, std.length(parts) - 1)
    if i % 2 == 1
    for word in words(parts[i])
    if std.stripChars(word, '0123456789') != ''  // not the numbers in a format
  ];

local symbol(resource) =
  local kinds = std.split(resource.type, '/');
  local name = if expression.isExpression(resource.name) then quoted(resource.name) else words(resource.name);
  std.join('_', words(kinds[std.length(kinds) - 1]) + name);

// Each text, and with a number besides where an earlier one is the same but for case. No word has two underscores.
local unlike(texts) =
  local folded = [std.asciiLower(text) for text in texts];
  local order = std.sort(std.range(0, std.length(texts) - 1), function(i) folded[i]);
  local starts = [k for k in std.range(0, std.length(order) - 1) if k == 0 || folded[order[k]] != folded[order[k - 1]]];
  local numbers = {
    ['%d' % order[k]]: k - starts[g] + 1
    for g in std.range(0, std.length(starts) - 1)
    for k in std.range(starts[g], (if g + 1 < std.length(starts) then starts[g + 1] else std.length(order)) - 1)
  };
  [
    local number = numbers['%d' % i];
    if number == 1 then texts[i] else texts[i] + '__' + number
    for i in std.range(0, std.length(texts) - 1)
  ];

{
  // An array of resources as an object, by names that are made of their types and names.
  named(resources)::
    local inside = [resource.name for resource in resources if std.get(resource, 'resources', []) != []];
    local symbols = unlike([symbol(resource) for resource in resources]);
    if inside != [] then
      error "a module with a parameter that may be null is placed with symbolic names, and so the resources inside '"
            + inside[0] + "' have to be written beside it, with their full types and names"
    else { [symbols[i]]: resources[i] for i in std.range(0, std.length(resources) - 1) },
}
