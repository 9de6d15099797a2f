"""Numeric functions: 64-bit signed integers."""

from __future__ import annotations

import math
from typing import Any

from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.registry import Function, Mode
from armlib.expressions.functions.types import INT64_MAX, INT64_MIN, integer, invalid, type_name, wrong_type


def add(left: Any, right: Any) -> int:
    """Return the sum."""
    return _bounded("add", integer("add", 0, left) + integer("add", 1, right), left, right)


def sub(left: Any, right: Any) -> int:
    """Return the difference."""
    return _bounded("sub", integer("sub", 0, left) - integer("sub", 1, right), left, right)


def mul(left: Any, right: Any) -> int:
    """Return the product."""
    return _bounded("mul", integer("mul", 0, left) * integer("mul", 1, right), left, right)


def div(left: Any, right: Any) -> int:
    """Return the quotient, truncated towards zero."""
    dividend, divisor = integer("div", 0, left), _divisor("div", right)
    quotient = abs(dividend) // abs(divisor)
    return _bounded("div", quotient if (dividend < 0) == (divisor < 0) else -quotient, left, right)


def mod(left: Any, right: Any) -> int:
    """Return the remainder of the truncated division; it has the sign of *left*."""
    dividend, divisor = integer("mod", 0, left), _divisor("mod", right)
    remainder = abs(dividend) % abs(divisor)
    return -remainder if dividend < 0 else remainder


def max_(*numbers: Any) -> int:
    """Return the largest of the integers, or of the elements of the one array."""
    return max(_numbers("max", numbers))


def min_(*numbers: Any) -> int:
    """Return the smallest of the integers, or of the elements of the one array."""
    return min(_numbers("min", numbers))


def int_(value: Any) -> int:
    """Return a text or a number as an integer."""
    if type(value) is int:
        return value
    if type(value) is float and math.isfinite(value):
        return _converted("int", round(value), value)
    if type(value) is str and len(value) < 64:
        digits = value.strip(" \t\n\v\f\r")
        if digits.removeprefix("-" if digits.startswith("-") else "+").isdecimal() and digits.isascii():
            return _converted("int", int(digits), value)
    if type(value) not in (str, float):
        raise wrong_type("int", 0, "a string or an integer", value)
    raise _not_converted("int", value, "Integer")


def float_(value: Any) -> float:
    """Return a text or a number as a floating point number."""
    if type(value) in (int, float):
        return float(value)
    if type(value) is not str:
        raise wrong_type("float", 0, "a string or an integer", value)
    try:
        number = float(value) if value.isascii() and "_" not in value else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _not_converted("float", value, "Float")
    return number


def _divisor(function: str, value: Any) -> int:
    if integer(function, 1, value) == 0:
        raise EvaluationFault(f"The template language function '{function}' cannot divide by zero.", function=function)
    return value  # type: ignore[no-any-return]


def _bounded(function: str, result: int, left: int, right: int) -> int:
    if INT64_MIN <= result <= INT64_MAX:
        return result
    raise EvaluationFault(
        f"The template language function '{function}' overflowed with the operants '{left}' and '{right}'.",
        function=function,
    )


def _numbers(function: str, arguments: tuple[Any, ...]) -> tuple[int, ...]:
    if len(arguments) == 1 and type(arguments[0]) is list:
        if not arguments[0]:
            raise invalid(function, "the array must have an element.")
        arguments = tuple(arguments[0])
    for position, argument in enumerate(arguments):
        if type(argument) is not int:
            raise wrong_type(function, position, "an integer, or the only one an array of integers", argument)
    return arguments


def _converted(function: str, number: int, value: Any) -> int:
    if INT64_MIN <= number <= INT64_MAX:
        return number
    raise _not_converted(function, value, "Integer")


def _not_converted(function: str, value: Any, target: str) -> EvaluationFault:
    return EvaluationFault(
        f"The template language function '{function}' cannot convert its parameter '{str(value)[:100]}': the value of "
        f"type '{type_name(value)}' cannot be converted to the target type '{target}'.",
        function=function,
    )


FUNCTIONS = (
    Function(name="add", minimum=2, maximum=2, run=add, result="int"),
    Function(name="sub", minimum=2, maximum=2, run=sub, result="int"),
    Function(name="mul", minimum=2, maximum=2, run=mul, result="int"),
    Function(name="div", minimum=2, maximum=2, run=div, result="int"),
    Function(name="mod", minimum=2, maximum=2, run=mod, result="int"),
    Function(name="max", minimum=1, maximum=None, run=max_, result="int", mode=Mode.DEEP),
    Function(name="min", minimum=1, maximum=None, run=min_, result="int", mode=Mode.DEEP),
    Function(name="int", minimum=1, maximum=1, run=int_, result="int"),
    Function(name="float", minimum=1, maximum=1, run=float_),
)
