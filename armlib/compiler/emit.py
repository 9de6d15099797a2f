"""Linked -> template: ARM JSON in one canonical order, the same input the same bytes."""

from __future__ import annotations

from armlib.compiler.link import Linked
from armlib.compiler.request import CompileRequest
from armlib.jsontypes import JsonObject
from armlib.template.canonical import RESOURCE_MEMBERS, TEMPLATE_MEMBERS, in_order
from armlib.template.scope import SCHEMAS


def emit(linked: Linked, request: CompileRequest) -> JsonObject:
    """Return the template to write."""
    template = {"$schema": SCHEMAS[linked.draft.scope_kind], "contentVersion": "1.0.0.0"} | linked.template
    resources = template["resources"]
    if isinstance(resources, list):
        template["resources"] = [in_order(r, RESOURCE_MEMBERS) if isinstance(r, dict) else r for r in resources]
    return in_order(template, TEMPLATE_MEMBERS)
