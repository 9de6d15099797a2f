"""Checking a value against the type that a template declares for it: parameters, outputs, function arguments.

A schema is the object that declares a parameter or an output, or an entry of ``definitions``.

Source: "Template parameters", "Type definitions" and "Template outputs", Azure Resource Manager documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from armlib.diagnostics import nearest
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject, JsonPath, format_path
from armlib.template.types import is_secure_type

_EXPECTED = {
    "string": "String, Uri",
    "securestring": "String, Uri",
    "int": "Integer",
    "bool": "Boolean",
    "array": "Array",
    "object": "Object",
    "secureobject": "Object",
}
_SERVICE_NAMES = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "array": "Array",
    "object": "Object",
    "secureobject": "SecureObject",
}
_MAX_REFERENCES = 64  # of $ref to $ref; more is a circle
_MAX_LISTED = 20
HIDDEN = "***"  # in the place of a secret


class SchemaFault(EvaluationFault):
    """A declared type that cannot be used: an unknown type, a ``$ref`` that leads nowhere or in a circle."""

    code = "type-definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A way in which a value is not of its type: *path* leads to it inside the value."""

    code: str
    message: str
    path: JsonPath = ()
    hint: str | None = None


def resolve(schema: Mapping[str, Json], template: Mapping[str, Json]) -> JsonObject:
    """Return *schema* with its ``$ref`` followed; members beside a ``$ref`` refine what it leads to.

    Raises:
        SchemaFault: The reference is not of the form ``#/definitions/NAME``, leads nowhere, or in a circle.
    """
    resolved = dict(schema)
    for _ in range(_MAX_REFERENCES):
        if "$ref" not in resolved:
            return resolved
        reference = resolved.pop("$ref")
        resolved = {**_pointed_at(reference, template), **resolved}
    raise SchemaFault(f"The type definition '{schema.get('$ref')}' refers to itself.")


def _pointed_at(reference: Json, template: Mapping[str, Json]) -> JsonObject:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise SchemaFault(f"The type reference '{reference}' is not valid.", hint="write #/definitions/NAME")
    found: Json = dict(template)
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        following = found.get(name) if isinstance(found, dict) else None
        if following is None:
            near = nearest(name, found) if isinstance(found, dict) else None
            raise SchemaFault(
                f"The type reference '{reference}' is not valid: the template has no definition '{name}'.",
                hint=f"did you mean '{near}'?" if near else None,
            )
        found = following
    if not isinstance(found, dict):
        raise SchemaFault(f"The type reference '{reference}' is not valid: it leads to no type.")
    return found


def type_of(schema: Mapping[str, Json]) -> str | None:
    """Return the type that a resolved *schema* declares, in lower case; None when it leaves it open.

    Raises:
        SchemaFault: There is no such type.
    """
    declared = schema.get("type")
    if declared is None or (isinstance(declared, str) and declared.lower() == "any"):
        return None
    if not isinstance(declared, str) or declared.lower() not in _EXPECTED:
        near = nearest(str(declared), _SERVICE_NAMES)
        raise SchemaFault(
            f"The type '{declared}' is not valid. The types are: {', '.join(_SERVICE_NAMES)}.",
            hint=f"did you mean '{near}'?" if near else None,
        )
    return declared.lower()


def service_name(type_: str) -> str:
    """Return how the service spells the type of an output: ``string`` is ``String``."""
    return _SERVICE_NAMES.get(type_.lower(), type_)


def is_secure(schema: Mapping[str, Json]) -> bool:
    """Return whether values of a resolved *schema* are secret as a whole."""
    return is_secure_type(schema.get("type"))


def is_nullable(schema: Mapping[str, Json]) -> bool:
    """Return whether a resolved *schema* takes null."""
    return schema.get("nullable") is True


def conform(value: Value, schema: Mapping[str, Json], template: Mapping[str, Json]) -> tuple[Value, list[Mismatch]]:
    """Return *value* with all that *schema* declares secure marked as secret, and the ways in which it does not fit.

    What is unknown fits. The messages show no secret.

    Raises:
        SchemaFault: A type in *schema* cannot be used.
    """
    found: list[Mismatch] = []
    return _conform(value, schema, template, (), found, secret=False), found


def _conform(
    value: Value,
    schema: Mapping[str, Json],
    template: Mapping[str, Json],
    path: JsonPath,
    found: list[Mismatch],
    *,
    secret: bool,
) -> Value:
    resolved = resolve(schema, template) if "$ref" in schema else schema
    if isinstance(value, Secret):
        return Secret(_uncovered(_conform(value.value, resolved, template, path, found, secret=True)))
    secret = secret or is_secure(resolved)
    if isinstance(value, Unknown) or (value is None and is_nullable(resolved)):
        checked: Value = value
    else:
        checked = _checked(value, resolved, template, path, found, secret=secret)
    return Secret(_uncovered(checked)) if is_secure(resolved) else checked


def _uncovered(value: Value) -> Value:
    return value.value if isinstance(value, Secret) else value


def _checked(
    value: Value,
    schema: Mapping[str, Json],
    template: Mapping[str, Json],
    path: JsonPath,
    found: list[Mismatch],
    *,
    secret: bool,
) -> Value:
    type_ = type_of(schema)
    if type_ is not None and not _is_of_type(value, type_):
        message = f"Expected a value of type '{_EXPECTED[type_]}', but received a value of type '{_token(value)}'."
        found.append(Mismatch(code="type-mismatch", message=message, path=path))
        return value
    found += _limits(value, schema, path, secret=secret)
    if isinstance(value, list):
        return _checked_items(value, schema, template, path, found, secret=secret)
    if isinstance(value, dict):
        return _checked_members(value, schema, template, path, found, secret=secret)
    return value


def _is_of_type(value: Value, type_: str) -> bool:
    if type_ in {"string", "securestring"}:
        return isinstance(value, str)
    if type_ == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if type_ == "bool":
        return isinstance(value, bool)
    return isinstance(value, list if type_ == "array" else dict)


def _token(value: Value) -> str:
    """Return what the service calls the type of *value*."""
    if value is None:
        return "Null"
    names = {bool: "Boolean", int: "Integer", float: "Float", str: "String", list: "Array", dict: "Object"}
    return names.get(type(value), "String")


def _limits(value: Value, schema: Mapping[str, Json], path: JsonPath, *, secret: bool) -> Iterator[Mismatch]:
    allowed = schema.get("allowedValues")
    if isinstance(allowed, list) and allowed and not _is_allowed(value, allowed):
        yield _not_allowed(value, allowed, path, secret=secret)
    if isinstance(value, (str, list)):
        yield from _length_limits(value, schema, path, secret=secret)
    if isinstance(value, int) and not isinstance(value, bool):
        yield from _range_limits(value, schema, path)


def _is_allowed(value: Value, allowed: list[Json]) -> bool:
    if isinstance(value, list) and not any(isinstance(choice, list) for choice in allowed):
        return all(_is_allowed(item, allowed) for item in value)  # an array parameter is a choice of several
    return isinstance(value, Unknown) or any(_equal(value, choice) for choice in allowed)


def _equal(one: Any, other: Any) -> bool:
    """Return whether two values are the same; texts without regard to case, true apart from 1."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return type(one) is type(other) and bool(one == other)


def _not_allowed(value: Value, allowed: list[Json], path: JsonPath, *, secret: bool) -> Mismatch:
    listed = ", ".join(f"'{choice}'" for choice in allowed[:_MAX_LISTED])
    if len(allowed) > _MAX_LISTED:
        listed += f" and {len(allowed) - _MAX_LISTED} more"
    shown = f"; it is '{value}'" if isinstance(value, (str, int)) and not secret else ""
    near = nearest(value, [choice for choice in allowed if isinstance(choice, str)]) if isinstance(value, str) else None
    return Mismatch(
        code="value-not-allowed",
        message=f"The parameter value is not part of the allowed values: {listed}{shown}.",
        path=path,
        hint=f"did you mean '{near}'?" if near and not secret else None,
    )


def _length_limits(
    value: str | list[Any], schema: Mapping[str, Json], path: JsonPath, *, secret: bool
) -> Iterator[Mismatch]:
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(value, str) else len(value)
    least, most = schema.get("minLength"), schema.get("maxLength")
    own = "" if secret else f", but is '{length}'"
    if isinstance(least, int) and length < least:
        message = f"Length of the value should be greater than or equal to '{least}'{own}."
        yield Mismatch(code="length-out-of-range", message=message, path=path)
    if isinstance(most, int) and length > most:
        message = f"Length of the value should be less than or equal to '{most}'{own}."
        yield Mismatch(code="length-out-of-range", message=message, path=path)


def _range_limits(value: int, schema: Mapping[str, Json], path: JsonPath) -> Iterator[Mismatch]:
    least, most = schema.get("minValue"), schema.get("maxValue")
    if isinstance(least, int) and value < least:
        yield Mismatch(
            code="value-out-of-range", message=f"The value should be greater than or equal to '{least}'.", path=path
        )
    if isinstance(most, int) and value > most:
        yield Mismatch(
            code="value-out-of-range", message=f"The value should be less than or equal to '{most}'.", path=path
        )


def _checked_items(
    value: list[Value],
    schema: Mapping[str, Json],
    template: Mapping[str, Json],
    path: JsonPath,
    found: list[Mismatch],
    *,
    secret: bool,
) -> list[Value]:
    prefix, items = schema.get("prefixItems"), schema.get("items")
    if prefix is None and not isinstance(items, dict) and items is not False:
        return value
    first = prefix if isinstance(prefix, list) else []
    if len(value) < len(first):
        message = f"The array should have at least {len(first)} elements, but has {len(value)}."
        found.append(Mismatch(code="length-out-of-range", message=message, path=path))
    if items is False and len(value) > len(first):
        message = f"The array should have no more than {len(first)} elements, but has {len(value)}."
        found.append(Mismatch(code="length-out-of-range", message=message, path=path))
    checked: list[Value] = []
    for number, item in enumerate(value):
        rule = first[number] if number < len(first) else items
        inner = (*path, number)
        checked.append(_conform(item, rule, template, inner, found, secret=secret) if isinstance(rule, dict) else item)
    return checked


def _checked_members(
    value: dict[str, Value],
    schema: Mapping[str, Json],
    template: Mapping[str, Json],
    path: JsonPath,
    found: list[Mismatch],
    *,
    secret: bool,
) -> dict[str, Value]:
    schema, discriminator = _variant(value, schema, template, path, found)
    declared = schema.get("properties")
    rules = declared if isinstance(declared, dict) else {}
    others = schema.get("additionalProperties")
    if not rules and not isinstance(others, dict) and others is not False:
        return value
    by_name = {name.lower(): rule for name, rule in rules.items()}
    checked: dict[str, Value] = {}
    for name, item in value.items():
        rule = by_name.get(name.lower(), others)
        if name.lower() == discriminator and name.lower() not in by_name:
            checked[name] = item
        elif isinstance(rule, dict):
            checked[name] = _conform(item, rule, template, (*path, name), found, secret=secret)
        else:
            if rule is False:
                found.append(_unexpected_member(HIDDEN if secret else name, rules, path))
            checked[name] = item
    found += _missing_members(value, rules, template, path)
    return checked


def _variant(
    value: dict[str, Value],
    schema: Mapping[str, Json],
    template: Mapping[str, Json],
    path: JsonPath,
    found: list[Mismatch],
) -> tuple[Mapping[str, Json], str | None]:
    """Return the schema of the variant that *value* says it is, and the lower-case name of the member that says so."""
    discriminator = schema.get("discriminator")
    if not isinstance(discriminator, dict):
        return schema, None
    name, mapping = str(discriminator.get("propertyName")), discriminator.get("mapping")
    choices = mapping if isinstance(mapping, dict) else {}
    said = next((item for key, item in value.items() if key.lower() == name.lower()), None)
    if isinstance(said, (Unknown, Secret)):
        return {}, None
    chosen = choices.get(said) if isinstance(said, str) else None
    if not isinstance(chosen, dict):
        listed = ", ".join(f"'{choice}'" for choice in choices)
        found.append(
            Mismatch(code="value-not-allowed", message=f"The member '{name}' should be one of {listed}.", path=path)
        )
        return {}, None
    variant = resolve(chosen, template)
    own, shared = variant.get("properties"), schema.get("properties")
    merged: JsonObject = {
        **(shared if isinstance(shared, dict) else {}),
        **(own if isinstance(own, dict) else {}),
    }
    return {**variant, "properties": merged}, name.lower()


def _unexpected_member(name: str, rules: Mapping[str, Json], path: JsonPath) -> Mismatch:
    near = nearest(name, rules)
    expected = ", ".join(f"'{known}'" for known in rules) or "none"
    return Mismatch(
        code="unexpected-member",
        message=f"The following properties are not expected: '{name}'. The expected ones are: {expected}.",
        path=path,
        hint=f"did you mean '{near}'?" if near else None,
    )


def _missing_members(
    value: Mapping[str, Value], rules: Mapping[str, Json], template: Mapping[str, Json], path: JsonPath
) -> Iterator[Mismatch]:
    present = {name.lower() for name in value}
    for name, rule in rules.items():
        if name.lower() in present or not isinstance(rule, dict):
            continue
        if not is_nullable(resolve(rule, template) if "$ref" in rule else rule):
            yield Mismatch(code="missing-member", message=f"The required property '{name}' is missing.", path=path)


def where(path: JsonPath) -> str:
    """Return `` at 'a.b[0]'`` for a place inside a value, and nothing for the value itself."""
    return f" at '{format_path(path)}'" if path else ""
