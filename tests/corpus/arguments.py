"""Values for the parameters of a template, made from their types, allowed values, limits and names."""

from __future__ import annotations

import json
import re
from typing import Any

from armlib.deployment.types import resolve

GUID = "00000000-0000-0000-0000-000000000000"
_BY_NAME = {
    "id": GUID,
    "location": "eastus",
    "region": "eastus",
    "cidr": "10.0.0.0/16",
    "addressprefix": "10.0.0.0/16",
    "neworexisting": "new",
}


def made_arguments(template: dict[str, Any]) -> dict[str, Any]:
    """Return a value for every parameter of *template* that must be given one."""
    values: dict[str, Any] = {}
    for name, declared in (template.get("parameters") or {}).items():
        schema: dict[str, Any] = resolve(declared, template)
        if "defaultValue" not in schema and not schema.get("nullable"):
            values[name] = made_value(schema, template, name)
            if values[name] == {}:
                values[name] = _members_read(name, json.dumps(template))
    return values


def _members_read(name: str, text: str) -> dict[str, Any]:
    """Return an object with the members that the template reads of the untyped parameter *name*."""
    value: dict[str, Any] = {}
    for path in re.findall(rf"parameters\('{re.escape(name)}'\)((?:\.\w+)+)", text):
        target = value
        *steps, last = path[1:].split(".")
        for step in steps:
            inner = target.setdefault(step, {})
            target = inner if isinstance(inner, dict) else target.setdefault(step, {})
        target.setdefault(last, f"{last}1")
    return value


def made_value(declared: dict[str, Any], template: dict[str, Any], name: str = "") -> Any:
    """Return a value of the type *declared*."""
    schema: dict[str, Any] = resolve(declared, template)
    type_ = str(schema.get("type", "object")).lower()
    allowed = schema.get("allowedValues")
    if type_ == "array":
        return _array(schema, template, allowed)
    if allowed:
        return allowed[0]
    if type_ in {"string", "securestring"}:
        return _text(schema, name)
    if type_ == "int":
        return max(schema.get("minValue", 1), min(1, schema.get("maxValue", 1)))
    if type_ == "bool":
        return True
    return _object(schema, template)


def _text(schema: dict[str, Any], name: str) -> str:
    folded = name.lower()
    text = next((found for end, found in _BY_NAME.items() if folded.endswith(end)), f"{name or 'value'}1")
    most = schema.get("maxLength", len(text))
    return text[:most].ljust(schema.get("minLength", 0), "x")


def _array(schema: dict[str, Any], template: dict[str, Any], allowed: list[Any] | None) -> list[Any]:
    first = [made_value(item, template) for item in schema.get("prefixItems", [])]
    items = schema.get("items")
    one = allowed[0] if allowed else made_value(items, template) if isinstance(items, dict) else "value1"
    return first + [one] * max(0, schema.get("minLength", 0) - len(first))


def _object(schema: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    discriminator = schema.get("discriminator")
    value: dict[str, Any] = {}
    if discriminator:
        choice, variant = next(iter(discriminator["mapping"].items()))
        value = made_value(variant, template)
        value[discriminator["propertyName"]] = choice
    for name, member in (schema.get("properties") or {}).items():
        if name not in value and not resolve(member, template).get("nullable"):
            value[name] = made_value(member, template, name)
    return value
