"""JSON in colour, with ids as links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from armlib.emulator.http.page.links import link
from armlib.jsontypes import Json
from armlib.report.markup import Html, Node, join, tag

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>true|false|null)|(?P<number>-?\d[\d.eE+-]*)'
)
_ID = re.compile(r'"(/(?:subscriptions|providers)/[^"\\]*)"')
_MOST = 400_000  # characters; a browser takes long for more


def json_view(value: Json) -> Html:
    """Return *value* as text in colour."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) > _MOST:
        return tag("pre", text[:_MOST], f"\n… and {len(text) - _MOST} characters more", class_="json", tabindex="0")
    return tag("pre", tag("code", _coloured(text)), class_="json", tabindex="0")


def _coloured(text: str) -> Html:
    return join(_pieces(text))


def _pieces(text: str) -> Iterator[Node]:
    at = 0
    for match in _TOKEN.finditer(text):
        yield text[at : match.start()]
        yield _piece(match)
        at = match.end()
    yield text[at:]


def _piece(match: re.Match[str]) -> Html:
    found = match.group()
    if match["text"] is not None:
        id_ = _ID.fullmatch(found)
        if id_ is not None:
            return tag("span", '"', link(id_[1], id_[1]), '"', class_="text")
    return tag("span", found, class_=match.lastgroup)
