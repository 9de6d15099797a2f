"""Logical functions: ``and``, ``or``, ``not``, ``if``, ``bool``, ``true``, ``false``."""

from __future__ import annotations

from typing import Any

from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.registry import Function, Invocation, Mode
from armlib.expressions.functions.types import boolean, type_name, wrong_type
from armlib.expressions.simplify import conceal, is_known
from armlib.expressions.values import Secret, Unknown, Value


def if_(invocation: Invocation) -> Value:
    """Return the second argument when the first is true, else the third; the other is not evaluated."""
    condition = invocation.value(0)
    if condition is True:
        return invocation.value(1)
    if condition is False:
        return invocation.value(2)
    if isinstance(condition, Secret):
        return conceal(_if_of_secret(invocation, condition.value))
    if not isinstance(condition, Unknown):
        raise wrong_type("if", 0, "a boolean", condition)
    return _if_unknown(invocation, condition)


def _if_of_secret(invocation: Invocation, condition: Value) -> Value:
    if isinstance(condition, Unknown):
        return _if_unknown(invocation, condition)
    return invocation.value(1 if boolean("if", 0, condition) else 2)


def _if_unknown(invocation: Invocation, condition: Unknown) -> Value:
    """Return the call with both branches simplified; the value itself when they agree."""
    first, second = invocation.simplified(1), invocation.simplified(2)
    if type(first) is type(second) and first == second and is_known(first):
        return first
    return invocation.left_over([condition, first, second])


def if_type(arguments: list[Any]) -> str | None:
    """Return the type that both branches have."""
    first, second = (value_type(argument) for argument in arguments[1:3])
    return first if first == second else None


def value_type(value: Any) -> str | None:
    """Return the ARM type of *value*; None when it is open."""
    if isinstance(value, Secret):
        return value_type(value.value)
    if isinstance(value, Unknown):
        return value.type
    return _TYPES.get(type(value))


_TYPES = {str: "string", int: "int", bool: "bool", list: "array", dict: "object"}


def and_(invocation: Invocation) -> Value:
    """Return whether all arguments are true; evaluation stops at the first that is not."""
    return _junction(invocation, "and", stop=False)


def or_(invocation: Invocation) -> Value:
    """Return whether any argument is true; evaluation stops at the first that is."""
    return _junction(invocation, "or", stop=True)


def _junction(invocation: Invocation, name: str, *, stop: bool) -> Value:
    """Return *stop* as soon as an argument is *stop*, else its opposite; unknown ones remain."""
    remaining: list[Value] = []
    secret = False
    for position in range(invocation.count):
        # After an unknown argument a fault may never come to pass.
        value = invocation.simplified(position) if remaining else invocation.value(position)
        if isinstance(value, Secret):
            secret = True
            value = value.value
        if isinstance(value, Unknown) or (remaining and type(value) is not bool):
            remaining.append(value)
        elif boolean(name, position, value) is stop:
            return Secret(stop) if secret else stop
    result: Value = not stop
    if len(remaining) == 1 and isinstance(remaining[0], Unknown) and remaining[0].type == "bool":
        result = remaining[0]
    elif remaining:
        result = invocation.left_over(remaining if len(remaining) > 1 else [*remaining, not stop])
    return conceal(result) if secret else result


def not_(value: Any) -> bool:
    """Return the opposite of *value*."""
    return not boolean("not", 0, value)


def bool_(value: Any) -> Any:
    """Return *value*, a text or an integer, as a boolean."""
    if type(value) is bool:
        return value
    if type(value) is str and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    if type(value) is int:
        return value != 0
    raise EvaluationFault(
        "The template language function 'bool' cannot convert its parameter: "
        f"the value of type '{type_name(value)}' cannot be converted to the target type 'Boolean'.",
        function="bool",
    )


FUNCTIONS = (
    Function(name="if", minimum=3, maximum=3, run=if_, mode=Mode.LAZY, result=if_type, passes=True),
    Function(name="and", minimum=2, maximum=None, run=and_, mode=Mode.LAZY, result="bool"),
    Function(name="or", minimum=2, maximum=None, run=or_, mode=Mode.LAZY, result="bool"),
    Function(name="not", minimum=1, maximum=1, run=not_, result="bool"),
    Function(name="bool", minimum=1, maximum=1, run=bool_, result="bool"),
    Function(name="true", minimum=0, maximum=0, run=lambda: True, result="bool"),
    Function(name="false", minimum=0, maximum=0, run=lambda: False, result="bool"),
)
