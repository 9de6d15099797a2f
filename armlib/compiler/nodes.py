"""JSON values as expressions, and expressions with parts replaced."""

from __future__ import annotations

from collections.abc import Callable

from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse, unescape
from armlib.expressions.printer import print_node
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.jsontypes import Json
from armlib.template.nesting import evaluation_scope


def to_node(value: Json) -> Node:
    """Return the expression that gives *value*; texts in it that are expressions stay expressions.

    Raises:
        ExpressionSyntaxError: A text in *value* is a malformed expression.
    """
    if isinstance(value, str):
        return parse(value) if is_expression(value) else Literal(unescape(value))
    if isinstance(value, bool):
        return Call("true" if value else "false", ())
    if isinstance(value, int):
        return Literal(value)
    if isinstance(value, list):
        return Call("createArray", tuple(map(to_node, value)))
    if isinstance(value, dict):
        return Call("createObject", tuple(node for name in value for node in (Literal(name), to_node(value[name]))))
    return Call("json", (Literal("null" if value is None else repr(value)),))


def to_source(value: Json) -> str:
    """Return the text of the expression that gives *value*, without brackets."""
    return print_node(to_node(value))


def replaced(value: Json, replace: Callable[[Node], Json | Node | None]) -> Json:
    """Return *value* with the expressions in it rewritten.

    *replace* is asked for each part of an expression, the outer before the inner; it gives None to leave it, an
    expression, or a JSON value. A text that is replaced as a whole by a JSON value becomes that value; texts in which
    nothing is replaced stay as they are, and so do nested templates with a scope of their own.
    """
    if isinstance(value, str):
        return _replaced_text(value, replace)
    if isinstance(value, list):
        items = [replaced(item, replace) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        inner = value.get("template") if evaluation_scope(value) == "inner" else None
        members = {name: item if item is inner else replaced(item, replace) for name, item in value.items()}
        return value if all(members[name] is value[name] for name in value) else members
    return value


def _replaced_text(text: str, replace: Callable[[Node], Json | Node | None]) -> Json:
    if not is_expression(text):
        return text
    try:
        node = parse(text)
        found = replace(node)
        if found is not None and not isinstance(found, Literal | Call | Member | Index):
            return found
        rewritten = found if found is not None else replaced_node(node, replace)
    except ExpressionSyntaxError:
        return text  # the check tells
    return text if rewritten is node else f"[{print_node(rewritten)}]"


def replaced_node(node: Node, replace: Callable[[Node], Json | Node | None]) -> Node:
    """Return *node* with the parts of it rewritten, as :func:`replaced` does; the same node when there is no change."""
    if isinstance(node, Literal):
        return node
    if isinstance(node, Member):
        target = _part(node.target, replace)
        return node if target is node.target else Member(target, node.name)
    if isinstance(node, Index):
        target, index = _part(node.target, replace), _part(node.index, replace)
        return node if target is node.target and index is node.index else Index(target, index)
    arguments = tuple(_part(argument, replace) for argument in node.arguments)
    is_same = all(new is old for new, old in zip(arguments, node.arguments, strict=True))
    return node if is_same else Call(node.name, arguments)


def _part(node: Node, replace: Callable[[Node], Json | Node | None]) -> Node:
    found = replace(node)
    if found is None:
        return replaced_node(node, replace)
    return found if isinstance(found, Literal | Call | Member | Index) else to_node(found)
