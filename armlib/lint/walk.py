"""Walking values and syntax trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armlib.errors import ArmlibError
from armlib.expressions.parser import parse
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.jsontypes import JsonPath


def member(value: Any, name: str) -> Any:
    """Return the member *name* of an object, in any case; None when it is absent, or *value* is no object."""
    key = key_of(value, name)
    return None if key is None else value[key]


def key_of(value: Any, name: str) -> str | None:
    """Return the spelling of *name* in an object; None when it is absent."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return name
    folded = name.lower()
    return next((key for key in value if isinstance(key, str) and key.lower() == folded), None)


def objects(value: Any, path: JsonPath = ()) -> Iterator[tuple[JsonPath, dict[str, Any]]]:
    """Yield the objects in *value* with their paths, outer ones first, in the order of the document."""
    for place, item in values(value, path):
        if isinstance(item, dict):
            yield place, item


def values(value: Any, path: JsonPath = ()) -> Iterator[tuple[JsonPath, Any]]:
    """Yield *value* and every value in it with their paths, in the order of the document."""
    pending: list[tuple[JsonPath, Any]] = [(path, value)]
    while pending:
        place, item = pending.pop()
        yield place, item
        if isinstance(item, dict):
            pending += [((*place, name), item[name]) for name in reversed(item)]
        elif isinstance(item, list):
            pending += [((*place, number), item[number]) for number in range(len(item) - 1, -1, -1)]


def parsed(text: str) -> Node | None:
    """Return the tree of an expression; None when it cannot be read."""
    try:
        return parse(text)
    except ArmlibError:
        return None


def nodes(node: Node) -> Iterator[Node]:
    """Yield *node* and every node below it, from left to right."""
    pending: list[Node] = [node]
    while pending:
        item = pending.pop()
        yield item
        if isinstance(item, Call):
            pending += reversed(item.arguments)
        elif isinstance(item, Index):
            pending += [item.index, item.target]
        elif isinstance(item, Member):
            pending.append(item.target)


def calls(node: Node | None, *names: str) -> Iterator[Call]:
    """Yield the calls in *node*; with *names*, in lower case, those of these functions."""
    for item in nodes(node) if node is not None else ():
        if isinstance(item, Call) and (not names or item.name.lower() in names):
            yield item


def literal(node: Node | None) -> str | None:
    """Return the text of a literal; None for anything else."""
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None


def is_list_call(node: Node) -> bool:
    """Return whether *node* calls a ``list*`` function, the answers of which hold secrets."""
    return isinstance(node, Call) and node.name.lower().startswith("list") and "." not in node.name
