"""Laws of evaluation: whatever is thrown at it, it gives a value or one of the language's own errors."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.expressions.environment import Environment, Names, Scope
from armlib.expressions.evaluate import evaluate
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions import FUNCTIONS
from armlib.expressions.parser import ExpressionSyntaxError
from armlib.expressions.printer import print_expression
from armlib.expressions.simplify import node_of
from armlib.expressions.syntax import Call, Literal, Node

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
plain_names = sorted(set(FUNCTIONS) - {"lambda", "lambdavariables"})


def environment(**parameters: Any) -> Environment:
    return Environment(template=Names(parameters), scope=Scope())


@given(st.sampled_from(plain_names), st.lists(json_values, max_size=4))
@settings(max_examples=600)
def test_any_function_of_any_values_has_a_value_or_a_fault(name: str, values: list[Any]) -> None:
    parameters = {f"p{number}": value for number, value in enumerate(values)}
    arguments: tuple[Node, ...] = tuple(Call("parameters", (Literal(name_),)) for name_ in parameters)
    try:
        evaluate(print_expression(Call(name, arguments)), environment(**parameters))
    except EvaluationFault as fault:
        assert fault.message
        assert fault.diagnostics[0].code


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_value_or_a_diagnostic(text: str) -> None:
    try:
        evaluate(f"[{text}]", environment())
    except (ExpressionSyntaxError, EvaluationFault) as error:
        assert error.diagnostics


def without_surrogates_or_twins(value: Any) -> bool:
    """Whether an expression can spell *value*: names that differ only in case are one name to it."""
    if isinstance(value, dict):
        folded = {key.lower() for key in value}
        return len(folded) == len(value) and all(map(without_surrogates_or_twins, value.values()))
    return all(map(without_surrogates_or_twins, value)) if isinstance(value, list) else True


@given(json_values.filter(without_surrogates_or_twins))
def test_a_value_spelled_as_an_expression_is_the_value_again(value: Any) -> None:
    again = evaluate(print_expression(node_of(value)), environment())
    assert again == value
    assert repr(type(again)) == repr(type(value))


@given(json_values)
def test_json_of_the_text_of_a_value_is_the_value_again(value: Any) -> None:
    if isinstance(value, (list, dict)):
        assert evaluate("[json(string(parameters('v')))]", environment(v=value)) == value


@given(json_values, json_values)
def test_equality_is_symmetric_and_holds_for_itself(left: Any, right: Any) -> None:
    given_ = environment(a=left, b=right)
    assert evaluate("[equals(parameters('a'), parameters('a'))]", given_) is True
    assert evaluate("[equals(parameters('a'), parameters('b'))]", given_) == evaluate(
        "[equals(parameters('b'), parameters('a'))]", given_
    )


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_the_order_of_texts_is_total(a: str, b: str, c: str) -> None:
    def comes_before(left: str, right: str) -> bool:
        return evaluate("[lessOrEquals(parameters('l'), parameters('r'))]", environment(l=left, r=right)) is True

    assert comes_before(a, a)
    assert comes_before(a, b) or comes_before(b, a)
    if comes_before(a, b) and comes_before(b, c):
        assert comes_before(a, c)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_division_and_remainder_belong_together(a: int, b: int) -> None:
    if b and not (a == -(2**63) and b == -1):
        quotient = evaluate("[div(parameters('a'), parameters('b'))]", environment(a=a, b=b))
        remainder = evaluate("[mod(parameters('a'), parameters('b'))]", environment(a=a, b=b))
        assert isinstance(quotient, int)
        assert isinstance(remainder, int)
        assert quotient * b + remainder == a
        assert remainder == 0 or (remainder < 0) == (a < 0)
        assert abs(remainder) < abs(b)
