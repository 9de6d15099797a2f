"""No two resources with the same id."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.compiler.collect import Draft
from armlib.compiler.link import Linked
from armlib.compiler.structure import Level, Resource
from armlib.diagnostics import Diagnostic, Severity
from armlib.jsontypes import format_path


def duplicate_resources(linked: Linked) -> Iterator[Diagnostic]:
    """Yield an error for each resource that a template has twice: same type, name and scope, in any case.

    It is a warning where one of the two may not be there: it has a condition, or it is a loop that may be empty. Two
    different conditions may exclude each other, and nothing is said.
    """
    for level in linked.root.levels():
        yield from _in_level(level, linked.draft)


def _in_level(level: Level, draft: Draft) -> Iterator[Diagnostic]:
    first: dict[str, Resource] = {}
    for resource in level.resources:
        if resource.is_existing or not resource.name:
            continue
        other = first.setdefault(resource.id, resource)
        if other is resource:
            continue
        conditions = [one.body.get("condition", True) for one in (other, resource)]
        if conditions[0] != conditions[1] and True not in conditions:
            continue
        if conditions != [True, True] or other.loop or resource.loop:
            severity, may = Severity.WARNING, "may be"
        else:
            severity, may = Severity.ERROR, "is"
        yield Diagnostic(
            code="duplicate-resource",
            severity=severity,
            message=f"{resource.type} '{resource.name}' {may} deployed twice: {_where(other, resource, draft)}",
            hint="give one of them another name, or leave it out",
            path=resource.path,
        )


def _where(one: Resource, other: Resource, draft: Draft) -> str:
    """Return where the two come from: their modules when those differ, else the place of the first."""
    files = [draft.file_of(resource.path) for resource in (one, other)]
    if files[0] != files[1]:
        return f"both {files[0]} and {files[1]} have it"
    return f"{format_path(one.path)} is the same"
