"""The JSON Schema (draft 2020-12) of a module's arguments, derived from its parameter metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from armlib.compiler.parameters_check import all_types, canonical_type, description, type_names
from armlib.compiler.parameters_metadata import ParameterMetadata
from armlib.jsontypes import Json, JsonObject
from armlib.template.types import is_secure_type

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COPIED = ("description", "examples", "format", "pattern")
_RENAMED = {"minValue": "minimum", "maxValue": "maximum"}


def to_json_schema(
    parameters: Mapping[str, ParameterMetadata],
    definitions: Mapping[str, Json] | None = None,
    own: Collection[str] = (),
) -> JsonObject:
    """Return the JSON Schema of a module's arguments as one object, draft 2020-12.

    It describes the values that are known when compiling. An ARM expression, ``"[…]"``, may stand in place of any
    value and is not described: every keyword would be one of two alternatives, and no editor could help with that.
    What JSON Schema has no word for is marked: ``x-armlib-secret``, ``x-armlib-deploy-time``,
    ``x-armlib-computed-default``, ``x-armlib-validated`` (a function of the module checks the value),
    ``x-armlib-resource-id``. Formats are annotations in JSON Schema; armlib checks them. The module's *own*, which it
    gives itself, are ``readOnly``.
    """
    shared: Mapping[str, Json] = definitions if definitions is not None else _shared(parameters)
    required: list[Json] = [name for name, each in parameters.items() if each.is_required and name not in own]
    schema: JsonObject = {
        "$schema": DIALECT,
        "type": "object",
        "properties": {
            name: _parameter_schema(parameter) | ({"readOnly": True} if name in own else {})
            for name, parameter in parameters.items()
        },
        "required": required,
        "additionalProperties": False,
    }
    if not required:
        del schema["required"]
    used = _used_definitions(schema, shared)
    if used:
        schema["$defs"] = used
    return schema


def _shared(parameters: Mapping[str, ParameterMetadata]) -> Mapping[str, Json]:
    return next((parameter.definitions for parameter in parameters.values()), {})


def _parameter_schema(parameter: ParameterMetadata) -> JsonObject:
    spec = parameter.specification
    nullable = spec.get("defaultValue", ...) is None
    schema = _schema({**spec, "nullable": True} if nullable else spec, parameter.definitions)
    if parameter.is_secret:
        schema |= {"writeOnly": True, "x-armlib-secret": True}
        schema.pop("default", None)
        schema.pop("examples", None)
    if parameter.is_deploy_time:
        schema["x-armlib-deploy-time"] = True
    if parameter.is_computed:
        schema["x-armlib-computed-default"] = True
    return schema


def _used_definitions(schema: JsonObject, shared: Mapping[str, Json]) -> JsonObject:
    used: JsonObject = {}
    waiting = list(_references(schema))
    while waiting:
        name = waiting.pop()
        target = shared.get(name)
        if name not in used and isinstance(target, dict):
            used[name] = _schema(target, shared)
            waiting += _references(used[name])
    return dict(sorted(used.items()))


def _references(schema: Json) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)


def _schema(spec: JsonObject, definitions: Mapping[str, Json]) -> JsonObject:
    """Return the schema of a value by *spec*; ``$ref`` and the rest of *spec* both hold, as in draft 2020-12."""
    types = [canonical_type(name) for name in type_names(spec)]
    nullable = spec.get("nullable") is True
    schema: JsonObject = {}
    reference = spec.get("$ref")
    if isinstance(reference, str):
        schema["$ref"] = "#/$defs/" + reference.removeprefix("#/definitions/").replace("~", "~0").replace("/", "~1")
    elif isinstance(reference, dict):
        schema["allOf"] = [_schema(reference, definitions)]
    schema |= _type_schema(types, nullable)
    about = description(spec)
    if about is not None:
        schema["description"] = about
    if "defaultValue" in spec:
        schema["default"] = spec["defaultValue"]
    for keyword in _COPIED:
        if spec.get(keyword) is not None:
            schema.setdefault(keyword, spec[keyword])
    for keyword, name in _RENAMED.items():
        if spec.get(keyword) is not None:
            schema[name] = spec[keyword]
    if spec.get("deprecated") not in (None, False):
        schema["deprecated"] = True
    if spec.get("validate") is not None:
        schema["x-armlib-validated"] = True
    if any(map(is_secure_type, type_names(spec))):
        schema |= {"writeOnly": True, "x-armlib-secret": True}
    _add_lengths(schema, spec, types)
    _add_contents(schema, spec, definitions)
    allowed = spec.get("allowedValues")
    if isinstance(allowed, list):
        _add_allowed(schema, allowed, nullable, all_types(spec, definitions))
    if nullable and reference is not None:
        return _or_null(schema)
    return schema


def _type_schema(types: list[str | None], nullable: bool) -> JsonObject:
    if not types or None in types:
        return {}
    names = dict.fromkeys(name for name in types if name is not None and name not in ("any", "resourceId"))
    schema: JsonObject = {}
    if "resourceId" in types:
        schema = {"x-armlib-resource-id": True, "allOf": [_resource_id_rule(types)]}
        names |= {"string": None, "object": None}
    if "any" in types:
        return schema
    if nullable:
        names["null"] = None
    if "number" in names:
        names.pop("integer", None)
    listed: list[Json] = list(names)
    return {"type": listed[0] if len(listed) == 1 else listed, **schema}


def _resource_id_rule(types: list[str | None]) -> JsonObject:
    """Return what makes a text or an object a resource id, where *types* do not take it for another reason."""
    rule: JsonObject = {"properties": {"id": {"type": "string", "pattern": "^/"}}}
    if "string" not in types and "any" not in types:
        rule["pattern"] = "^/"
    if "object" not in types and "any" not in types:
        rule["required"] = ["id"]
    return rule


def _add_lengths(schema: JsonObject, spec: JsonObject, types: list[str | None]) -> None:
    may_be_any = not types or "any" in types
    for keyword, for_text, for_array in (
        ("minLength", "minLength", "minItems"),
        ("maxLength", "maxLength", "maxItems"),
    ):
        bound = spec.get(keyword)
        if bound is None:
            continue
        if may_be_any or "string" in types or "resourceId" in types:
            schema[for_text] = bound
        if may_be_any or "array" in types:
            schema[for_array] = bound


def _add_contents(schema: JsonObject, spec: JsonObject, definitions: Mapping[str, Json]) -> None:
    items, properties, extra = spec.get("items"), spec.get("properties"), spec.get("additionalProperties")
    if isinstance(items, dict):
        schema["items"] = _schema(items, definitions)
    if isinstance(properties, dict):
        schema["properties"] = {
            name: _schema(inner, definitions) for name, inner in properties.items() if isinstance(inner, dict)
        }
    required = spec.get("required")
    if isinstance(required, list) and required:
        schema["required"] = list(dict.fromkeys(map(str, required)))
    if isinstance(extra, bool):
        schema["additionalProperties"] = extra
    elif isinstance(extra, dict):
        schema["additionalProperties"] = _schema(extra, definitions)


def _add_allowed(schema: JsonObject, allowed: list[Json], nullable: bool, types: list[str | None]) -> None:
    """Add the allowed values to *schema*; an array may also be a selection of them."""
    whole = [*allowed, None] if nullable and None not in allowed else allowed
    if "array" in types:
        schema["anyOf"] = [{"enum": whole}, {"type": "array", "items": {"enum": allowed}}]
    else:
        schema["enum"] = whole


def _or_null(schema: JsonObject) -> JsonObject:
    kept: tuple[str, ...] = ("description", "default", "deprecated", "examples", "writeOnly")
    outer = {name: schema.pop(name) for name in list(schema) if name in kept or name.startswith("x-armlib-")}
    return {"anyOf": [{"type": "null"}, schema], **outer}
