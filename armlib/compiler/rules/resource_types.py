"""Azure's resource types: the installed definitions as a rule beside those that every template is held to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from armlib.diagnostics import Diagnostic
from armlib.template.scope import only_scope_kind

if TYPE_CHECKING:
    from armlib.azuretypes.check import TypeCheck
    from armlib.compiler.check import Rule
    from armlib.compiler.link import Linked


def resource_types(types: TypeCheck) -> Rule:
    """Return the rule that holds each resource to its definition in *types*."""

    def rule(linked: Linked) -> Iterator[Diagnostic]:
        for found in types.template(linked.template, linked.draft.scope_kind):
            if not _is_told_by_others(found, linked):
                yield found

    return rule


def _is_told_by_others(found: Diagnostic, linked: Linked) -> bool:
    """Return whether the rules of every template say the same: a missing name, a type of one scope only."""
    if found.code == "required-missing":
        return found.message.startswith("'name' ")
    if found.code != "wrong-scope":
        return False
    owner = next(
        (each for level in linked.root.levels() for each in level.resources if each.path == found.path[:-1]), None
    )
    return owner is not None and only_scope_kind(owner.type) is not None
