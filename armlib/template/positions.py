"""Where in the text of a JSON template a path stands; looked for only when there is something to tell about it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator

from armlib.diagnostics import Place
from armlib.jsontypes import JsonPath

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|[{}\[\],:]|[^\s{}\[\],:"/]+', re.DOTALL)


def locate(text: str, file: str, paths: Collection[JsonPath]) -> dict[JsonPath, Place]:
    """Return the places of *paths* in *text*: of a member its name, of an item its first character.

    Comments may stand anywhere, as in ``parse_json``. The place of a path that is not there is that of the nearest one
    around it; the root is at the start.

    Args:
        text: A JSON document.
        file: What the places call it.
        paths: Paths from the root.
    """
    wanted = {path[:length] for path in paths for length in range(1, len(path) + 1)}
    spans = {path: span for path, span in _spans(text) if path in wanted}
    lines = [match.end() for match in re.finditer(r"\n", text)]
    return {path: _place(_nearest(path, spans), lines, file) for path in paths}


def _nearest(path: JsonPath, spans: dict[JsonPath, tuple[int, int]]) -> tuple[int, int]:
    while path and path not in spans:
        path = path[:-1]
    return spans.get(path, (0, 0))


def _place(span: tuple[int, int], lines: list[int], file: str) -> Place:
    (line, column), (end_line, end_column) = (_line_and_column(offset, lines) for offset in span)
    return Place(file=file, line=line, column=column, end_line=end_line, end_column=end_column)


def _line_and_column(offset: int, lines: list[int]) -> tuple[int, int]:
    line = bisect_right(lines, offset)
    return line + 1, offset - (lines[line - 1] if line else 0) + 1


def _spans(text: str) -> Iterator[tuple[JsonPath, tuple[int, int]]]:
    """Yield the path and the offsets of each name and item, as they come in the document."""
    path: list[str | int] = []
    is_name_next: list[bool | None] = []  # of each open container; None for an array
    for match in _WORD.finditer(text):
        word = match.group()
        if word in ",:" or word.startswith(("//", "/*")):
            continue
        if word in "}]":
            if path:
                path.pop()
                is_name_next.pop()
            continue
        if is_name_next and is_name_next[-1]:
            path[-1] = _name(word)
            is_name_next[-1] = False
            yield tuple(path), match.span()
            continue
        if is_name_next and is_name_next[-1] is None:
            path[-1] = int(path[-1]) + 1
            yield tuple(path), match.span()
        elif is_name_next:
            is_name_next[-1] = True
        if word in "{[":
            path.append("" if word == "{" else -1)
            is_name_next.append(True if word == "{" else None)


def _name(word: str) -> str:
    try:
        return str(json.loads(word, strict=False))
    except ValueError:
        return word
