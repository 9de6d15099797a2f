"""The rules of parameter metadata for one value: what is wrong with it, at any depth.

``lib/arm/parameters/problems.libsonnet`` has the same rules, and says the same in the same order and words; a property
test holds the two together, and the schema of :mod:`armlib.compiler.schema` beside them.

A specification is the metadata of a parameter, a property or an item as JSON. A keyword that is null is as good as
absent. An ARM expression is a value that only the deployment will know, so nothing is wrong with it here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TypeGuard

from armlib.dataclass import dataclass
from armlib.diagnostics import nearest
from armlib.expressions.parser import is_expression
from armlib.jsontypes import Json, JsonObject, JsonPath, format_path
from armlib.template.types import is_secure_type

CANONICAL_TYPES: Mapping[str, str] = {
    "string": "string",
    "securestring": "string",
    "int": "integer",
    "integer": "integer",
    "number": "number",
    "bool": "boolean",
    "boolean": "boolean",
    "array": "array",
    "object": "object",
    "secureobject": "object",
    "null": "null",
    "resourceid": "resourceId",
    "any": "any",
}
SPELLED_TYPES = (
    "any",
    "array",
    "bool",
    "boolean",
    "int",
    "integer",
    "null",
    "number",
    "object",
    "resourceId",
    "secureObject",
    "secureString",
    "string",
)
_WITH_ARTICLE = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
    "resourceId": "a resource id",
    "any": "anything",
}
_DEFINITIONS = "#/definitions/"
_SHOWN = 80
_ID = "a text that starts with '/', or an ARM expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a value; *path* starts with ``parameters``. The value of a secret stands in none of it."""

    code: str
    message: str
    path: JsonPath
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a check needs beside the value: *root* is whether the module is the one that is compiled."""

    definitions: Mapping[str, Json] = field(default_factory=dict)
    root: bool = True


# What a specification says


def type_names(spec: JsonObject) -> list[Json]:
    """Return the types of *spec* as they are spelled; none means any."""
    declared = spec.get("type")
    if isinstance(declared, list):
        return declared
    return [] if declared is None else [declared]


def canonical_type(name: Json) -> str | None:
    """Return what a type is compared by, ``integer`` for ``Int``; None when there is no such type."""
    return CANONICAL_TYPES.get(name.lower()) if isinstance(name, str) and name.isascii() else None


def resolve(reference: Json, definitions: Mapping[str, Json]) -> JsonObject | None:
    """Return the specification that a ``$ref`` leads to, or None when there is none."""
    target: Json = reference
    if isinstance(reference, str):
        target = definitions.get(reference.removeprefix(_DEFINITIONS)) if reference.startswith(_DEFINITIONS) else None
    return target if isinstance(target, dict) else None


def chain(spec: JsonObject, definitions: Mapping[str, Json]) -> Iterator[JsonObject]:
    """Yield *spec* and the specifications that it refers to for the same value."""
    seen: list[Json] = []
    following: JsonObject | None = spec
    while following is not None:
        yield following
        reference = following.get("$ref")
        following = None if reference in seen else resolve(reference, definitions)
        seen.append(reference)


def all_types(spec: JsonObject, definitions: Mapping[str, Json]) -> list[str | None]:
    """Return the canonical types of *spec* and of what it refers to."""
    return [canonical_type(name) for link in chain(spec, definitions) for name in type_names(link)]


def is_secure(spec: JsonObject, definitions: Mapping[str, Json]) -> bool:
    """Return whether a value of *spec* is a secret."""
    return any(is_secure_type(name) for link in chain(spec, definitions) for name in type_names(link))


def is_deploy_time(spec: JsonObject, definitions: Mapping[str, Json]) -> bool:
    """Return whether *spec*, of the root module, is for a parameter of the template."""
    return spec.get("deployTime") is True or is_secure(spec, definitions)


def description(spec: JsonObject) -> str | None:
    """Return the description of *spec*, which may stand in ``metadata`` as in ARM."""
    about = spec.get("description")
    metadata = spec.get("metadata")
    if about is None and isinstance(metadata, dict):
        about = metadata.get("description")
    return about if isinstance(about, str) else None


def summary(spec: JsonObject) -> str | None:
    """Return what *spec* takes, for whoever left it out: ``a string: Account name``."""
    types = [canonical_type(name) for name in type_names(spec)]
    about = description(spec)
    parts = [*([expected(types)] if types and None not in types else []), *([about] if about is not None else [])]
    return ": ".join(parts) or None


# Words


def expected(types: Iterable[str | None]) -> str:
    """Return *types* as a message names them: ``a string, an array or null``."""
    words = [_WITH_ARTICLE[name] for name in types if name is not None]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1] if words else ""


def shown(value: Json, secret: bool = False) -> str:
    """Return *value* as messages show it: short, and not what is inside of it, where a secret may be."""
    if secret:
        return "the value"
    if isinstance(value, list):
        return "an array of " + _counted(len(value), "item", "items") if value else "[]"
    if isinstance(value, dict):
        names = sorted(value)
        return "an object with " + _cut(", ".join(names[:5]) + ", …" * (len(names) > 5)) if names else "{}"
    return _cut(_scalar(value))


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return the hint for a name that is not among *known*."""
    candidate = nearest(name, sorted(known))
    return None if candidate is None else f"did you mean '{candidate}'?"


def names_shown(names: Iterable[str]) -> str:
    """Return *names* in one short text."""
    return _cut(", ".join(names))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _counted(count: Json, one: str, many: str) -> str:
    return f"{_scalar(count)} {one if count == 1 else many}"


def _scalar(value: Json) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return json.dumps(value, ensure_ascii=False)


def _problem(code: str, path: JsonPath, text: str, hint: str | None = None) -> Problem:
    return Problem(code=code, message=f"parameter '{format_path(path[1:])}': {text}", path=path, hint=hint)


# Checks


def check(
    spec: JsonObject, value: Json, path: JsonPath, context: Context, *, secret: bool = False, seen: Sequence[Json] = ()
) -> list[Problem]:
    """Return what is wrong with *value* by *spec*.

    Args:
        spec: A specification that :func:`armlib.compiler.parameters_metadata.parse_metadata` has found no error in.
        value: The value, without the functions that only Jsonnet has.
        path: Where the value stands, from ``parameters`` on.
        context: The shared types, and whether the module is the root.
        secret: Whether the value is part of a secret.
        seen: The references that led here without a step into the value.
    """
    if _is_unknown(value) or (value is None and spec.get("nullable") is True):
        return []
    names = type_names(spec)
    secure = any(map(is_secure_type, names))
    here = secret or secure
    of_type = _check_type(names, value, path, here)
    found: list[Problem] = []
    if spec.get("$ref") is not None:
        found += _check_reference(spec["$ref"], value, path, context, here, seen)
    found += of_type or _check_value(spec, value, path, context, here)
    if secure and not secret and not of_type and context.root and len(path) > 2 and not _fits_openly(names, value):
        hint = "declare it as a parameter of its own"
        found.append(_problem("nested-secret", path, "a secret here would be written to the template", hint))
    return found


def missing_parameter(name: str, spec: JsonObject) -> Problem:
    """Return the problem of a parameter that was not given and has no default."""
    return _problem("missing-parameter", ("parameters", name), "it is missing", summary(spec))


def unknown_parameter(name: str, known: Iterable[str]) -> Problem:
    """Return the problem of an argument for which there is no parameter. Its value may be a secret, and is not told."""
    declared = sorted(known)
    others = f"the parameters are {names_shown(declared)}" if declared else "there are no parameters"
    return Problem(
        code="unknown-parameter",
        message=f"there is no parameter '{name}'",
        path=("parameters", name),
        hint=did_you_mean(name, declared) or others,
    )


def same(one: Json, other: Json) -> bool:
    """Return whether two values are equal as JSON: 1 is 1.0, but not true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return one == other


def _is_unknown(value: Json) -> bool:
    return isinstance(value, str) and is_expression(value)


def _holds_unknown(value: Json) -> bool:
    if isinstance(value, list):
        return any(map(_holds_unknown, value))
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    return _is_unknown(value)


def fits_type(name: str | None, value: Json) -> bool:
    """Return whether *value* is of the canonical type *name*."""
    if name == "any":
        return True
    if name == "string":
        return isinstance(value, str)
    if name == "boolean":
        return isinstance(value, bool)
    if name == "integer":
        return _is_number(value) and (isinstance(value, int) or value.is_integer())
    if name == "number":
        return _is_number(value)
    if name == "array":
        return isinstance(value, list)
    if name == "object":
        return isinstance(value, dict)
    if name == "null":
        return value is None
    return name == "resourceId" and (
        value.startswith("/") if isinstance(value, str) else isinstance(value, dict) and "id" in value
    )


def _is_number(value: Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits_openly(names: Iterable[Json], value: Json) -> bool:
    return any(fits_type(canonical_type(name), value) for name in names if not is_secure_type(name))


def _check_type(names: Sequence[Json], value: Json, path: JsonPath, secret: bool) -> list[Problem]:
    types = [canonical_type(name) for name in names]
    if types and not any(fits_type(name, value) for name in types):
        if None in types:
            hint = "the types are " + ", ".join(SPELLED_TYPES)
            return [_problem("unknown-type", path, "its metadata has a type that does not exist", hint)]
        about = f"a resource id is {_ID}; an object with such an id will do" if "resourceId" in types else None
        return [_problem("wrong-type", path, f"{shown(value, secret)} is not {expected(types)}", about)]
    if "resourceId" in types and isinstance(value, dict) and "id" in value:
        identity = value["id"]
        if not (isinstance(identity, str) and (identity.startswith("/") or is_expression(identity))):
            return [_problem("wrong-type", (*path, "id"), f"{shown(identity, secret)} is not {_ID}")]
    return []


def _check_reference(
    reference: Json, value: Json, path: JsonPath, context: Context, secret: bool, seen: Sequence[Json]
) -> list[Problem]:
    target = resolve(reference, context.definitions)
    if target is None:
        text = f"its metadata refers to a definition that does not exist: {_scalar(reference)}"
        return [_problem("unknown-definition", path, text)]
    if reference in seen:
        text = f"its metadata refers to a definition that is only itself: {_scalar(reference)}"
        return [_problem("unknown-definition", path, text)]
    further = (*seen, reference) if isinstance(reference, str) else seen
    return check(target, value, path, context, secret=secret, seen=further)


def _check_value(spec: JsonObject, value: Json, path: JsonPath, context: Context, secret: bool) -> list[Problem]:
    found: list[Problem] = []
    allowed = spec.get("allowedValues")
    if isinstance(allowed, list):
        found += _check_allowed(spec, value, allowed, path, context, secret)
    if isinstance(value, str):
        found += _check_length(spec, value, ("character", "characters"), path, secret)
        found += _check_text(spec, value, path, secret)
    elif _is_number(value):
        found += _check_range(spec, value, path, secret)
    elif isinstance(value, list):
        found += _check_length(spec, value, ("item", "items"), path, secret)
        items = spec.get("items")
        if isinstance(items, dict):
            for index, item in enumerate(value):
                found += check(items, item, (*path, index), context, secret=secret)
    elif isinstance(value, dict):
        found += _check_properties(spec, value, path, context, secret)
    return found


def _check_allowed(
    spec: JsonObject, value: Json, allowed: list[Json], path: JsonPath, context: Context, secret: bool
) -> list[Problem]:
    """Check *value* against the allowed values; as in ARM, an array may also be a selection of them."""
    is_selection = isinstance(value, list) and "array" in all_types(spec, context.definitions)
    if isinstance(value, list) and is_selection and not any(same(value, one) for one in allowed):
        if _may_be_one_of(value, allowed):
            return []
        places = [(item, (*path, index)) for index, item in enumerate(value)]
    else:
        places = [(value, path)]
    found = []
    for item, place in places:
        if any(same(item, one) for one in allowed) or _may_be_one_of(item, allowed):
            continue
        choices = _cut(", ".join(map(shown, allowed)))
        texts = [one for one in allowed if isinstance(one, str)]
        hint = did_you_mean(item, texts) if isinstance(item, str) and not secret else None
        found.append(_problem("not-allowed", place, f"{shown(item, secret)} is not one of {choices}", hint))
    return found


def _may_be_one_of(value: Json, allowed: list[Json]) -> bool:
    """Return whether what is unknown in *value* may make it one of *allowed*, if there is anything unknown."""
    return _is_unknown(value) or (any(type(one) is type(value) for one in allowed) and _holds_unknown(value))


def _check_length(
    spec: JsonObject, value: str | list[Json], unit: tuple[str, str], path: JsonPath, secret: bool
) -> list[Problem]:
    low, high, length = spec.get("minLength"), spec.get("maxLength"), len(value)
    if _is_number(low) and length < low:
        code, word, bound, how, verb = "too-short", "short", low, "at least", "needed"
    elif _is_number(high) and length > high:
        code, word, bound, how, verb = "too-long", "long", high, "at most", "allowed"
    else:
        return []
    limit = f"{how} {_counted(bound, *unit)}" if secret else f"{_counted(length, *unit)}, {how} {_scalar(bound)}"
    text = f"{shown(value, secret)} is too {word}: {limit} {'is' if bound == 1 else 'are'} {verb}"
    return [_problem(code, path, text)]


def _check_range(spec: JsonObject, value: float, path: JsonPath, secret: bool) -> list[Problem]:
    low, high = spec.get("minValue"), spec.get("maxValue")
    if _is_number(low) and value < low:
        text = f"{shown(value, secret)} is less than the minimum, {_scalar(low)}"
    elif _is_number(high) and value > high:
        text = f"{shown(value, secret)} is more than the maximum, {_scalar(high)}"
    else:
        return []
    return [_problem("out-of-range", path, text)]


def _check_text(spec: JsonObject, value: str, path: JsonPath, secret: bool) -> list[Problem]:
    found = []
    pattern, form = spec.get("pattern"), spec.get("format")
    if isinstance(pattern, str):
        from armlib.jsonnet.regexes import matches

        if not matches(pattern, value):
            found.append(
                _problem("wrong-pattern", path, f"{shown(value, secret)} does not match the pattern {pattern}")
            )
    if isinstance(form, str):
        from armlib.jsonnet.formats import has_format

        if not has_format(form, value):
            found.append(_problem("wrong-format", path, f"{shown(value, secret)} is not in the format {form}"))
    return found


def _check_properties(
    spec: JsonObject, value: JsonObject, path: JsonPath, context: Context, secret: bool
) -> list[Problem]:
    properties, required, extra = spec.get("properties"), spec.get("required"), spec.get("additionalProperties")
    declared: Mapping[str, Json] = properties if isinstance(properties, dict) else {}
    found = []
    for name in required if isinstance(required, list) else ():
        if name not in value:
            wanted = declared.get(name) if isinstance(name, str) else None
            hint = summary(wanted) if isinstance(wanted, dict) else None
            found.append(_problem("missing-property", (*path, str(name)), "it is missing", hint))
    for name in sorted(declared.keys() & value.keys()):
        inner = declared[name]
        if isinstance(inner, dict):
            found += check(inner, value[name], (*path, name), context, secret=secret)
    for name in sorted(value.keys() - declared.keys()) if extra is not None else ():
        if extra is False:
            hint = did_you_mean(name, declared)
            found.append(_problem("unknown-property", (*path, name), "there is no such property", hint))
        elif isinstance(extra, dict):
            found += check(extra, value[name], (*path, name), context, secret=secret)
    return found
