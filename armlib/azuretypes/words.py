"""How types and values are told in a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from armlib.azuretypes.model import (
    ArrayType,
    BooleanType,
    EnumType,
    IntegerType,
    ObjectType,
    Type,
    UnionType,
    VariantType,
)

SHOWN_VALUES: Final = 12  # of an enumeration, in a hint
LONGEST_SHOWN: Final = 60  # characters of a value, in a message


def expected(type_: Type) -> str:
    """Return what a value of *type_* is: ``an object``, ``a number from 1 to 8``."""
    match type_:
        case ObjectType() | VariantType():
            return "an object"
        case ArrayType():
            return "an array"
        case BooleanType():
            return "true or false"
        case IntegerType():
            return "a number" + (f" {range_of(type_)}" if range_of(type_) else "")
        case EnumType():
            return one_of(type_.values) if not type_.open else "a string"
        case UnionType():
            return " or ".join(map(expected, type_.members))
    return "a string"


def range_of(type_: IntegerType) -> str | None:
    """Return which numbers *type_* takes: ``from 1 to 8``; None for any."""
    if type_.minimum is not None and type_.maximum is not None:
        return f"from {type_.minimum} to {type_.maximum}"
    if type_.minimum is not None:
        return f"of at least {type_.minimum}"
    return f"of at most {type_.maximum}" if type_.maximum is not None else None


def one_of(values: Sequence[str]) -> str:
    """Return which of *values* can be chosen, the first of them."""
    shown = ", ".join(f"'{value}'" for value in values[:SHOWN_VALUES])
    further = len(values) - SHOWN_VALUES
    if len(values) == 1:
        return shown
    return f"one of {shown}" + (f" and {further} more" if further > 0 else "")


def known_names(names: Sequence[str]) -> str | None:
    """Return the first of *names*, for a hint; None when there is none."""
    if not names:
        return None
    further = len(names) - SHOWN_VALUES
    return "known: " + ", ".join(sorted(names)[:SHOWN_VALUES]) + (f" and {further} more" if further > 0 else "")


def kind_of(value: object) -> str:
    """Return what *value* is: ``a boolean``."""
    match value:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list() | tuple():
            return "an array"
        case Mapping():
            return "an object"
    return "null" if value is None else "another value"


def with_article(result: str) -> str:
    """Return the type *result* of an expression with its article."""
    return {"array": "an array", "object": "an object", "int": "an int"}.get(result, f"a {result}")


def quoted(value: object) -> str:
    """Return *value* as it is written, in quotes when it is a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{short(value)}'" if isinstance(value, str) else short(str(value))


def short(text: str) -> str:
    """Return *text*, cut where it is too long for a message."""
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
