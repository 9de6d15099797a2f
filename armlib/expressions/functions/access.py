"""``target.name`` and ``target[index]``."""

from __future__ import annotations

from typing import Any

from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.types import type_name
from armlib.expressions.simplify import conceal, is_secret, node_of
from armlib.expressions.syntax import Index, Literal, Member, Node
from armlib.expressions.values import Secret, Unknown, Value

MISSING = object()


def find_member(members: dict[str, Any], name: str) -> Any:
    """Return the member called *name*, without regard to case, or ``MISSING``."""
    if name in members:
        return members[name]
    folded = name.lower()
    for known, value in members.items():
        if known.lower() == folded:
            return value
    return MISSING


def member_value(parent: Value, name: str) -> Value:
    """Return ``parent.name``.

    Raises:
        EvaluationFault: *parent* is no object, or has no such member.
    """
    if isinstance(parent, dict):
        found = find_member(parent, name)
        if found is MISSING:
            available = ", ".join(parent)
            raise EvaluationFault(
                f"The language expression property '{name}' doesn't exist, available properties are '{available}'."
            )
        return found  # type: ignore[no-any-return]
    if isinstance(parent, Unknown):
        return _member_of_unknown(parent, name)
    if isinstance(parent, Secret):
        return _of_secret(parent, name)
    raise EvaluationFault(
        f"The language expression property '{name}' can't be evaluated, property selection is not supported on values "
        f"of type '{type_name(parent)}'."
    )


def index_value(parent: Value, key: Value) -> Value:
    """Return ``parent[key]``.

    Raises:
        EvaluationFault: *parent* is no array or object, *key* is of the wrong type, or nothing is there.
    """
    if isinstance(parent, Secret) or isinstance(key, Secret):
        return _of_secret(parent, key)
    if isinstance(key, Unknown):
        element = Unknown(Index(node_of(parent), key.expression))
        return Secret(element) if is_secret(parent) else element
    if isinstance(parent, Unknown):
        return _element_of_unknown(parent, key)
    if isinstance(parent, list) and type(key) is int:
        if 0 <= key < len(parent):
            return parent[key]
        raise EvaluationFault(f"The language expression property array index '{key}' is out of bounds.")
    if isinstance(key, str):
        return member_value(parent, key)
    if isinstance(parent, dict):
        raise EvaluationFault(
            f"The language expression property '{_shown(key)}' can't be evaluated, property name must be a string."
        )
    raise EvaluationFault(
        f"The language expression property '{_shown(key)}' can't be evaluated, index selection is not supported on "
        f"values of type '{type_name(parent)}' with a value of type '{type_name(key)}'."
    )


def _shown(key: Value) -> str:
    return str(key) if isinstance(key, (str, int)) else type_name(key)


def _of_secret(parent: Value, key: Value) -> Value:
    try:
        return conceal(index_value(_uncovered(parent), _uncovered(key)))
    except EvaluationFault as fault:
        raise EvaluationFault(
            "The language expression property can't be evaluated; details are withheld because the value is secret.",
            code=fault.code,
        ) from None


def _uncovered(value: Value) -> Value:
    return value.value if isinstance(value, Secret) else value


def _member_of_unknown(parent: Unknown, name: str) -> Value:
    expression = Member(parent.expression, name)
    if isinstance(parent.known, dict):
        found = find_member(parent.known, name)
        if found is not MISSING:
            return _open(found, expression)
    return Unknown(expression)


def _element_of_unknown(parent: Unknown, key: Value) -> Value:
    if isinstance(key, str):
        found = find_member(parent.known, key) if isinstance(parent.known, dict) else MISSING
        expression: Node = Index(parent.expression, Literal(key))
        return Unknown(expression) if found is MISSING else _open(found, expression)
    if type(key) is not int:
        raise EvaluationFault(
            f"The language expression property can't be evaluated, the index is of type '{type_name(key)}'."
        )
    expression = Index(parent.expression, Literal(key))
    if isinstance(parent.known, list) and 0 <= key < len(parent.known):
        return _open(parent.known[key], expression)
    return Unknown(expression)


def _open(value: Any, expression: Node) -> Value:
    """Return *value*, open to what the deployment may add when it is a container."""
    if isinstance(value, dict):
        return Unknown(expression, "object", value)
    if isinstance(value, list):
        return Unknown(expression, "array", value)
    return value  # type: ignore[no-any-return]
