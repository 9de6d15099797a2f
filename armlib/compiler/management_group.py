"""Ids in the template of a management group.

The base library does not know where a template goes and gives every id with ``resourceId``, which is right in resource
groups, subscriptions and the tenant. In the template of a management group that function gives an id of the tenant;
what lives in the group is an extension of it.

Source: "Management group deployments with ARM templates", Azure Resource Manager documentation, "Resource IDs".
"""

from __future__ import annotations

from armlib.compiler.placed import goes_along
from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse
from armlib.expressions.syntax import Call, Literal, nodes
from armlib.jsontypes import Json, JsonObject

_EXTENSION = "extensionResourceId(managementGroup().id, "


def with_ids(template: JsonObject) -> JsonObject:
    """Return *template* with the ids of its own resources as those of a management group."""
    resources = template.get("resources")
    listed = resources.values() if isinstance(resources, dict) else resources if isinstance(resources, list) else ()
    types = {
        str(resource.get("type")).casefold()
        for resource in listed
        if isinstance(resource, dict) and goes_along(resource)
    }
    return {name: _respelled(value, types) if name != "metadata" else value for name, value in template.items()}


def _respelled(value: Json, types: set[str]) -> Json:
    if isinstance(value, dict):
        # What is in a template inside this one has been looked at.
        return {
            name: inner
            if name == "template" and isinstance(inner, dict) and "$schema" in inner
            else _respelled(inner, types)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_respelled(item, types) for item in value]
    return _expression(value, types) if isinstance(value, str) and "resourceid" in value.casefold() else value


def _expression(text: str, types: set[str]) -> str:
    try:
        found = list(nodes(parse(text))) if is_expression(text) else []
    except ExpressionSyntaxError:
        return text
    for node in sorted(found, key=lambda node: node.start, reverse=True):
        if isinstance(node, Call) and node.name.casefold() == "resourceid" and node.arguments:
            first = node.arguments[0]
            if isinstance(first, Literal) and str(first.value).casefold() in types:
                opened = text.index("(", node.start) + 1
                text = text[: node.start] + _EXTENSION + text[opened:].lstrip()
    return text
