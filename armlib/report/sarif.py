"""Diagnostics as a SARIF log, for code hosts and editors.

Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from armlib.diagnostics import Diagnostic, Frame, Place, Severity
from armlib.jsontypes import Json, JsonObject, format_path

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_ROOT = "SRCROOT"


def as_sarif(diagnostics: Sequence[Diagnostic], *, base: Path, version: str) -> JsonObject:
    """Return *diagnostics* as a SARIF log of one run of armlib *version*.

    Files below the folder *base* get URIs relative to it, as code hosts want them.
    """
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "armlib", "version": version, "rules": [_rule(code) for code in codes]}},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"uri": base.as_uri().rstrip("/") + "/"}},
                "results": [_result(diagnostic, codes.index(diagnostic.code), base) for diagnostic in diagnostics],
            }
        ],
    }


def _rule(code: str) -> JsonObject:
    return {"id": code, "shortDescription": {"text": code.replace("-", " ")}}


def _result(diagnostic: Diagnostic, rule: int, base: Path) -> JsonObject:
    message = diagnostic.message + (f"\n{diagnostic.hint}" if diagnostic.hint else "")
    result: JsonObject = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": message},
    }
    location = _location(diagnostic, base)
    if location:
        result["locations"] = [location]
    frames: list[Json] = [_frame(frame, base) for frame in diagnostic.frames if not frame.library]
    if frames:
        result["relatedLocations"] = frames
    return result


def _location(diagnostic: Diagnostic, base: Path) -> JsonObject:
    location: JsonObject = {}
    if diagnostic.place is not None:
        snippet = diagnostic.excerpt.text if diagnostic.excerpt and diagnostic.place.line else None
        location["physicalLocation"] = _physical(diagnostic.place, base, snippet)
    if diagnostic.path:
        location["logicalLocations"] = [{"fullyQualifiedName": format_path(diagnostic.path)}]
    return location


def _frame(frame: Frame, base: Path) -> JsonObject:
    location: JsonObject = {"physicalLocation": _physical(frame.place, base, None)}
    if frame.name:
        location["message"] = {"text": f"called from {frame.name}"}
    return location


def _physical(place: Place, base: Path, snippet: str | None) -> JsonObject:
    physical: JsonObject = {"artifactLocation": _artifact(place.file, base)}
    region = _region(place)
    if region:
        physical["region"] = {**region, "snippet": {"text": snippet}} if snippet is not None else region
    return physical


def _artifact(file: str, base: Path) -> JsonObject:
    path = Path(file)
    if not path.is_absolute():
        return {"uri": quote(path.as_posix()), "uriBaseId": _ROOT}
    if path.is_relative_to(base):
        return {"uri": quote(path.relative_to(base).as_posix()), "uriBaseId": _ROOT}
    return {"uri": path.as_uri()}


def _region(place: Place) -> JsonObject:
    numbers: JsonObject = {}
    if place.line:
        numbers["startLine"] = place.line
        if place.column:
            numbers["startColumn"] = place.column
        if place.end_line:
            numbers["endLine"] = place.end_line
        if place.end_column:
            numbers["endColumn"] = place.end_column
    return numbers
