"""Diagnostics as JSON values, for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from armlib.diagnostics import Diagnostic
from armlib.jsontypes import Json, JsonObject, format_path
from armlib.report.text import show_file


def as_json(diagnostics: Iterable[Diagnostic], *, base: Path) -> list[Json]:
    """Return *diagnostics* as objects ``{code, severity, message, hint, file, line, column, path}``.

    All eight keys are always there; null is what is not known. *path* is written like ``resources[0].name``; files
    below the folder *base* are named relative to it.
    """
    return [_as_object(diagnostic, base) for diagnostic in diagnostics]


def _as_object(diagnostic: Diagnostic, base: Path) -> JsonObject:
    place = diagnostic.place
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": show_file(place.file, base) if place else None,
        "line": (place.line or None) if place else None,
        "column": (place.column or None) if place else None,
        "path": format_path(diagnostic.path) if diagnostic.path else None,
    }
