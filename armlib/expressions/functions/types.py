"""Types of values as the service names them, and the faults of arguments that are of another."""

from __future__ import annotations

from typing import Any

from armlib.expressions.faults import EvaluationFault, LimitFault
from armlib.expressions.values import Secret, Unknown

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
MAX_TEXT = 4_194_304  # characters of a text, as many as the largest template has
MAX_ITEMS = 250_000  # elements of an array that a function makes

_NAMES = {
    str: "String",
    int: "Integer",
    bool: "Boolean",
    float: "Float",
    list: "Array",
    dict: "Object",
    type(None): "Null",
    Unknown: "Unknown",
    Secret: "Secret",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def type_name(value: Any) -> str:
    """Return the type of *value* as messages name it: ``String``, ``Integer``."""
    return _NAMES.get(type(value), type(value).__name__)


def wrong_type(function: str, position: int, expected: str, value: Any) -> EvaluationFault:
    """Return the fault of an argument of the wrong type; *position* counts from 0."""
    ordinal = _ORDINALS[position] if position < len(_ORDINALS) else f"{position + 1}th"
    return EvaluationFault(
        f"The template language function '{function}' expects its {ordinal} parameter to be {expected}. "
        f"The provided value is of type '{type_name(value)}'. "
        f"Please see https://aka.ms/arm-functions#{function.lower()} for usage details.",
        function=function,
    )


def invalid(function: str, problem: str, hint: str | None = None) -> EvaluationFault:
    """Return the fault of a call whose arguments are of the right type but cannot be worked with."""
    return EvaluationFault(
        f"Unable to evaluate template language function '{function}': {problem} "
        f"Please see https://aka.ms/arm-functions#{function.lower()} for usage details.",
        hint=hint,
        function=function,
    )


def text(function: str, position: int, value: Any) -> str:
    """Return *value*, which must be a text."""
    if type(value) is not str:
        raise wrong_type(function, position, "a string", value)
    return value


def integer(function: str, position: int, value: Any) -> int:
    """Return *value*, which must be an integer."""
    if type(value) is not int:
        raise wrong_type(function, position, "an integer", value)
    return value


def array(function: str, position: int, value: Any) -> list[Any]:
    """Return *value*, which must be an array."""
    if type(value) is not list:
        raise wrong_type(function, position, "an array", value)
    return value


def object_(function: str, position: int, value: Any) -> dict[str, Any]:
    """Return *value*, which must be an object."""
    if type(value) is not dict:
        raise wrong_type(function, position, "an object", value)
    return value


def boolean(function: str, position: int, value: Any) -> bool:
    """Return *value*, which must be a boolean."""
    if type(value) is not bool:
        raise wrong_type(function, position, "a boolean", value)
    return value


def bounded_text(function: str, length: int) -> None:
    """Refuse to make a text of *length* characters when that is too long.

    Raises:
        LimitFault: It is.
    """
    if length > MAX_TEXT:
        raise LimitFault(
            f"The template language function '{function}' would make a text of {length} characters; "
            f"at most {MAX_TEXT} are allowed.",
            function=function,
        )


def bounded_items(function: str, count: int) -> None:
    """Refuse to make an array or object of *count* elements when that is too long.

    Raises:
        LimitFault: It is.
    """
    if count > MAX_ITEMS:
        raise LimitFault(
            f"The template language function '{function}' would make {count} elements; "
            f"at most {MAX_ITEMS} are allowed.",
            function=function,
        )
