"""Where the page of a thing is, and links to it."""

from __future__ import annotations

from urllib.parse import urlencode

from armlib.report.markup import Html, Node, tag


def link(id_: str, /, *children: Node, view: str | None = None, **attributes: str | None) -> Html:
    """Return a link to the page of what has the id *id_*."""
    return tag("a", *children, href=address(id_, view), **attributes)


def address(id_: str, view: str | None = None) -> str:
    """Return the address of the page of what has the id *id_*; "" is the first page."""
    words = {name: value for name, value in (("id", id_), ("view", view)) if value}
    return "/" + ("?" + urlencode(words) if words else "")
