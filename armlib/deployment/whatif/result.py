"""A what-if as the service answers it: ``WhatIfOperationResult``.

Source: "Deployments - What If" of the Azure Resource Manager REST API, 2026-06-01.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from armlib.deployment.whatif.model import Change, ChangeType, Note, PropertyChange, WhatIf
from armlib.jsontypes import JsonObject

_DEPLOYED: Final = frozenset({ChangeType.MODIFY, ChangeType.NO_CHANGE})


def as_operation_result(what_if: WhatIf, *, resource_id_only: bool = False) -> JsonObject:
    """Return *what_if* as ``{status, properties: {changes, potentialChanges?, diagnostics?}}``.

    Args:
        what_if: What was found.
        resource_id_only: Whether only ids and kinds are told; what is there already is then ``Deploy``.
    """
    properties: dict[str, Any] = {"changes": _changes(what_if.changes, resource_id_only)}
    if what_if.potential:
        properties["potentialChanges"] = _changes(what_if.potential, resource_id_only)
    if what_if.notes:
        properties["diagnostics"] = [_diagnostic(note) for note in what_if.notes]
    return {"status": "Succeeded", "properties": properties}


def _changes(changes: Iterable[Change], resource_id_only: bool) -> list[JsonObject]:
    return [_id_only(change) if resource_id_only else _change(change) for change in changes]


def _id_only(change: Change) -> JsonObject:
    kind = ChangeType.DEPLOY if change.kind in _DEPLOYED else change.kind
    return {"resourceId": change.id, "changeType": kind.value, **_known(unsupportedReason=_unsupported(change))}


def _change(change: Change) -> JsonObject:
    delta = [_property(each) for each in change.delta]
    return {
        "resourceId": change.id,
        "changeType": change.kind.value,
        **_known(
            before=change.before,
            after=change.after,
            delta=delta if change.kind in _DEPLOYED else None,
            unsupportedReason=_unsupported(change),
            symbolicName=change.symbolic_name,
            deploymentId=change.deployment,
        ),
    }


def _property(change: PropertyChange) -> JsonObject:
    return {
        "path": change.path,
        "propertyChangeType": change.kind.value,
        **_known(before=change.before, after=change.after),
        **({"children": [_property(child) for child in change.children]} if change.children else {}),
    }


def _unsupported(change: Change) -> str | None:
    return change.reason if change.kind is ChangeType.UNSUPPORTED else None


def _diagnostic(note: Note) -> JsonObject:
    return {"level": note.level, "code": note.code, "target": note.target, "message": note.message}


def _known(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
