"""What is told when the external variable ``parameters`` is no JSON, or text that a module takes for an object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from armlib.diagnostics import Diagnostic, warning
from armlib.jsonnet.port import Read

_USE = re.compile(r"""std\s*\.\s*extVar\s*\(\s*(["'])parameters\1""")
_AS_TEXT = re.compile(r"expected an? (number|object|array), not a string")
_AS_OBJECT = re.compile(r"expected a string, not an object")
_SOURCES = (".jsonnet", ".libsonnet")


def not_json(text: str) -> Diagnostic | None:
    """Return a warning when *text*, the variable's, looks like an object and is none; what is in it is not shown."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        message = f"the external variable 'parameters' holds no JSON: {fault.msg[:1].lower()}{fault.msg[1:]}"
        where = f", on line {fault.lineno}, column {fault.colno}"
        return warning("json-syntax", message + where, hint="""it is an object, '{"name": "x"}'""")
    except (ValueError, RecursionError):
        return None
    return None


def with_hint(found: Diagnostic, reads: Iterable[Read], *, as_code: bool) -> Diagnostic:
    """Return *found* with how to give or to read the variable, when a module of *reads* takes it for the other kind."""
    expected = _AS_OBJECT if as_code else _AS_TEXT
    if found.code != "type-error" or found.hint is not None or not expected.match(found.message):
        return found
    texts = [text for read in reads if read.path.endswith(_SOURCES) and _USE.search(text := _text(read))]
    parses = any("parseJson" in text for text in texts)
    if not texts or parses != as_code:
        return found
    hint = (
        "'parameters' is an object here, and the module reads it as JSON text: leave --parameters-as code out"
        if as_code
        else "'parameters' is JSON text: read it with std.parseJson, or give it as an object with --parameters-as code"
    )
    return replace(found, hint=hint)


def _text(read: Read) -> str:
    try:
        return Path(read.path).read_text("utf-8", "replace") if read.kind == "file" else ""
    except OSError:
        return ""
