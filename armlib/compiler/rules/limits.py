"""The limits that Azure sets a template."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.compiler.link import Linked
from armlib.compiler.structure import DEPLOYMENTS, Level, Resource
from armlib.diagnostics import Diagnostic, error
from armlib.expressions.parser import is_expression
from armlib.jsontypes import Json
from armlib.template.canonical import json_bytes
from armlib.template.limits import (
    MAX_DEPLOYMENT_NAME_CHARACTERS,
    MAX_OUTPUTS,
    MAX_PARAMETERS,
    MAX_RESOURCE_BYTES,
    MAX_RESOURCES,
    MAX_TEMPLATE_BYTES,
    MAX_VARIABLES,
)


def limits(linked: Linked) -> Iterator[Diagnostic]:
    """Yield an error for each limit that a template breaks; nested templates have their own counts.

    Loops are counted where their length is a number. The length of an expression is the parser's to tell.
    """
    size = len(json_bytes(linked.template, compact=True))
    if size > MAX_TEMPLATE_BYTES:
        yield _too_much(linked.root, f"{size:,} bytes", f"{MAX_TEMPLATE_BYTES:,}", "split it into linked templates")
    for level in linked.root.levels():
        yield from _counts(level)
        yield from _names(level)
    if size > MAX_RESOURCE_BYTES:
        for resource in linked.root.resources:
            yield from _size(resource)


def _counts(level: Level) -> Iterator[Diagnostic]:
    resources = sum(_instances(resource) for resource in level.resources if not resource.is_existing)
    for count, limit, what, way_out in (
        (_length(level, "parameters"), MAX_PARAMETERS, "parameters", "put several into an object"),
        (_length(level, "variables"), MAX_VARIABLES, "variables", "put several into an object"),
        (resources, MAX_RESOURCES, "resources", "put some of them into nested deployments"),
        (_length(level, "outputs"), MAX_OUTPUTS, "outputs", "put several into an object"),
    ):
        if count > limit:
            yield _too_much(level, f"{count:,} {what}", f"{limit:,}", way_out, what)


def _instances(resource: Resource) -> int:
    copy = resource.body.get("copy")
    count = copy.get("count") if isinstance(copy, dict) else 1
    return count if isinstance(count, int) and not isinstance(count, bool) else 1


def _length(level: Level, section: str) -> int:
    members: Json = level.template.get(section)
    return len(members) if isinstance(members, dict) else 0


def _too_much(level: Level, amount: str, limit: str, way_out: str, section: str = "") -> Diagnostic:
    where = "the template" if level.owner is None else f"the nested template '{level.owner.label}'"
    path = (*level.path, section) if section else level.path
    return error("limit", f"{where} has {amount}, and Azure takes at most {limit}", hint=way_out, path=path)


def _names(level: Level) -> Iterator[Diagnostic]:
    for resource in level.resources:
        name = resource.name
        if resource.type.lower() != DEPLOYMENTS or is_expression(name):
            continue
        if len(name) > MAX_DEPLOYMENT_NAME_CHARACTERS:
            yield error(
                "limit",
                f"the name of the deployment '{name}' has {len(name)} characters, and Azure takes at most "
                f"{MAX_DEPLOYMENT_NAME_CHARACTERS}",
                path=(*resource.path, "name"),
            )


def _size(resource: Resource) -> Iterator[Diagnostic]:
    """Yield an error when the definition of one resource is too large; a nested template is a deployment of its own."""
    if resource.parent is not None or resource.inner is not None:
        return
    size = len(json_bytes(resource.body, compact=True))
    if size > MAX_RESOURCE_BYTES:
        yield error(
            "limit",
            f"the resource '{resource.label}' has {size:,} bytes, and Azure takes at most {MAX_RESOURCE_BYTES:,}",
            path=resource.path,
        )
