"""The syntax tree of an ARM template expression: what the parser makes and everything else reads.

A node knows where it stands: *start* and *end* are offsets into the whole string of the template, bracket included, so
``text[node.start:node.end]`` is its source. Equality ignores positions.

Source: "Syntax and expressions in ARM templates", Azure Resource Manager documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or an integer; booleans and null have no literal form."""

    value: str | int
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call; *name* is as written, with a namespace for a user function: ``contoso.uniqueName``."""

    name: str
    arguments: tuple[Node, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """``target.name``."""

    target: Node
    name: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """``target[index]``; the index is any expression."""

    target: Node
    index: Node
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Node: TypeAlias = Literal | Call | Member | Index


def nodes(tree: Node) -> Iterator[Node]:
    """Yield *tree* and every node below it, however deep it is."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Call):
            pending += node.arguments
        elif isinstance(node, Member):
            pending.append(node.target)
        elif isinstance(node, Index):
            pending += [node.target, node.index]
