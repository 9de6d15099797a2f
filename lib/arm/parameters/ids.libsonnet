// Resources given where an id is expected: their ids take their place.

local metadata = import 'metadata.libsonnet';
local problems = import 'problems.libsonnet';
local stated = metadata.stated;
local typeNames = metadata.typeNames;
local typeOf = metadata.typeOf;
local resolve = metadata.resolve;
local isSecureAlone = metadata.isSecureAlone;

local any(flags) = std.member(flags, true);

local takesId(meta) = any([typeOf(name) == 'resourceId' for name in typeNames(meta)]);

// Whether a value with the metadata *described* may hold the id of a resource where one was given as an object.
local mayHoldId(described, definitions, seen=[]) =
  local meta = stated(described);
  local reference = if '$ref' in meta then meta['$ref'];
  local target = if reference == null || std.member(seen, reference) then null else resolve(reference, definitions);
  local next = if std.type(reference) == 'string' then seen + [reference] else seen;
  local properties = if 'properties' in meta then std.objectValues(meta.properties) else [];
  local extra = if 'additionalProperties' in meta then meta.additionalProperties;
  takesId(meta)
  || (target != null && mayHoldId(target, definitions, next))
  || ('items' in meta && mayHoldId(meta.items, definitions, seen))
  || any([mayHoldId(property, definitions, seen) for property in properties])
  || (std.type(extra) == 'object' && mayHoldId(extra, definitions, seen));

// *value* with the ids of resources in place of them. An object is extended and not rebuilt, so that what is hidden in
// it and what depends on it stay.
local withIds(described, value, path, secret, definitions, seen=[]) =
  local meta = stated(described);
  local kind = std.type(value);
  local inside(meta, value, key) =
    if !mayHoldId(meta, definitions) then value
    else withIds(meta, value, path + [key], secret || isSecureAlone(typeNames(meta)), definitions);
  if kind == 'object' && std.objectHasAll(value, 'id') && takesId(meta) then
    local wrong = problems.checkId(value.id, path, secret);
    if std.length(wrong) > 0 then error problems.report(wrong) else value.id
  else if '$ref' in meta && !std.member(seen, meta['$ref']) && resolve(meta['$ref'], definitions) != null then
    local reference = meta['$ref'];
    local others = { [name]: meta[name] for name in std.objectFields(meta) if name != '$ref' };
    withIds(
      resolve(reference, definitions),
      withIds(others, value, path, secret, definitions),
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
    else extended {
      [name]: inside(extra, value[name], name)
      for name in std.objectFields(value)
      if !(name in declared)
    }
  else value;

{
  mayHoldId:: mayHoldId,
  withIds:: withIds,
}
