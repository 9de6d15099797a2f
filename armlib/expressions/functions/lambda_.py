"""Lambda functions: ``map``, ``filter``, ``reduce``, ``sort``, ``toObject``, ``groupBy``, ``mapValues``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from armlib.expressions.faults import EvaluationFault, UnknownNameFault
from armlib.expressions.functions.registry import Function, Invocation, Lambda, Mode
from armlib.expressions.functions.types import array, object_, type_name
from armlib.expressions.simplify import conceal
from armlib.expressions.values import Secret, Unknown, Value


def map_(invocation: Invocation) -> Value:
    """Return what the lambda makes of each element."""
    body = invocation.lambda_(1, (1, 2))

    def run(elements: list[Value]) -> Value:
        return [_called(body, element, number) for number, element in enumerate(elements)]

    return _over(invocation, run)


def filter_(invocation: Invocation) -> Value:
    """Return the elements that the lambda is true for."""
    body = invocation.lambda_(1, (1, 2))

    def run(elements: list[Value]) -> Value:
        result = []
        tainted = False
        for number, element in enumerate(elements):
            answer = _called(body, element, number)
            if isinstance(answer, Secret):
                tainted = True
                answer = answer.value
            if isinstance(answer, Unknown):
                return _left_over(invocation, elements)
            if _boolean("filter", answer):
                result.append(element)
        return conceal(result) if tainted else result

    return _over(invocation, run)


def reduce(invocation: Invocation) -> Value:
    """Return what the lambda makes of the result so far and each element in turn."""
    body = invocation.lambda_(2, (2, 3))
    start = invocation.value(1)

    def run(elements: list[Value]) -> Value:
        result = start
        for number, element in enumerate(elements):
            arguments = (result, element, number)
            result = body(*arguments[: len(body.parameters)])
        return result

    return _over(invocation, run)


def sort(invocation: Invocation) -> Value:
    """Return the elements in the order of a predicate that tells whether one comes before another; stable."""
    body = invocation.lambda_(1, (2,))

    def run(elements: list[Value]) -> Value:
        marks: set[type] = set()

        def before(left: Value, right: Value) -> bool:
            answer = body(left, right)
            if isinstance(answer, Secret):
                marks.add(Secret)
                answer = answer.value
            if isinstance(answer, Unknown):
                raise _UnknownOrderError
            return _boolean("sort", answer)

        def compare(left: Value, right: Value) -> int:
            return -1 if before(left, right) else int(before(right, left))

        try:
            result: Value = sorted(elements, key=cmp_to_key(compare))
        except _UnknownOrderError:
            return _left_over(invocation, elements)
        return conceal(result) if marks else result

    return _over(invocation, run)


class _UnknownOrderError(Exception):
    """Two elements of which only the deployment will know which comes first."""


def to_object(invocation: Invocation) -> Value:
    """Return an object with a member for each element, named by the first lambda, of the value of the second."""
    key_of = invocation.lambda_(1, (1,))
    value_of = invocation.lambda_(2, (1,)) if invocation.count > 2 else None

    def run(elements: list[Value]) -> Value:
        result: dict[str, Value] = {}
        return _collected(
            invocation, elements, key_of, value_of, result, lambda key, value: result.update({key: value})
        )

    return _over(invocation, run)


def group_by(invocation: Invocation) -> Value:
    """Return an object with an array for each key that the first lambda gives, of the values of the second."""
    key_of = invocation.lambda_(1, (1,))
    value_of = invocation.lambda_(2, (1,)) if invocation.count > 2 else None

    def run(elements: list[Value]) -> Value:
        result: dict[str, list[Any]] = {}
        return _collected(
            invocation, elements, key_of, value_of, result, lambda key, value: result.setdefault(key, []).append(value)
        )

    return _over(invocation, run)


def map_values(invocation: Invocation) -> Value:
    """Return an object with each value replaced by what the lambda makes of it."""
    body = invocation.lambda_(1, (1,))
    target = invocation.value(0)
    if isinstance(target, Secret) and not isinstance(target.value, Unknown):
        members = object_("mapValues", 0, target.value)
        return conceal({key: body(conceal(value)) for key, value in members.items()})
    if isinstance(target, (Unknown, Secret)):
        return _left_over(invocation, target)
    return {key: body(value) for key, value in object_("mapValues", 0, target).items()}


def lambda_variables(invocation: Invocation) -> Value:
    """Return the variable of the innermost lambda that has one of this name."""
    name = invocation.value(0)
    if type(name) is not str:
        raise EvaluationFault(
            "The template language function 'lambdaVariables' expects its parameter to be a string literal. "
            f"The provided value is of type '{type_name(name)}'."
        )
    try:
        return invocation.variables[name.lower()]
    except KeyError:
        raise UnknownNameFault(
            f"The template function 'lambdaVariables' is not expected at this location: the lambda variable '{name}' "
            "is not found.",
            name,
            invocation.variables,
        ) from None


def lambda_alone(invocation: Invocation) -> Value:
    """Refuse a lambda that is no argument of a lambda function."""
    raise EvaluationFault(
        "The template function 'lambda' is not expected at this location. "
        "Please see https://aka.ms/arm-functions for usage details.",
        hint="a lambda stands only as an argument of map, filter, reduce, sort, toObject, groupBy or mapValues",
        function="lambda",
    )


def _over(invocation: Invocation, run: Callable[[list[Value]], Value]) -> Value:
    """Return *run* of the array that is the first argument; its elements are secret when it is."""
    target = invocation.value(0)
    if type(target) is list:
        return run(target)
    if isinstance(target, Secret) and not isinstance(target.value, Unknown):
        return conceal(run([conceal(element) for element in array(invocation.call.name, 0, target.value)]))
    if isinstance(target, (Unknown, Secret)):
        return _left_over(invocation, target)
    return run(array(invocation.call.name, 0, target))


def _left_over(invocation: Invocation, target: Value) -> Value:
    return invocation.left_over([target, *map(invocation.simplified, range(1, invocation.count))])


def _called(body: Lambda, element: Value, number: int) -> Value:
    return body(element) if len(body.parameters) == 1 else body(element, number)


def _boolean(function: str, answer: Value) -> bool:
    if type(answer) is not bool:
        raise EvaluationFault(
            f"The template language function '{function}' expects its lambda function to return a boolean. "
            f"The returned value is of type '{type_name(answer)}'.",
            function=function,
        )
    return answer


def _collected(
    invocation: Invocation,
    elements: list[Value],
    key_of: Lambda,
    value_of: Lambda | None,
    result: Any,
    put: Callable[[str, Value], None],
) -> Value:
    """Return *result* after a *put* for each element."""
    tainted = False
    for element in elements:
        key = key_of(element)
        if isinstance(key, Secret):
            tainted = True
            key = key.value
        if isinstance(key, Unknown):
            return _left_over(invocation, elements)
        if type(key) is not str:
            name = invocation.call.name
            raise EvaluationFault(
                f"The template language function '{name}' expects its lambda function to return a string as the key. "
                f"The returned value is of type '{type_name(key)}'.",
                function=name,
            )
        put(key, value_of(element) if value_of else element)
    return conceal(result) if tainted else result


FUNCTIONS = (
    Function(name="map", minimum=2, maximum=2, run=map_, result="array", mode=Mode.LAZY),
    Function(name="filter", minimum=2, maximum=2, run=filter_, result="array", mode=Mode.LAZY),
    Function(name="reduce", minimum=3, maximum=3, run=reduce, mode=Mode.LAZY),
    Function(name="sort", minimum=2, maximum=2, run=sort, result="array", mode=Mode.LAZY),
    Function(name="toObject", minimum=2, maximum=3, run=to_object, result="object", mode=Mode.LAZY),
    Function(name="groupBy", minimum=2, maximum=3, run=group_by, result="object", mode=Mode.LAZY),
    Function(name="mapValues", minimum=2, maximum=2, run=map_values, result="object", mode=Mode.LAZY),
    Function(name="lambda", minimum=1, maximum=None, run=lambda_alone, mode=Mode.LAZY),
    Function(name="lambdaVariables", minimum=1, maximum=1, run=lambda_variables, mode=Mode.LAZY, passes=True),
)
