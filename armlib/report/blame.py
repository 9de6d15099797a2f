"""The chain of a value, as ``--blame`` shows it.

resources[0].properties.sku.name
  written at main.jsonnet:7:12
    7 |     sku: { name: 'Premium_LRS' },
      |            ^^^^^^^^^^^^^^^^^^^
  replaces account.libsonnet:12:5
    12 |     sku: { name: 'Standard_LRS' },
       |            ^^^^^^^^^^^^^^^^^^^^
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.jsontypes import Json, JsonObject, JsonPath, format_path
from armlib.report.text import printable, render_excerpt, show_file, show_place

if TYPE_CHECKING:
    from armlib.compiler.provenance import Link
    from armlib.diagnostics import Place


def render_chain(path: JsonPath, known: JsonPath, links: Sequence[Link], name_of: Mapping[str, str], base: Path) -> str:
    """Return the chain of the value at *path* as text; it is that of the value at *known*, around it, when they differ.

    *name_of* has the names of files that are called something else; files below the folder *base* are named relative
    to it.
    """
    return "".join(f"{line}\n" for line in _lines(path, known, links, name_of, base))


def _lines(
    path: JsonPath, known: JsonPath, links: Sequence[Link], name_of: Mapping[str, str], base: Path
) -> Iterable[str]:
    yield printable(format_path(path))
    if not links:
        yield "  made by armlib; no file has it"
    elif known != path:
        yield f"  not written by itself; this made {printable(format_path(known))}:"
    for link in links:
        yield f"  {_WORDS[link.what]} {_shown(link.place, name_of, base)}"
        if link.excerpt is not None:
            yield from (f"  {line}" for line in render_excerpt(link.excerpt, link.place.line))


_WORDS = {
    "written": "written at",
    "mixin": "with what is added at",
    "adds to": "adds to",
    "replaces": "replaces",
    "through": "put there by",
}


def _shown(place: Place, name_of: Mapping[str, str], base: Path) -> str:
    from dataclasses import replace

    return show_place(replace(place, file=name_of.get(place.file, place.file)), base)


def chain_as_json(
    path: JsonPath, known: JsonPath, links: Sequence[Link], name_of: Mapping[str, str], base: Path
) -> JsonObject:
    """Return the chain as ``{path, known, chain: [{what, file, line, column, text}]}``."""
    chain: list[Json] = [
        {
            "what": link.what,
            "file": show_file(name_of.get(link.place.file, link.place.file), base),
            "line": link.place.line,
            "column": link.place.column,
            "text": None if link.excerpt is None else link.excerpt.text,
        }
        for link in links
    ]
    return {"path": format_path(path), "known": format_path(known), "chain": chain}
