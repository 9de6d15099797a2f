"""Comparison functions: ``equals``, ``less`` and its kin, ``coalesce``."""

from __future__ import annotations

from typing import Any

from armlib.expressions.environment import NOT_KNOWN, Answer
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.logical import value_type
from armlib.expressions.functions.registry import Function, Invocation, Mode
from armlib.expressions.functions.types import type_name
from armlib.expressions.functions.unicode import compare
from armlib.expressions.simplify import SECRET, UNKNOWN, reveal, scan
from armlib.expressions.values import Secret, Unknown, Value


def equals(left: Any, right: Any) -> Answer:
    """Return whether two values are the same in type and content, text by case; members in any order."""
    if type(left) is str and type(right) is str:
        return left == right
    marks = scan(left)[0] | scan(right)[0]
    if marks & SECRET:
        result = same(reveal(left), reveal(right)) if marks & UNKNOWN else deep_equal(reveal(left), reveal(right))
        return NOT_KNOWN if result is None else Secret(result)
    if marks & UNKNOWN:
        found = same(left, right)
        return NOT_KNOWN if found is None else found
    return deep_equal(left, right)


def deep_equal(left: Any, right: Any) -> bool:
    """Return whether two values without unknown or secret parts are the same."""
    kind = type(left)
    if kind is not type(right):
        return False
    if kind is list:
        return len(left) == len(right) and all(map(deep_equal, left, right))
    if kind is dict:
        return len(left) == len(right) and all(
            key in right and deep_equal(value, right[key]) for key, value in left.items()
        )
    return bool(left == right)


def same(left: Any, right: Any) -> bool | None:
    """Return whether two values are the same; None when that hangs on an unknown part.

    Two unknown values with the same expression are not taken for the same: a call may give something else each time.
    """
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        first, second = value_type(left), value_type(right)
        is_other = first is not None and second is not None and first != second
        return False if is_other else None
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        if len(left) != len(right):
            return False
        return _all(map(same, left, right))
    if isinstance(left, dict):
        if left.keys() != right.keys():
            return False
        return _all(same(value, right[key]) for key, value in left.items())
    return bool(left == right)


def _all(results: Any) -> bool | None:
    answer: bool | None = True
    for result in results:
        if result is False:
            return False
        if result is None:
            answer = None
    return answer


def order(function: str, left: Any, right: Any) -> int:
    """Return -1, 0 or 1: two integers by size, two texts by linguistic order."""
    if type(left) is str and type(right) is str:
        return compare(left, right)
    if type(left) in (int, float) and type(right) in (int, float):
        return int(left > right) - int(left < right)
    raise EvaluationFault(
        f"The template language function '{function}' expects two integers or two strings. The provided values are of "
        f"type '{type_name(left)}' and '{type_name(right)}'. "
        f"Please see https://aka.ms/arm-functions#{function.lower()} for usage details.",
        function=function,
    )


def less(left: Any, right: Any) -> bool:
    """Return whether *left* comes before *right*."""
    return order("less", left, right) < 0


def less_or_equals(left: Any, right: Any) -> bool:
    """Return whether *left* comes before or with *right*."""
    return order("lessOrEquals", left, right) <= 0


def greater(left: Any, right: Any) -> bool:
    """Return whether *left* comes after *right*."""
    return order("greater", left, right) > 0


def greater_or_equals(left: Any, right: Any) -> bool:
    """Return whether *left* comes after or with *right*."""
    return order("greaterOrEquals", left, right) >= 0


def coalesce(invocation: Invocation) -> Value:
    """Return the first argument that is not null; those after it are not evaluated."""
    remaining: list[Value] = []
    for position in range(invocation.count):
        value = invocation.simplified(position) if remaining else invocation.value(position)
        inner = value.value if isinstance(value, Secret) else value
        if isinstance(inner, Unknown):
            remaining.append(value)
        elif inner is not None:
            if not remaining:
                return value
            return invocation.left_over([*remaining, value])
    if not remaining:
        return None
    return remaining[0] if len(remaining) == 1 else invocation.left_over(remaining)


def _coalesced_type(arguments: list[Any]) -> str | None:
    found = {value_type(argument) for argument in arguments}
    return found.pop() if len(found) == 1 else None


FUNCTIONS = (
    Function(name="equals", minimum=2, maximum=2, run=equals, result="bool", mode=Mode.OPEN, walks=True),
    Function(name="less", minimum=2, maximum=2, run=less, result="bool"),
    Function(name="lessOrEquals", minimum=2, maximum=2, run=less_or_equals, result="bool"),
    Function(name="greater", minimum=2, maximum=2, run=greater, result="bool"),
    Function(name="greaterOrEquals", minimum=2, maximum=2, run=greater_or_equals, result="bool"),
    Function(
        name="coalesce", minimum=1, maximum=None, run=coalesce, result=_coalesced_type, mode=Mode.LAZY, passes=True
    ),
)
