// Parameters: checks the arguments of a module against its metadata, and fills in the defaults.
//
// This file says quickly that a value is right, which most are; the imported ones say what is wrong, and are not even
// parsed before something may be. Values may be expensive or lead back to the module that is being checked (two
// modules may take each other's ids), so a value is forced as little as its metadata asks for.

local read(parameters) = if std.type(parameters) == 'string' then std.parseJson(parameters) else parameters;

local reference(name) = "[parameters('" + std.strReplace(name, "'", "''") + "')]";

// By the type of a value, the spellings of the types that it has for sure; a text or an integer may have further ones.
local plainTypes = {
  string: { string: 1, any: 1 },
  number: { number: 1, any: 1 },
  boolean: { bool: 1, boolean: 1, any: 1 },
  array: { array: 1, any: 1 },
  object: { object: 1, any: 1 },
  'null': { 'null': 1, any: 1 },
  'function': { any: 1 },
};

// The spellings of types that are not secure; there may be further ones.
local openTypes = { string: 1, int: 1, integer: 1, number: 1, bool: 1, boolean: 1, array: 1, object: 1 };

local isOfType(type, kind, value) =
  if std.type(type) == 'array' then
    std.member(type, kind) || std.length([1 for one in type if isOfType(one, kind, value)]) > 0
  else
    std.type(type) == 'string'
    && (type in plainTypes[kind]
        || (kind == 'number' && (type == 'int' || type == 'integer') && std.floor(value) == value)
        || (kind == 'string' && type == 'resourceId' && std.length(value) > 0 && value[0] == '/'));

local isAllowed(value, kind, allowed) = std.length([1 for one in allowed if std.type(one) == kind && one == value]) > 0;

// Under metadata, so that a keyword can be asked for without asking first whether it is there.
local absent = {
  type: null,
  allowedValues: null,
  minLength: null,
  maxLength: null,
  minValue: null,
  maxValue: null,
  pattern: null,
  format: null,
  items: null,
  properties: null,
  required: null,
  additionalProperties: null,
  nullable: null,
  validate: null,
  '$ref': null,
};

local isInside(size, low, high) = (low == null || size >= low) && (high == null || size <= high);

local hasRightProperties(meta, value, isPlainlyRight) =
  local declared = if meta.properties == null then {} else meta.properties;
  local extra = if meta.additionalProperties == null then true else meta.additionalProperties;
  (meta.required == null || std.length([1 for name in meta.required if !std.objectHasAll(value, name)]) == 0)
  && (meta.properties == null || std.length([
        1
        for name in std.objectFields(declared)
        if std.objectHasAll(value, name) && !isPlainlyRight(declared[name], value[name])
      ]) == 0)
  && (extra == true || std.length([
        1
        for name in std.objectFields(value)
        if !(name in declared) && (extra == false || !isPlainlyRight(extra, value[name]))
      ]) == 0);

// What plain Jsonnet cannot check is asked of a native function; where there is none there is no check.
local isSo(name, question) =
  local native = std.native('armlib.' + name);
  native == null || std.get(std.parseJson(native(std.manifestJsonMinified(question))), 'ok', false);

local isRightText(meta, value) =
  isInside(std.length(value), meta.minLength, meta.maxLength)
  && (meta.pattern == null || isSo('regexMatch', [meta.pattern, value]))
  && (meta.format == null || isSo('isFormat', [meta.format, value]));

local isExpression(text) =
  local length = std.length(text);
  length > 1 && text[0] == '[' && text[1] != '[' && text[length - 1] == ']';

// Whether *value* is right by *metadata* for sure. False leaves the answer to problems.libsonnet: what is wrong, and
// what only that file can tell.
local isPlainlyRight(metadata, value) =
  local kind = std.type(value);
  local meta = absent + metadata;
  (kind == 'string' && isExpression(value))
  || (
    (meta.type == kind || isOfType(meta.type, kind, value))
    && meta['$ref'] == null
    && meta.validate == null
    && (meta.allowedValues == null || isAllowed(value, kind, meta.allowedValues))
    && (
      if kind == 'string' then isRightText(meta, value)
      else if kind == 'number' then isInside(value, meta.minValue, meta.maxValue)
      else if kind == 'array' then
        isInside(std.length(value), meta.minLength, meta.maxLength)
        && (meta.items == null || std.length([1 for item in value if !isPlainlyRight(meta.items, item)]) == 0)
      else kind != 'object' || hasRightProperties(meta, value, isPlainlyRight)
    )
  );

// Whether there may be an id to take out of an object in a value. False is for sure.
local mayHoldId(metadata) =
  local meta = absent + metadata;
  local inner = if meta.properties == null then [] else std.objectValues(meta.properties);
  meta['$ref'] != null
  || !(std.type(meta.type) == 'string' && meta.type in openTypes)
  || (meta.items != null && mayHoldId(meta.items))
  || (std.type(meta.additionalProperties) == 'object' && mayHoldId(meta.additionalProperties))
  || std.length([1 for property in inner if mayHoldId(property)]) > 0;

local isSecureOrDeployTime(metadata, definitions) =
  local meta = absent + metadata;
  !(std.type(meta.type) == 'string' && meta.type in openTypes && meta['$ref'] == null && !('deployTime' in metadata))
  && (import 'parameters/metadata.libsonnet').isDeployTime(metadata, definitions);

local bound(metadata, parameters, root, definitions, checksIds) =
  local given =
    local object = read(parameters);
    if std.type(object) == 'object' then object else error 'the parameters must be an object, not ' + std.type(object);
  local names =
    if std.type(metadata) == 'object' then std.objectFieldsAll(metadata)
    else error 'parameterMetadata must be an object, { NAME: { type: … } } or {}, not ' + std.type(metadata);
  local isDeployTime(meta) = root && isSecureOrDeployTime(meta, definitions);
  local isSecret(meta) = (import 'parameters/metadata.libsonnet').isSecure(meta, definitions);
  local isOptional(meta) = 'defaultValue' in meta || (absent + meta).nullable == true || isDeployTime(meta);
  // A module that takes null for "not given" passes it on to its children as it is.
  local isNullDefault(meta, value) = std.type(value) == 'null' && 'defaultValue' in meta && meta.defaultValue == null;
  local mayTakeId(meta, value) =
    local kind = std.type(value);
    (kind == 'object' || kind == 'array') && mayHoldId(meta);
  local isRight(meta, value) =
    (isPlainlyRight(meta, value) && !(checksIds && mayTakeId(meta, value))) || isNullDefault(meta, value);
  local check(name, meta, value) =
    local context = { root: root && !isDeployTime(meta), checksIds: checksIds, definitions: definitions };
    (import 'parameters/problems.libsonnet').check(meta, value, ['parameters', name], isSecret(meta), context);
  local told() = import 'parameters/problems.libsonnet';
  local unknown = [name for name in std.objectFields(given) if !(name in metadata)];
  local missing = [name for name in names if !std.objectHasAll(given, name) && !isOptional(metadata[name])];
  // An array keeps what was worked out; the fields of an object are worked out again at each use by some engines.
  local wrong = [
    if !std.objectHasAll(given, name) || isRight(metadata[name], given[name]) then []
    else check(name, metadata[name], given[name])
    for name in names
  ];
  local namesAreRight = std.length(unknown) + std.length(missing) == 0;
  local problems =
    if namesAreRight && std.length([1 for found in wrong if std.length(found) > 0]) == 0 then []
    else
      [told().unknownName(name, metadata) for name in unknown]
      + [
        found
        for i in std.range(0, std.length(names) - 1)
        for found in
          if std.member(missing, names[i]) then [told().missingName(names[i], metadata)]
          else wrong[i]
      ];
  local fail() = error told().report(problems);
  local value(name, i) =
    local meta = metadata[name];
    if std.length(wrong[i]) > 0 then fail()
    else if isDeployTime(meta) then reference(name)
    else if !std.objectHasAll(given, name) then (if 'defaultValue' in meta then meta.defaultValue)
    else if mayTakeId(meta, given[name]) then
      (import 'parameters/ids.libsonnet').withIds(meta, given[name], ['parameters', name], isSecret(meta), definitions)
    else given[name];
  local values = std.makeArray(std.length(names), function(i) value(names[i], i));
  {
    problems: problems,
    checked: if std.length(problems) == 0 then true else fail(),
    arguments:
      if namesAreRight then { [names[i]]: values[i] for i in std.range(0, std.length(names) - 1) } else fail(),
  };

{
  // Checks and binds the arguments of a module.
  //
  // metadata: its parameterMetadata. parameters: what it was given, an object or the JSON text of one. root: whether
  // the module is the one that is compiled, whose secure and deploy-time parameters become parameters of the template.
  // definitions: the shared types that a $ref '#/definitions/NAME' leads to.
  //
  // arguments: { NAME: value }, where the value is the one given, with the ids of resources in place of resources, or
  // the default, or null. A value is checked when it is used; unknown and missing names are found at once. When
  // anything is wrong, all that is wrong is the error.
  // checked: true, or the error when any of the arguments is wrong, used or not.
  // problems: the array that the error is made of.
  binding(metadata, parameters, root=false, definitions={}):: bound(metadata, parameters, root, definitions, root),

  // The arguments object of binding.
  bind(metadata, parameters, root=false, definitions={})::
    bound(metadata, parameters, root, definitions, root).arguments,

  // What is wrong with the arguments, as an array of { code, message, path, hint }, sorted by parameter; [] when all
  // is right.
  problems(metadata, parameters, root=false, definitions={})::
    bound(metadata, parameters, root, definitions, true).problems,
}
