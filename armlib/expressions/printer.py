"""Syntax tree to text; parsing what is printed gives an equal tree."""

from __future__ import annotations

import re

from armlib.expressions.syntax import Call, Index, Literal, Member, Node

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def print_expression(node: Node) -> str:
    """Return *node* as a template spells it, brackets included: ``[concat('a', parameters('b'))]``."""
    return f"[{print_node(node)}]"


def print_node(node: Node) -> str:
    """Return *node* without the outer brackets, as it stands inside another expression.

    Works with a stack of its own: a tree that evaluation left over may be deeper than the parser allows.
    """
    parts: list[str] = []
    pending: list[Node | str] = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, Literal):
            parts.append(_literal(item.value))
        elif isinstance(item, Call):
            parts.append(item.name + "(")
            pending.append(")")
            for number, argument in reversed(list(enumerate(item.arguments))):
                pending.append(argument)
                if number:
                    pending.append(", ")
        elif isinstance(item, Member):
            pending.append(f".{item.name}" if _NAME.match(item.name) else f"[{_literal(item.name)}]")
            pending.append(item.target)
        elif isinstance(item, Index):
            pending += ["]", item.index, "[", item.target]
    return "".join(parts)


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
