"""``--blame``, of ``armlib compile`` and ``armlib eval``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from armlib.errors import InputError
from armlib.jsontypes import Json, JsonObject, JsonPath, format_path

if TYPE_CHECKING:
    from armlib.cli.app import App
    from armlib.compiler.provenance import Provenance


def blamed(app: App, provenance: Provenance, path: JsonPath) -> tuple[JsonObject, bytes]:
    """Return where what stands at *path* in the template was written, as JSON and as text.

    Raises:
        InputError: There is nothing at *path*.
    """
    from armlib.report.blame import chain_as_json, render_chain

    _check(provenance.template, path)
    links, known = provenance.chain(path)
    names = app.shown_as
    text = render_chain(path, known, links, names, app.folder)
    return chain_as_json(path, known, links, names, app.folder), text.encode("utf-8", "backslashreplace")


def blamed_in_json(app: App, template: JsonObject, file: Path, path: JsonPath) -> tuple[JsonObject, bytes]:
    """Return where what stands at *path* was written in a template that is the JSON *file*.

    Raises:
        InputError: There is nothing at *path*.
    """
    from armlib.compiler.provenance import Link
    from armlib.diagnostics import Excerpt
    from armlib.report.blame import chain_as_json, render_chain
    from armlib.template.positions import locate

    _check(template, path)
    source = file.read_text(encoding="utf-8-sig", errors="replace")
    found = locate(source, str(file), {path}).get(path)
    line = source.split("\n")[found.line - 1].rstrip("\r") if found is not None and found.line else ""
    links = [] if found is None else [Link("written", found, Excerpt(text=line, column=found.column))]
    text = render_chain(path, path, links, app.shown_as, app.folder)
    return chain_as_json(path, path, links, app.shown_as, app.folder), text.encode("utf-8", "backslashreplace")


def _check(template: JsonObject, path: JsonPath) -> None:
    value: Json = template
    for at, step in enumerate(path):
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif isinstance(value, dict) and str(step) in value:
            value = value[str(step)]
        else:
            raise _nothing_there(value, path, at)


def _nothing_there(value: Json, path: JsonPath, at: int) -> InputError:
    from armlib.diagnostics import nearest

    step, around = path[at], format_path(path[:at])
    where = "the template" if around == "$" else around
    hint = f"{where} holds one value"
    if isinstance(value, list):
        hint = f"{where} has {len(value)} elements, numbered from 0" if value else f"{where} is empty"
    elif isinstance(value, dict):
        near = nearest(str(step), value)
        hint = f"did you mean '{near}'?" if near else f"{where} has {', '.join(value) or 'no members'}"
    return InputError(f"the template has no {format_path(path)}", code="no-such-path", hint=hint)
