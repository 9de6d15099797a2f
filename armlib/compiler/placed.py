"""Fits the deployments that Jsonnet modules place to the scope around them, which the base library cannot know.

A module that is placed with ``arm.nested`` and no scope goes where the template around it goes. Only the compiler knows
where that is: what ``$schema`` the inner template has and what ``location`` the deployment needs follow from it.

Source: "Use linked and nested templates" and "Subscription deployments with ARM templates",
Azure Resource Manager documentation: a deployment above a resource group stores its data in a location; one to a group
does not have ``deployment().location``.
"""

from __future__ import annotations

from collections.abc import Iterator

from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import SCHEMAS, ScopeKind, scope_kind_of_schema

_DEPLOYMENT = "microsoft.resources/deployments"
_TARGETS = ("scope", "subscriptionId", "resourceGroup")
_OF_DEPLOYMENT, _OF_GROUP = "[deployment().location]", "[resourceGroup().location]"


def fitted(template: JsonObject, kind: ScopeKind) -> JsonObject:
    """Return *template*, which goes to *kind*, with its deployments fitted; itself when there is nothing to fit."""
    found = _with_deployments(template, kind)
    if kind is ScopeKind.MANAGEMENT_GROUP:
        from armlib.compiler.management_group import with_ids

        return with_ids(found)
    return found


def _with_deployments(template: JsonObject, kind: ScopeKind) -> JsonObject:
    resources = template.get("resources")
    if isinstance(resources, dict):
        changed = {name: _fitted(resource, kind) for name, resource in resources.items()}
        return template if changed == resources else {**template, "resources": changed}
    if not isinstance(resources, list) or not any(map(_is_deployment, resources)):
        return template
    return {**template, "resources": [_fitted(resource, kind) for resource in resources]}


def types_at_its_scope(resource: JsonObject) -> Iterator[str]:
    """Yield the type of *resource*, and the types inside a deployment that goes where *resource* does."""
    type_ = resource.get("type")
    if isinstance(type_, str):
        yield type_
    if _is_deployment(resource) and goes_along(resource):
        for inner in _resources(_inner(resource)):
            if isinstance(inner, dict) and "scope" not in inner and not inner.get("existing"):
                yield from types_at_its_scope(inner)


def goes_along(resource: JsonObject) -> bool:
    """Return whether *resource* goes where the template that it is in goes."""
    return not any(name in resource for name in _TARGETS)


def kind_inside(resource: JsonObject) -> ScopeKind | None:
    """Return the kind of scope above a resource group that the template of a deployment which goes along says it needs.

    A template that the base library makes says a resource group where nothing is said, so that tells nothing.
    """
    inner = _inner(resource) if _is_deployment(resource) else None
    if inner is None or not goes_along(resource):
        return None
    kind = _kind_of(inner)
    return None if kind is ScopeKind.GROUP else kind


def _is_deployment(resource: Json) -> bool:
    if not isinstance(resource, dict):
        return False
    type_ = resource.get("type")
    return isinstance(type_, str) and type_.casefold() == _DEPLOYMENT


def _fitted(resource: Json, kind: ScopeKind) -> Json:
    if not isinstance(resource, dict) or not _is_deployment(resource):
        return resource
    is_along = goes_along(resource)
    if kind is ScopeKind.GROUP and resource.get("location") == _OF_DEPLOYMENT:
        resource = {**resource, "location": _OF_GROUP}
    elif kind is not ScopeKind.GROUP and is_along and "location" not in resource:
        resource = {**resource, "location": _OF_DEPLOYMENT}
    inner = _inner(resource)
    if inner is None:
        return resource
    inner_kind = kind if is_along else _kind_of(inner)
    schema = inner.get("$schema")
    if isinstance(schema, str) and scope_kind_of_schema(schema) not in (inner_kind, None):
        inner = {**inner, "$schema": SCHEMAS[inner_kind]}
    properties = resource["properties"]
    assert isinstance(properties, dict)
    return {**resource, "properties": {**properties, "template": fitted(inner, inner_kind)}}


def _inner(resource: JsonObject) -> JsonObject | None:
    properties = resource.get("properties")
    template = properties.get("template") if isinstance(properties, dict) else None
    return template if isinstance(template, dict) else None


def _resources(template: JsonObject | None) -> list[Json]:
    resources = (template or {}).get("resources")
    if isinstance(resources, dict):
        return list(resources.values())
    return resources if isinstance(resources, list) else []


def _kind_of(template: JsonObject) -> ScopeKind:
    schema = template.get("$schema")
    return (scope_kind_of_schema(schema) if isinstance(schema, str) else None) or ScopeKind.GROUP
