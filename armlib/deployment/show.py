"""Values and expansions as JSON: what is unknown as the expression that is left, what is secret as ``***``."""

from __future__ import annotations

from typing import Any

from armlib.deployment.expand import ExpandedResource, Expansion
from armlib.deployment.types import HIDDEN
from armlib.expressions.printer import print_expression
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject

NOTHING: JsonObject = {"resources": [], "outputs": {}, "asserts": {}, "templateHash": None}  # of what cannot be read


def show(value: Value) -> Json:
    """Return *value* as JSON."""
    kind = type(value)
    if kind is dict:
        return {name: show(item) for name, item in value.items()}  # type: ignore[union-attr]
    if kind is list:
        return [show(item) for item in value]  # type: ignore[union-attr]
    if isinstance(value, Unknown):
        return show(value.known) if value.known is not None else print_expression(value.expression)
    if isinstance(value, Secret):
        return HIDDEN
    return value


def show_resource(resource: ExpandedResource) -> JsonObject:
    """Return *resource* as one JSON object, its identity first and then its body."""
    shown: dict[str, Any] = {
        "id": show(resource.id),
        "symbolicName": resource.symbolic_name,
        "name": show(resource.name),
        "type": resource.type,
        "apiVersion": show(resource.api_version),
        "scope": show(resource.scope) if resource.scope != "" else "/",
    }
    if resource.condition is not True:
        shown["condition"] = show(resource.condition)
    body = {name: show(value) for name, value in resource.body.items()}
    identity = {name: value for name, value in shown.items() if value is not None}
    return {**identity, **body, "dependsOn": [show(id_) for id_ in resource.depends_on]}


def show_expansion(expansion: Expansion) -> JsonObject:
    """Return *expansion* as JSON, without its diagnostics."""
    return {
        "resources": [show_resource(resource) for resource in expansion.resources],
        "outputs": {name: show_output(output) for name, output in expansion.outputs.items()},
        "asserts": {name: show(result) for name, result in expansion.asserts.items()},
        "templateHash": expansion.template_hash,
    }


def show_output(output: Any) -> JsonObject:
    """Return an output ``{type, value}`` as JSON."""
    return {name: show(value) for name, value in output.items()}
