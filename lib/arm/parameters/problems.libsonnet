// What is wrong with a value, as an array of problems { code, message, path, hint }: path is an array of names and
// indices that starts with 'parameters', hint is a text or null. The value of a secure parameter stands in none.
//
// armlib/compiler/parameters_check.py has the same rules, in the same order and words; a property test holds the two
// together.

local nearest = (import '../nearest.libsonnet').nearest;
local metadata = import 'metadata.libsonnet';
local typeNames = metadata.typeNames;
local typeOf = metadata.typeOf;
local allTypes = metadata.allTypes;
local resolve = metadata.resolve;
local isExpression = metadata.isExpression;
local holdsExpression = metadata.holdsExpression;
local isSecureAlone = metadata.isSecureAlone;
local stated = metadata.stated;
local isSecureType = metadata.isSecureType;

local articles = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  'null': 'null',
  resourceId: 'a resource id',
  any: 'anything',
};

local typesInMessages = [
  'any',
  'array',
  'bool',
  'boolean',
  'int',
  'integer',
  'null',
  'number',
  'object',
  'resourceId',
  'secureObject',
  'secureString',
  'string',
];

// Texts

local maximumShown = 80;

local cut(text) = if std.length(text) > maximumShown then text[:maximumShown - 1] + '…' else text;

local orList(texts) =
  local last = std.length(texts) - 1;
  if last < 1 then std.join('', texts) else std.join(', ', texts[:last]) + ' or ' + texts[last];

local counted(count, one, many) = '' + count + ' ' + (if count == 1 then one else many);

local scalar(value) = if std.type(value) == 'string' then std.escapeStringJson(value) else '' + value;

// A value as messages show it: never deep, since the rest of it may be secret, long, or fail when it is forced.
local shown(value, secret) =
  local kind = std.type(value);
  if secret then 'the value'
  else if kind == 'function' then 'a function'
  else if kind == 'array' then
    if std.length(value) == 0 then '[]' else 'an array of ' + counted(std.length(value), 'item', 'items')
  else if kind == 'object' then
    local names = std.objectFields(value);
    if std.length(names) == 0 then '{}'
    else 'an object with ' + cut(std.join(', ', names[:5]) + (if std.length(names) > 5 then ', …' else ''))
  else cut(scalar(value));

local plainCharacters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-';

local plainName(name) =
  std.length(name) > 0
  && !std.member('0123456789-', name[0])
  && std.length([1 for character in std.stringChars(name) if !std.member(plainCharacters, character)]) == 0;

local step(key) =
  if std.type(key) == 'number' then '[' + key + ']'
  else if plainName(key) then '.' + key
  else "['" + std.strReplace(key, "'", "\\'") + "']";

local spelled(path) =
  local text = std.join('', [step(key) for key in path[1:]]);
  if std.startsWith(text, '.') then text[1:] else text;

local problem(code, path, text, hint=null) = {
  code: code,
  message: "parameter '" + spelled(path) + "': " + text,
  path: path,
  hint: hint,
};

// The text of an error: to be read, and one line for armlib.
local report(problems) =
  local inLine(text) = std.strReplace(text, '\n', ' ');
  local hint(found) = if found.hint == null then '' else ' (' + inLine(found.hint) + ')';
  local line(found) = '  ' + inLine(found.message) + hint(found);
  local last = 'armlib-diagnostics: ' + std.manifestJsonMinified(problems);
  std.join('\n', ['wrong parameters'] + [line(found) for found in problems] + [last]);

local expected(types) = orList([articles[type] for type in types]);

local didYouMean(name, known) =
  local candidate = nearest(name, std.sort(known));
  if candidate == null then null else "did you mean '" + candidate + "'?";

// What a parameter takes, for whoever left it out.
local summary(meta) =
  local types = [typeOf(name) for name in typeNames(meta)];
  local about =
    if 'description' in meta then meta.description
    else if 'metadata' in meta && std.type(meta.metadata) == 'object' then std.get(meta.metadata, 'description');
  local ofTypes = if std.length(types) > 0 && !std.member(types, null) then [expected(types)] else [];
  local text = std.join(': ', ofTypes + (if std.type(about) == 'string' then [about] else []));
  if text == '' then null else text;

// Checks: each gives an array of problems

local any(flags) = std.member(flags, true);

local startsId(text) = std.length(text) > 0 && text[0] == '/';

local accepts(type, kind, value) =
  type == kind
  || type == 'any'
  || (type == 'integer' && kind == 'number' && std.floor(value) == value)
  || (type == 'resourceId'
      && (if kind == 'string' then startsId(value) else kind == 'object' && std.objectHasAll(value, 'id')));

local isId(id) = std.type(id) == 'string' && (startsId(id) || isExpression(id));

local idExpected = "a text that starts with '/', or an ARM expression";

local checkId(id, path, secret) =
  if isId(id) then []
  else [problem('wrong-type', path + ['id'], shown(id, secret) + ' is not ' + idExpected)];

local wrongType(types, value, path, secret) =
  if std.member(types, null) then
    local hint = 'the types are ' + std.join(', ', typesInMessages);
    problem('unknown-type', path, 'its metadata has a type that does not exist', hint)
  else
    local hint = 'a resource id is ' + idExpected + '; an object with such an id will do';
    local text = shown(value, secret) + ' is not ' + expected(types);
    problem('wrong-type', path, text, if std.member(types, 'resourceId') then hint);

local checkType(types, kind, value, path, secret, context) =
  if !any([accepts(type, kind, value) for type in types]) then [wrongType(types, value, path, secret)]
  else if context.checksIds && kind == 'object' && std.member(types, 'resourceId') && std.objectHasAll(value, 'id') then
    checkId(value.id, path, secret)
  else [];

local isAllowed(value, allowed) = any([std.type(one) == std.type(value) && one == value for one in allowed]);

// Whether what is unknown in *value* may make it one of *allowed*, if there is anything unknown.
local mayBeOneOf(value, allowed) =
  local kind = std.type(value);
  if kind == 'string' then isExpression(value)
  else any([std.type(one) == kind for one in allowed]) && holdsExpression(value);

local checkOneAllowed(value, allowed, path, secret) =
  if isAllowed(value, allowed) || mayBeOneOf(value, allowed) then []
  else
    local texts = [one for one in allowed if std.type(one) == 'string'];
    local text = shown(value, secret) + ' is not one of ' + cut(std.join(', ', [shown(one, false) for one in allowed]));
    [problem('not-allowed', path, text, if std.type(value) == 'string' && !secret then didYouMean(value, texts))];

// As in ARM, an array may also be a selection of the allowed values.
local checkAllowed(meta, value, kind, path, secret, context) =
  local allowed = meta.allowedValues;
  if kind == 'array' && !isAllowed(value, allowed) && std.member(allTypes(meta, context.definitions), 'array') then
    if mayBeOneOf(value, allowed) then []
    else [
      found
      for i in std.range(0, std.length(value) - 1)
      for found in checkOneAllowed(value[i], allowed, path + [i], secret)
    ]
  else checkOneAllowed(value, allowed, path, secret);

local checkLength(meta, value, one, many, path, secret) =
  local length = std.length(value);
  local outside(code, word, bound, how, verb) =
    local limit =
      if secret then how + ' ' + counted(bound, one, many)
      else counted(length, one, many) + ', ' + how + ' ' + scalar(bound);
    local be = if bound == 1 then ' is ' else ' are ';
    [problem(code, path, shown(value, secret) + ' is too ' + word + ': ' + limit + be + verb)];
  if 'minLength' in meta && length < meta.minLength then
    outside('too-short', 'short', meta.minLength, 'at least', 'needed')
  else if 'maxLength' in meta && length > meta.maxLength then
    outside('too-long', 'long', meta.maxLength, 'at most', 'allowed')
  else [];

local checkRange(meta, value, path, secret) =
  if 'minValue' in meta && value < meta.minValue then
    [problem('out-of-range', path, shown(value, secret) + ' is less than the minimum, ' + scalar(meta.minValue))]
  else if 'maxValue' in meta && value > meta.maxValue then
    [problem('out-of-range', path, shown(value, secret) + ' is more than the maximum, ' + scalar(meta.maxValue))]
  else [];

// What plain Jsonnet cannot check is asked of a native function, which takes one JSON text and gives one,
// { ok: value } or { error: text }; where there is none there is no check.
local ask(name, question) =
  local native = std.native('armlib.' + name);
  if native == null then true
  else
    local answer = std.parseJson(native(std.manifestJsonMinified(question)));
    if 'error' in answer then error 'armlib.' + name + ': ' + answer['error'] else answer.ok;

local checkPattern(meta, value, path, secret) =
  if ask('regexMatch', [meta.pattern, value]) then []
  else [problem('wrong-pattern', path, shown(value, secret) + ' does not match the pattern ' + meta.pattern)];

local checkFormat(meta, value, path, secret) =
  if ask('isFormat', [meta.format, value]) then []
  else [problem('wrong-format', path, shown(value, secret) + ' is not in the format ' + meta.format)];

local checkString(meta, value, path, secret) =
  checkLength(meta, value, 'character', 'characters', path, secret)
  + (if 'pattern' in meta then checkPattern(meta, value, path, secret) else [])
  + (if 'format' in meta then checkFormat(meta, value, path, secret) else []);

local checkArray(meta, value, path, secret, context, check) =
  checkLength(meta, value, 'item', 'items', path, secret)
  + (
    if 'items' in meta then [
      found
      for i in std.range(0, std.length(value) - 1)
      for found in check(meta.items, value[i], path + [i], secret, context)
    ] else []
  );

local missingProperty(name, meta, path) =
  problem('missing-property', path + [name], 'it is missing', if meta != null then summary(meta));

local unknownProperty(name, known, path) =
  problem('unknown-property', path + [name], 'there is no such property', didYouMean(name, known));

local checkObject(meta, value, path, secret, context, check) =
  local declared = if 'properties' in meta then meta.properties else {};
  local extra = if 'additionalProperties' in meta then meta.additionalProperties else true;
  (if 'required' in meta then [
     missingProperty(name, if name in declared then declared[name], path)
     for name in meta.required
     if !std.objectHasAll(value, name)
   ] else [])
  + [
    found
    for name in std.objectFields(declared)
    if std.objectHasAll(value, name)
    for found in check(declared[name], value[name], path + [name], secret, context)
  ]
  + (if extra == true then [] else [
       found
       for name in std.objectFields(value)
       if !(name in declared)
       for found in
         if extra == false then
           [unknownProperty(name, std.objectFields(declared), path)]
         else check(extra, value[name], path + [name], secret, context)
     ]);

local checkValue(meta, value, kind, path, secret, context, check) =
  (if 'allowedValues' in meta then checkAllowed(meta, value, kind, path, secret, context) else [])
  + (
    if kind == 'string' then checkString(meta, value, path, secret)
    else if kind == 'number' then checkRange(meta, value, path, secret)
    else if kind == 'array' then checkArray(meta, value, path, secret, context, check)
    else if kind == 'object' && ('properties' in meta || 'required' in meta || 'additionalProperties' in meta) then
      checkObject(meta, value, path, secret, context, check)
    else []
  );

local repeats(text, value) = std.length(std.findSubstr(std.asciiLower(value), std.asciiLower(text))) > 0;

// A validator is asked when all else is right and known. Its message is its author's, who may have quoted the value.
local checkValidator(meta, value, kind, path, secret) =
  local answer = meta.validate(value);
  if answer == true then []
  else
    local tellsSecret = secret && (kind != 'string' || value == '' || repeats(answer, value));
    local speaks = std.type(answer) == 'string' && !tellsSecret;
    local text = if speaks then answer else shown(value, secret) + ' is not valid';
    [problem('failed-validator', path, text)];

local checkReference(meta, value, path, secret, context, seen, check) =
  local reference = meta['$ref'];
  local target = resolve(reference, context.definitions);
  local fault(text) =
    local whole = 'its metadata refers to a definition that ' + text + ': ' + scalar(reference);
    [problem('unknown-definition', path, whole)];
  if target == null then fault('does not exist')
  else if std.type(reference) != 'string' then check(target, value, path, secret, context, seen)
  else if std.member(seen, reference) then fault('is only itself')
  else check(target, value, path, secret, context, seen + [reference]);

// A secret inside an object or array of the root module would end up in the template with the rest of it.
local checkPlacement(names, kind, value, path, context) =
  local open = [typeOf(name) for name in names if !isSecureType(name)];
  if context.root && std.length(path) > 2 && !any([accepts(type, kind, value) for type in open]) then
    local hint = 'declare it as a parameter of its own';
    [problem('nested-secret', path, 'a secret here would be written to the template', hint)]
  else [];

// The problems of *value*, by *metadata*. secret: whether the value is part of a secret. context: { root, checksIds,
// definitions }. seen: the references that led here without a step into the value.
local check(metadata, value, path, secret, context, seen=[]) =
  local kind = std.type(value);
  local meta = stated(metadata);
  if kind == 'string' && isExpression(value) then []
  else if kind == 'null' && std.get(meta, 'nullable', false) == true then []
  else
    local names = typeNames(meta);
    local secure = isSecureAlone(names);
    local here = secret || secure;
    local types = [typeOf(name) for name in names];
    local wrong = if std.length(types) == 0 then [] else checkType(types, kind, value, path, here, context);
    local found =
      (if '$ref' in meta then checkReference(meta, value, path, here, context, seen, check) else [])
      + (if std.length(wrong) > 0 then wrong else checkValue(meta, value, kind, path, here, context, check))
      + (if secure && !secret && std.length(wrong) == 0 then checkPlacement(names, kind, value, path, context) else []);
    if 'validate' in meta && kind != 'null' && std.length(found) == 0 && !holdsExpression(value) then
      checkValidator(meta, value, kind, path, here)
    else found;

local missingName(name, metadata) =
  problem('missing-parameter', ['parameters', name], 'it is missing', summary(metadata[name]));

local unknownName(name, metadata) = {
  local known = std.objectFieldsAll(metadata),
  local guess = didYouMean(name, known),
  code: 'unknown-parameter',
  message: "there is no parameter '" + name + "'",
  path: ['parameters', name],
  hint: if guess != null then guess
  else if std.length(known) == 0 then 'there are no parameters'
  else 'the parameters are ' + cut(std.join(', ', known)),
};

{
  check:: check,
  report:: report,
  missingName:: missingName,
  unknownName:: unknownName,
  checkId:: checkId,
}
