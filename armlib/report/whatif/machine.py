"""A what-if as JSON, for scripts: with the risks, and with what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable

from armlib.deployment.whatif.model import Change, ChangeType, PropertyChange, Rating, Suppressed, WhatIf
from armlib.jsontypes import Json, JsonObject


def as_json(what_if: WhatIf) -> JsonObject:
    """Return *what_if* as ``{hasChanges, summary, changes, potentialChanges, notes}``.

    docs/reference/what-if.md says what is in them. Every key is always there; null is what is not, or not known.
    """
    counts = what_if.counts
    return {
        "hasChanges": what_if.has_changes,
        "summary": {
            "counts": {kind.value: counts[kind] for kind in ChangeType},
            "risks": [risk.value for risk in sorted(what_if.risks)],
        },
        "changes": [_change(change) for change in what_if.changes],
        "potentialChanges": [_change(change) for change in what_if.potential],
        "notes": [
            {"level": note.level, "code": note.code, "target": note.target, "message": note.message}
            for note in what_if.notes
        ],
    }


def _change(change: Change) -> JsonObject:
    return {
        "id": change.id,
        "type": change.type,
        "apiVersion": change.api_version,
        "kind": change.kind.value,
        "reason": change.reason,
        "symbolicName": change.symbolic_name,
        "deployment": change.deployment,
        "ratings": _ratings(change.ratings),
        "before": change.before,
        "after": change.after,
        "delta": [_property(each) for each in change.delta],
        "suppressed": [_suppressed(each) for each in change.suppressed],
    }


def _property(change: PropertyChange) -> JsonObject:
    return {
        "path": change.path,
        "kind": change.kind.value,
        "before": change.before,
        "after": change.after,
        "drift": change.drift,
        "ratings": _ratings(change.ratings),
        "children": [_property(child) for child in change.children],
    }


def _ratings(ratings: Iterable[Rating]) -> list[Json]:
    return [{"risk": rating.risk.value, "reason": rating.reason} for rating in ratings]


def _suppressed(each: Suppressed) -> JsonObject:
    return {"path": each.path, "reason": each.reason.value, "before": each.before, "after": each.after}
