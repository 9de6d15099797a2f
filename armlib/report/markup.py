"""HTML as values: texts are escaped, and nothing else can be put in."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

_VOID = frozenset({"br", "hr", "input", "link", "meta", "path", "rect", "circle"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Node: TypeAlias = "str | int | Iterable[Node] | None"


def tag(name: str, /, *children: Node, **attributes: str | int | bool | None) -> Html:
    """Return an element.

    Args:
        name: Of the element.
        children: What is in it; a text that is no :class:`Html` is escaped.
        attributes: Its attributes; ``class_`` is ``class``, ``_`` within a name is ``-``. None and False are left out.
    """
    words = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in _VOID and not children:
        return Html(f"<{name}{words}>" if name not in ("path", "rect", "circle") else f"<{name}{words}/>")
    return Html(f"<{name}{words}>{join(children)}</{name}>")


def join(nodes: Iterable[Node]) -> Html:
    """Return *nodes* one after the other."""
    return Html("".join(map(_text, nodes)))


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value), quote=True)}"'


def _text(node: Node) -> str:
    if node is None:
        return ""
    if isinstance(node, Html):
        return node
    if isinstance(node, (str, int)):
        return escape(str(node), quote=True)
    return join(node)
