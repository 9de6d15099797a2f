"""Linked -> template: ARM JSON in one canonical order, the same input the same bytes."""

from __future__ import annotations

from collections.abc import Mapping

from armlib.compiler.link import Linked
from armlib.compiler.request import CompileRequest
from armlib.jsontypes import Json, JsonObject
from armlib.template.canonical import OUTPUT_MEMBERS, PARAMETER_MEMBERS, RESOURCE_MEMBERS, TEMPLATE_MEMBERS, in_order
from armlib.template.scope import SCHEMAS, ScopeKind, scope_kind_of_schema


def emit(linked: Linked, request: CompileRequest) -> JsonObject:
    """Return the template to write, members in canonical order, nested templates too.

    The ``$schema`` is that of the scope; an ARM template keeps its own when that is for the same kind of scope.
    """
    template = linked.template
    own = template.get("$schema")
    schema = own if isinstance(own, str) and _is_for(own, linked.draft.scope_kind) else SCHEMAS[linked.draft.scope_kind]
    whole: JsonObject = {"contentVersion": "1.0.0.0", **template, "$schema": schema}
    if request.minify:
        from armlib.compiler.minify import minified

        whole = minified(whole)
    return _template(whole)


def _is_for(schema: str, kind: ScopeKind) -> bool:
    return scope_kind_of_schema(schema) is kind


def _template(template: Mapping[str, Json]) -> JsonObject:
    ordered = in_order(template, TEMPLATE_MEMBERS)
    for section, members in (("parameters", PARAMETER_MEMBERS), ("outputs", OUTPUT_MEMBERS)):
        declared = ordered.get(section)
        if isinstance(declared, dict):
            ordered[section] = {
                name: in_order(body, members) if isinstance(body, dict) else body for name, body in declared.items()
            }
    resources = ordered.get("resources")
    if isinstance(resources, list):
        ordered["resources"] = [_resource(body) for body in resources]
    elif isinstance(resources, dict):
        ordered["resources"] = {symbol: _resource(body) for symbol, body in resources.items()}
    return ordered


def _resource(body: Json) -> Json:
    if not isinstance(body, dict):
        return body
    ordered = in_order(body, RESOURCE_MEMBERS)
    children, properties = body.get("resources"), body.get("properties")
    if isinstance(children, list):
        ordered["resources"] = [_resource(child) for child in children]
    if isinstance(properties, dict):
        template = properties.get("template")
        if isinstance(template, dict) and str(body.get("type")).lower() == "microsoft.resources/deployments":
            ordered["properties"] = {**properties, "template": _template(template)}
    return ordered
