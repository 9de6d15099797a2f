"""A deployment as GET answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.names import output_type
from armlib.deployment.types import is_secure, resolve
from armlib.errors import InputError
from armlib.expressions.printer import print_expression
from armlib.expressions.simplify import reveal
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject

_GONE: Any = object()


def shown_parameters(template: JsonObject, values: Mapping[str, Value]) -> JsonObject:
    """Return *values* with their types, ``{type, value}`` each; secure ones without a value."""
    declared = template.get("parameters")
    return _typed(template, declared if isinstance(declared, dict) else {}, values)


def shown_outputs(template: JsonObject, outputs: Mapping[str, Value]) -> JsonObject:
    """Return the outputs *outputs*, ``{type, value}`` each, without what is secret."""
    declared = template.get("outputs")
    values = {name: entry.get("value") for name, entry in outputs.items() if isinstance(entry, dict)}
    return _typed(template, declared if isinstance(declared, dict) else {}, values)


def without_secrets(value: Value) -> Json:
    """Return *value* as JSON without members that are secret; what is unknown as the expression that is left."""
    found = _plain(value)
    return None if found is _GONE else found


def shown_providers(resources: Iterable[ExpandedResource]) -> list[Json]:
    """Return the types of *resources* by namespace, with their locations."""
    found: dict[str, dict[str, list[str | None]]] = {}
    for resource in resources:
        namespace, _, kind = resource.type.partition("/")
        locations = found.setdefault(namespace, {}).setdefault(kind, [])
        location = reveal(resource.body.get("location"))
        place = location.replace(" ", "").lower() if isinstance(location, str) else None
        if place not in locations:
            locations.append(place)
    return [
        {
            "namespace": namespace,
            "resourceTypes": [{"resourceType": kind, "locations": list(places)} for kind, places in kinds.items()],
        }
        for namespace, kinds in found.items()
    ]


def shown_dependencies(resources: Iterable[ExpandedResource]) -> list[Json]:
    """Return what each of *resources* waits for."""
    return [
        {"dependsOn": [_named(waited) for waited in resource.waits], **_named(resource)}
        for resource in resources
        if resource.waits
    ]


def _named(resource: ExpandedResource) -> JsonObject:
    return {
        "id": without_secrets(resource.id),
        "resourceType": resource.type,
        "resourceName": without_secrets(resource.name),
    }


def _typed(template: JsonObject, declared: Mapping[str, Any], values: Mapping[str, Value]) -> JsonObject:
    shown: dict[str, Json] = {}
    for name, value in values.items():
        schema = declared.get(name)
        try:
            resolved = resolve(schema, template) if isinstance(schema, dict) else {}
        except InputError:
            resolved = {}
        entry: dict[str, Json] = {"type": output_type(resolved)}
        plain = _GONE if is_secure(resolved) else _plain(value)
        if plain is not _GONE:
            entry["value"] = plain
        shown[name] = entry
    return shown


def _plain(value: Value) -> Any:
    kind = type(value)
    if kind is dict:
        members = ((name, _plain(item)) for name, item in value.items())  # type: ignore[union-attr]
        return {name: item for name, item in members if item is not _GONE}
    if kind is list:
        items = (_plain(item) for item in value)  # type: ignore[union-attr]
        return [None if item is _GONE else item for item in items]
    if isinstance(value, Secret):
        return _GONE
    if isinstance(value, Unknown):
        return print_expression(value.expression)
    return value
