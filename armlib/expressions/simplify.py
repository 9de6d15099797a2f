"""Values back to syntax, and what is unknown or secret inside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from armlib.expressions.faults import LimitFault
from armlib.expressions.syntax import Call, Literal, Node
from armlib.expressions.values import Secret, Unknown, Value

UNKNOWN, SECRET = 1, 2  # the bits of a scan

MAX_NODES = 1_000_000  # leaves and containers of one value
MAX_DEPTH = 250  # lists and objects inside each other
_LARGEST_INTEGER = 2**63 - 1


def node_of(value: Value) -> Node:
    """Return the expression that gives *value*; a secret inside is spelled out, so its user must conceal the result.

    Raises:
        LimitFault: *value* is too large or too deep.
    """
    measure(value)
    return _node_of(value)


def unknown_call(name: str, arguments: Iterable[Value], type_: str | None = None) -> Value:
    """Return the call of *name* as an unknown value, its arguments spelled out; secret when one of them is."""
    parts = list(arguments)
    unknown = Unknown(Call(name, tuple(map(node_of, parts))), type_)
    return Secret(unknown) if any(map(is_secret, parts)) else unknown


def conceal(value: Value) -> Value:
    """Return *value* as a secret."""
    return value if type(value) is Secret else Secret(value)


def is_secret(value: Value) -> bool:
    """Return whether *value* is a secret or holds one."""
    return bool(scan(value)[0] & SECRET)


def is_known(value: Value) -> bool:
    """Return whether nothing in *value* is unknown."""
    return not scan(value)[0] & UNKNOWN


def reveal(value: Value) -> Any:
    """Return *value* with no secret marked, at any depth."""
    if type(value) is Secret:
        return reveal(value.value)
    if type(value) is list:
        return [reveal(item) for item in value]
    if type(value) is dict:
        return {key: reveal(item) for key, item in value.items()}
    return value


def scan(value: Value) -> tuple[int, int]:
    """Return what *value* holds, as bits ``UNKNOWN`` and ``SECRET``, and the number of its nodes.

    Raises:
        LimitFault: *value* is too large or too deep.
    """
    kind = type(value)
    if kind is not list and kind is not dict and kind is not Secret:
        return (UNKNOWN if kind is Unknown else 0), 1
    found = count = depth = 0
    level: list[Any] = [value]
    while level:
        count += len(level)
        depth += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise _too_large(count)
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is list:
                below += item
            elif kind is dict:
                below += item.values()
            elif kind is Unknown:
                found |= UNKNOWN
            elif kind is Secret:
                found |= SECRET
                below.append(item.value)
        level = below
    return found, count


def measure(value: Value) -> int:
    """Return the number of nodes of *value*.

    Raises:
        LimitFault: *value* is too large or too deep.
    """
    return scan(value)[1]


def _too_large(count: int) -> LimitFault:
    if count > MAX_NODES:
        return LimitFault(f"A value has more than {MAX_NODES} members and elements.", hint="make smaller values")
    return LimitFault(f"A value nests deeper than {MAX_DEPTH} levels.", hint="make flatter values")


def _node_of(value: Value) -> Node:
    if isinstance(value, Unknown):
        return value.expression
    if isinstance(value, Secret):
        return _node_of(value.value)
    if value is None:
        return Call("null", ())
    if isinstance(value, bool):
        return Call("true" if value else "false", ())
    if isinstance(value, str):
        return Literal(value)
    if isinstance(value, list):
        return Call("createArray", tuple(_node_of(item) for item in value))
    if isinstance(value, dict):
        return Call("createObject", tuple(_node_of(part) for member in value.items() for part in member))
    if isinstance(value, int) and -_LARGEST_INTEGER - 1 <= value <= _LARGEST_INTEGER:
        return Literal(value)
    return Call("json", (Literal(repr(value)),))
