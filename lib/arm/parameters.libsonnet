// Parameters: checks the arguments of a module against its metadata, and fills in the defaults.
//
// armlib/compiler/bind.py holds the same rules for the arguments of a root module, and a property test holds the two
// together. Both make the same problems: codes, paths, messages and order.
//
// A problem is { code, message, path, hint }: path is an array of names and indices that starts with 'parameters', hint
// is a text or null. The value of a secure parameter stands in none of them.
//
// Every function here may be called with values that are expensive, or that lead back to the module that is being checked
// (two modules may take each other's ids). So a value is forced as little as its metadata asks for.

local nearest = (import 'nearest.libsonnet').nearest;

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

local typeNames(meta) =
  if !('type' in meta) then [] else if std.type(meta.type) == 'array' then meta.type else [meta.type];

local typeOf(name) =
  if std.type(name) != 'string' then null
  else if name in canonical then canonical[name]
  else local lower = std.asciiLower(name); if lower in canonical then canonical[lower];

local isSecureType(name) =
  std.type(name) == 'string' && std.length(name) > 6
  && (name == 'secureString' || name == 'secureObject' || std.startsWith(std.asciiLower(name), 'secure'));

local isExpression(value) =
  local length = std.length(value);
  length > 1 && value[0] == '[' && value[length - 1] == ']' && value[1] != '[';

local holdsExpression(value) =
  local kind = std.type(value);
  if kind == 'string' then isExpression(value)
  else if kind == 'array' then std.length([1 for item in value if holdsExpression(item)]) > 0
  else kind == 'object' && std.length([1 for name in std.objectFields(value) if holdsExpression(value[name])]) > 0;

// Definitions ----------------------------------------------------------------------------------------------------------

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
    if target == null || (std.type(reference) == 'string' && std.member(seen, reference)) then [meta]
    else [meta] + chain(target, definitions, if std.type(reference) == 'string' then seen + [reference] else seen);

local isSecureAlone(names) = if std.length(names) == 1 then isSecureType(names[0]) else std.length([1 for name in names if isSecureType(name)]) > 0;

local allTypes(meta, definitions) = [typeOf(name) for link in chain(meta, definitions) for name in typeNames(link)];

local isSecure(meta, definitions) =
  if '$ref' in meta then std.length([1 for link in chain(meta, definitions) if isSecureAlone(typeNames(link))]) > 0
  else isSecureAlone(typeNames(meta));

local isDeployTime(meta, definitions) = ('deployTime' in meta && meta.deployTime == true) || isSecure(meta, definitions);

local isNullable(meta) = 'nullable' in meta && meta.nullable == true;

// A module that takes null for "not given" passes it on to its children as it is.
local isNullDefault(meta, value) = std.type(value) == 'null' && 'defaultValue' in meta && meta.defaultValue == null;

// Texts ----------------------------------------------------------------------------------------------------------------

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
  else if kind == 'array' then (if std.length(value) == 0 then '[]' else 'an array of ' + counted(std.length(value), 'item', 'items'))
  else if kind == 'object' then
    local names = std.objectFields(value);
    if std.length(names) == 0 then '{}'
    else 'an object with ' + cut(std.join(', ', names[:5]) + (if std.length(names) > 5 then ', …' else ''))
  else cut(scalar(value));

local plainName(name) =
  std.length(name) > 0
  && !std.member('0123456789-', name[0])
  && std.length([1 for character in std.stringChars(name) if !std.member('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-', character)]) == 0;

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
  local line(found) = '  ' + std.strReplace(found.message, '\n', ' ') + (if found.hint == null then '' else ' (' + std.strReplace(found.hint, '\n', ' ') + ')');
  std.join('\n', ['wrong parameters'] + [line(found) for found in problems] + ['armlib-diagnostics: ' + std.manifestJsonMinified(problems)]);

local expected(types) = orList([articles[type] for type in types]);

local didYouMean(name, known) =
  local candidate = nearest(name, known);
  if candidate == null then null else "did you mean '" + candidate + "'?";

// What a parameter takes, for whoever left it out.
local summary(meta) =
  local types = [typeOf(name) for name in typeNames(meta)];
  local about =
    if 'description' in meta then meta.description
    else if 'metadata' in meta && std.type(meta.metadata) == 'object' && 'description' in meta.metadata then meta.metadata.description;
  local text = std.join(': ', (if std.length(types) > 0 && !std.member(types, null) then [expected(types)] else []) + (if std.type(about) == 'string' then [about] else []));
  if text == '' then null else text;

// Checks: each gives an array of problems -----------------------------------------------------------------------------

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

local checkType(types, kind, value, path, secret, context) =
  if !(if std.length(types) == 1 then accepts(types[0], kind, value) else any([accepts(type, kind, value) for type in types])) then
    if std.member(types, null) then
      [problem('unknown-type', path, 'its metadata has a type that does not exist', 'the types are ' + std.join(', ', typesInMessages))]
    else
      [problem(
        'wrong-type',
        path,
        shown(value, secret) + ' is not ' + expected(types),
        if std.member(types, 'resourceId') then 'a resource id is ' + idExpected + '; an object with such an id will do'
      )]
  else if context.checksIds && kind == 'object' && std.member(types, 'resourceId') && std.objectHasAll(value, 'id') then
    checkId(value.id, path, secret)
  else [];

local isAllowed(value, allowed) = any([std.type(one) == std.type(value) && one == value for one in allowed]);

local checkOneAllowed(value, allowed, path, secret) =
  if isAllowed(value, allowed) || holdsExpression(value) then []
  else [problem(
    'not-allowed',
    path,
    shown(value, secret) + ' is not one of ' + cut(std.join(', ', [shown(one, false) for one in allowed])),
    if std.type(value) == 'string' && !secret then didYouMean(value, [one for one in allowed if std.type(one) == 'string'])
  )];

// As in ARM, an array may also be a selection of the allowed values.
local checkAllowed(meta, value, kind, path, secret, context) =
  local allowed = meta.allowedValues;
  if kind == 'array' && !isAllowed(value, allowed) && std.member(allTypes(meta, context.definitions), 'array') then
    [found for i in std.range(0, std.length(value) - 1) for found in checkOneAllowed(value[i], allowed, path + [i], secret)]
  else checkOneAllowed(value, allowed, path, secret);

local checkLength(meta, value, one, many, path, secret) =
  local length = std.length(value);
  local bounded(code, word, bound, how, verb) = [problem(
    code,
    path,
    shown(value, secret) + ' is too ' + word + ': '
    + (if secret then how + ' ' + counted(bound, one, many) else counted(length, one, many) + ', ' + how + ' ' + scalar(bound))
    + (if bound == 1 then ' is ' else ' are ') + verb
  )];
  if 'minLength' in meta && length < meta.minLength then bounded('too-short', 'short', meta.minLength, 'at least', 'needed')
  else if 'maxLength' in meta && length > meta.maxLength then bounded('too-long', 'long', meta.maxLength, 'at most', 'allowed')
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
  if ask('regexMatch', { pattern: meta.pattern, text: value }) then []
  else [problem('wrong-pattern', path, shown(value, secret) + ' does not match the pattern ' + meta.pattern)];

local checkFormat(meta, value, path, secret) =
  if ask('isFormat', { format: meta.format, text: value }) then []
  else [problem('wrong-format', path, shown(value, secret) + ' is not in the format ' + meta.format)];

local checkString(meta, value, path, secret) =
  (if 'minLength' in meta || 'maxLength' in meta then checkLength(meta, value, 'character', 'characters', path, secret) else [])
  + (if 'pattern' in meta then checkPattern(meta, value, path, secret) else [])
  + (if 'format' in meta then checkFormat(meta, value, path, secret) else []);

local checkArray(meta, value, path, secret, context, check) =
  (if 'minLength' in meta || 'maxLength' in meta then checkLength(meta, value, 'item', 'items', path, secret) else [])
  + (
    if 'items' in meta then
      [found for i in std.range(0, std.length(value) - 1) for found in check(meta.items, value[i], path + [i], secret, context)]
    else []
  );

local checkObject(meta, value, path, secret, context, check) =
  local declared = if 'properties' in meta then meta.properties else {};
  local extra = if 'additionalProperties' in meta then meta.additionalProperties else true;
  (if 'required' in meta then [
     problem('missing-property', path + [name], 'it is missing', summary(if name in declared then declared[name] else {}))
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
           [problem('unknown-property', path + [name], 'there is no such property', didYouMean(name, std.objectFields(declared)))]
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
    local speaks = std.type(answer) == 'string' && !(secret && (kind != 'string' || value == '' || repeats(answer, value)));
    [problem('failed-validator', path, if speaks then answer else shown(value, secret) + ' is not valid')];

local checkReference(meta, value, path, secret, context, seen, check) =
  local reference = meta['$ref'];
  local target = resolve(reference, context.definitions);
  if target == null then
    [problem('unknown-definition', path, 'its metadata refers to a definition that does not exist: ' + scalar(reference))]
  else if std.type(reference) != 'string' then check(target, value, path, secret, context, seen)
  else if std.member(seen, reference) then
    [problem('unknown-definition', path, 'its metadata refers to a definition that is only itself: ' + scalar(reference))]
  else check(target, value, path, secret, context, seen + [reference]);

// A secret inside an object or array of the root module would end up in the template with the rest of it.
local checkPlacement(path, context) =
  if context.root && std.length(path) > 2 then
    [problem('nested-secret', path, 'a secret here would be written to the template', 'declare it as a parameter of its own')]
  else [];

// The problems of *value*, by *meta*. secret: whether the value is part of a secret. context: { root, checksIds,
// definitions }. seen: the references that led here without a step into the value.
local check(meta, value, path, secret, context, seen=[]) =
  local kind = std.type(value);
  if (kind == 'string' && isExpression(value)) || (kind == 'null' && isNullable(meta)) then []
  else
    local names = typeNames(meta);
    local secure = isSecureAlone(names);
    local here = secret || secure;
    local types = [typeOf(name) for name in names];
    local wrong = if std.length(types) == 0 then [] else checkType(types, kind, value, path, here, context);
    local found =
      (if '$ref' in meta then checkReference(meta, value, path, here, context, seen, check) else [])
      + (if std.length(wrong) > 0 then wrong else checkValue(meta, value, kind, path, here, context, check))
      + (if secure && !secret && kind != 'null' then checkPlacement(path, context) else []);
    if 'validate' in meta && kind != 'null' && std.length(found) == 0 && !holdsExpression(value) then
      checkValidator(meta, value, kind, path, here)
    else found;

// Arguments -------------------------------------------------------------------------------------------------------------

// Whether a value that *meta* describes may hold the id of a resource where one was given as an object.
local mayHoldId(meta, definitions, seen=[]) =
  local reference = if '$ref' in meta then meta['$ref'];
  local target = if reference == null || std.member(seen, reference) then null else resolve(reference, definitions);
  local next = if std.type(reference) == 'string' then seen + [reference] else seen;
  any([typeOf(name) == 'resourceId' for name in typeNames(meta)])
  || (target != null && mayHoldId(target, definitions, next))
  || ('items' in meta && mayHoldId(meta.items, definitions, seen))
  || ('properties' in meta && any([mayHoldId(meta.properties[name], definitions, seen) for name in std.objectFields(meta.properties)]))
  || ('additionalProperties' in meta && std.type(meta.additionalProperties) == 'object' && mayHoldId(meta.additionalProperties, definitions, seen));

// *value* with the ids of resources in place of them. An object is extended and not rebuilt, so that what is hidden in it
// and what depends on it stay.
local withIds(meta, value, path, secret, definitions, seen=[]) =
  local kind = std.type(value);
  local inside(meta, value, key) =
    if mayHoldId(meta, definitions) then withIds(meta, value, path + [key], secret || isSecureAlone(typeNames(meta)), definitions) else value;
  if kind == 'object' && std.objectHasAll(value, 'id') && std.member([typeOf(name) for name in typeNames(meta)], 'resourceId') then
    local wrong = checkId(value.id, path, secret);
    if std.length(wrong) > 0 then error report(wrong) else value.id
  else if '$ref' in meta && !std.member(seen, meta['$ref']) && resolve(meta['$ref'], definitions) != null then
    local reference = meta['$ref'];
    withIds(
      resolve(reference, definitions),
      withIds({ [name]: meta[name] for name in std.objectFields(meta) if name != '$ref' }, value, path, secret, definitions),
      path,
      secret,
      definitions,
      if std.type(reference) == 'string' then seen + [reference] else seen
    )
  else if kind == 'array' && 'items' in meta then
    std.makeArray(std.length(value), function(i) inside(meta.items, value[i], i))
  else if kind == 'object' && ('properties' in meta || 'additionalProperties' in meta) then
    local declared = if 'properties' in meta then meta.properties else {};
    local extra = if 'additionalProperties' in meta then meta.additionalProperties;
    local extended = value {
      [name]: inside(declared[name], value[name], name)
      for name in std.objectFields(declared)
      if std.objectHasAll(value, name) && mayHoldId(declared[name], definitions)
    };
    if std.type(extra) != 'object' || !mayHoldId(extra, definitions) then extended
    else extended { [name]: inside(extra, value[name], name) for name in std.objectFields(value) if !(name in declared) }
  else value;

local read(parameters) = if std.type(parameters) == 'string' then std.parseJson(parameters) else parameters;

local reference(name) = "[parameters('" + std.strReplace(name, "'", "''") + "')]";

local checkName(name, metadata, given, context) =
  local meta = metadata[name];
  local optional = 'defaultValue' in meta || isNullable(meta) || (context.root && isDeployTime(meta, context.definitions));
  if std.objectHasAll(given, name) || optional then []
  else [problem('missing-parameter', ['parameters', name], 'it is missing', summary(meta))];

local unknownName(name, metadata) = {
  local known = std.objectFields(metadata),
  local guess = didYouMean(name, known),
  code: 'unknown-parameter',
  message: "there is no parameter '" + name + "'",
  path: ['parameters', name],
  hint: if guess != null then guess
  else if std.length(known) == 0 then 'there are no parameters'
  else 'the parameters are ' + cut(std.join(', ', known)),
};

local bound(metadata, parameters, root, definitions, checksIds) =
  local given = read(parameters);
  local context = { root: root, checksIds: checksIds, definitions: definitions };
  local names = std.objectFields(metadata);
  local count = std.length(names);
  local unknown = [unknownName(name, metadata) for name in std.objectFields(given) if !(name in metadata)];
  // An array keeps what was worked out; the fields of an object are worked out again at each use by some engines.
  local missing = [checkName(name, metadata, given, context) for name in names];
  local wrong = [
    if !std.objectHasAll(given, name) then []
    else if isNullDefault(metadata[name], given[name]) then []
    else check(metadata[name], given[name], ['parameters', name], isSecure(metadata[name], definitions), context)
    for name in names
  ];
  local namesAreRight = std.length(unknown) == 0 && std.length([1 for found in missing if std.length(found) > 0]) == 0;
  local problems = unknown + [found for i in std.range(0, count - 1) for found in missing[i] + wrong[i]];
  local value(i) =
    local name = names[i], meta = metadata[name];
    if root && isDeployTime(meta, definitions) then reference(name)
    else if !std.objectHasAll(given, name) then (if 'defaultValue' in meta then meta.defaultValue)
    else if mayHoldId(meta, definitions) then withIds(meta, given[name], ['parameters', name], isSecure(meta, definitions), definitions)
    else given[name];
  local values = [if std.length(wrong[i]) == 0 then value(i) else error report(problems) for i in std.range(0, count - 1)];
  if std.type(given) != 'object' then error 'the parameters must be an object, not ' + shown(given, true)
  else {
    problems: problems,
    checked: if std.length(problems) == 0 then true else error report(problems),
    arguments: if namesAreRight then { [names[i]]: values[i] for i in std.range(0, count - 1) } else error report(problems),
  };

{
  // Checks and binds the arguments of a module.
  //
  // metadata: its parameterMetadata. parameters: what it was given, an object or the JSON text of one. root: whether the
  // module is the one that is compiled, whose secure and deploy-time parameters become parameters of the template.
  // definitions: the shared types that a $ref '#/definitions/NAME' leads to.
  //
  // arguments: { NAME: value }, where the value is the one given, with the ids of resources in place of resources, or
  // the default, or null. A value is checked when it is used; unknown and missing names are found at once. When anything
  // is wrong, all that is wrong is the error.
  // checked: true, or the error when any of the arguments is wrong, used or not.
  // problems: the array that the error is made of.
  binding(metadata, parameters, root=false, definitions={}):: bound(metadata, parameters, root, definitions, root),

  // The arguments object of binding.
  bind(metadata, parameters, root=false, definitions={}):: self.binding(metadata, parameters, root, definitions).arguments,

  // What is wrong with the arguments, as an array of { code, message, path, hint }, sorted by parameter; [] when all is
  // right.
  problems(metadata, parameters, root=false, definitions={}):: bound(metadata, parameters, root, definitions, true).problems,
}
