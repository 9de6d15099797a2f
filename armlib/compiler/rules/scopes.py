"""Resources and functions that exist only at one kind of scope."""

from __future__ import annotations

import re
from collections.abc import Iterator

from armlib.compiler.link import Linked
from armlib.compiler.structure import Level
from armlib.diagnostics import Diagnostic, error
from armlib.jsontypes import JsonPath
from armlib.template.scope import ScopeKind, only_scope_kind

_GROUP_CALL = re.compile(r"\bresourceGroup\s*\(\s*\)", re.IGNORECASE)
_NAMES = {
    ScopeKind.GROUP: "a resource group",
    ScopeKind.SUBSCRIPTION: "a subscription",
    ScopeKind.MANAGEMENT_GROUP: "a management group",
    ScopeKind.TENANT: "the tenant",
}


def scopes(linked: Linked) -> Iterator[Diagnostic]:
    """Yield an error for each resource that cannot live where its template is deployed to."""
    for level in linked.root.levels():
        yield from _misplaced(level)
        yield from _group_calls(level)


def _misplaced(level: Level) -> Iterator[Diagnostic]:
    kind = level.home.kind
    for resource in level.resources:
        if "scope" in resource.body or resource.is_existing:
            continue
        needed = only_scope_kind(resource.type)
        if needed is None or needed is kind:
            continue
        yield error(
            "wrong-scope",
            f"{resource.type} is deployed to {_NAMES[needed]}, not to {_NAMES[kind]}",
            hint=_way_out(level, needed),
            path=resource.path,
        )


def _way_out(level: Level, needed: ScopeKind) -> str:
    if level.owner is None:
        return f"compile with --scope-kind {needed}, or place it in a nested deployment to {_NAMES[needed]}"
    return f"give the deployment around it the scope of {_NAMES[needed]}"


def _group_calls(level: Level) -> Iterator[Diagnostic]:
    """Yield an error for ``resourceGroup()`` where there is none."""
    if level.is_outer or level.bindings.scope.kind is ScopeKind.GROUP:
        return
    for resource in level.resources:
        for text in resource.texts:
            if text[0] == "[" and _GROUP_CALL.search(text) and not _is_quoted(text):
                yield _no_group(level, text, resource.path)


def _is_quoted(text: str) -> bool:
    """Return whether the call stands only inside a text."""
    return not _GROUP_CALL.search("".join(text.split("'")[::2]))


def _no_group(level: Level, text: str, path: JsonPath) -> Diagnostic:
    from armlib.compiler.places import find_text
    from armlib.expressions.parser import excerpt

    found = _GROUP_CALL.search(text)
    assert found is not None
    return error(
        "wrong-scope",
        f"resourceGroup() is not there in a deployment to {_NAMES[level.bindings.scope.kind]}",
        hint="use subscription() or deployment().location, or nest a deployment to a resource group",
        path=find_text(level.template, level.path, path, text),
        excerpt=excerpt(text, found.start(), len(found.group())),
    )
