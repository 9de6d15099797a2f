"""Bombs: what would grow beyond bounds is refused quickly."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.environment import Budget, Environment, FunctionParameter, Names, Scope, UserFunction
from armlib.expressions.evaluate import evaluate
from armlib.expressions.faults import EvaluationFault, LimitFault

DOUBLED = "reduce(range(0, 60), {start}, lambda('c', 'n', {step}))"
C = "lambdaVariables('c')"


@pytest.mark.parametrize(
    "text",
    [
        "padLeft('x', 2147483648)",
        DOUBLED.format(start="'xx'", step=f"concat({C}, {C})"),
        DOUBLED.format(start="'a'", step=f"replace({C}, 'a', 'aaaa')"),
        DOUBLED.format(start="'{0}'", step=f"format('{{0}}{{0}}', {C})"),
        DOUBLED.format(start="createArray(1)", step=f"createArray({C}, {C})"),
        DOUBLED.format(start="createArray(1)", step=f"concat({C}, {C})"),
        DOUBLED.format(start="createArray(1)", step=f"flatten(createArray({C}, {C}))"),
        DOUBLED.format(start="createObject('a', 1)", step=f"createObject('l', {C}, 'r', {C})"),
        DOUBLED.format(start="createObject('a', 1)", step=f"union(createObject('l', {C}, 'r', {C}), {C})"),
        f"string({DOUBLED.format(start='createArray(1)', step=f'createArray({C}, {C})')})",
        "reduce(range(0, 9000), createArray(1), lambda('c', 'n', createArray(lambdaVariables('c'))))",
        "map(range(0, 10000), lambda('x', map(range(0, 10000), lambda('y', lambdaVariables('y')))))",
        "map(range(0, 10000), lambda('x', padLeft('', 1000000)))",
        "map(range(0, 10000), lambda('x', contains(range(0, 10000), -1)))",
        "map(range(0, 10000), lambda('x', equals(range(0, 10000), range(0, 10000))))",
        "replace(padLeft('', 1000000, 'a'), 'a', padLeft('', 1000000, 'b'))",
        "split(padLeft('', 4000000, 'a'), 'a')",
        "join(split(padLeft('', 90000, 'a'), 'a'), padLeft('', 1000, 'b'))",
        "uriComponent(padLeft('', 4000000, '/'))",
        "format(replace(padLeft('', 1000000, 'a'), 'a', '{0}'), 1)",
        "format(replace(padLeft('', 1000000, 'a'), 'a', '{{'))",
        "c.twice(40)",
    ],
)
def test_a_bomb_is_refused(value: Any, text: str) -> None:
    twice = UserFunction(
        name="c.twice",
        parameters=(FunctionParameter(name="n"),),
        output="[if(equals(parameters('n'), 0), 'x', concat(c.twice(sub(parameters('n'), 1)), "
        "c.twice(sub(parameters('n'), 1))))]",
        sees_template=True,
    )
    with pytest.raises(LimitFault):
        value(text, functions={"c.twice": twice})


@pytest.mark.parametrize(
    "text",
    [
        "range(0, 2147483648)",
        "format('{0,2000000000}', 1)",
        "format('{0:D999999999}', 1)",
        "json(padLeft('', 1000000, '['))",
        "json(padLeft('', 1000000, '9'))",
        "int(padLeft('', 1000000, '9'))",
        "dateTimeAdd('2020-01-01', concat('P', padLeft('', 1000000, '9'), 'Y'))",
        "dateTimeToEpoch(padLeft('', 1000000, '1'))",
        "format(concat('{0', padLeft('', 4000000)), 1)",
        "format(padLeft('', 4000000, '}'), 1, 2, '{')",
        "json(concat('[', padLeft('', 4000000), ']]'))",
        "json(replace(padLeft('', 1000000, 'a'), 'a', '/**/'))",
        "dataUriToString(padLeft('data:', 4000000, ';'))",
        "parseCidr(padLeft('/8', 4000000, '1'))",
        "bool(padLeft('x', 4000000))",
    ],
)
def test_a_hostile_value_is_a_fault(value: Any, text: str) -> None:
    with pytest.raises(EvaluationFault):
        value(text)


def test_deep_but_sane_expressions_are_evaluated(value: Any) -> None:
    assert value("not(" * 250 + "true()" + ")" * 250) is True
    assert value("if(true(), " * 200 + "1" + ", 1)" * 200) == 1


def test_long_texts_are_compared(value: Any) -> None:
    assert value("less(padLeft('b', 4000000, 'a'), padLeft('c', 4000000, 'a'))") is True


def test_what_one_expression_may_use_is_less_than_what_all_may() -> None:
    budget = Budget(steps=250, expression_steps=100)
    environment = Environment(template=Names(), scope=Scope(), budget=budget)
    text = "[map(range(0, 20), lambda('x', add(lambdaVariables('x'), 1)))]"  # four nodes twenty times
    evaluate(text, environment)
    evaluate(text, environment)
    evaluate(text, environment)
    with pytest.raises(LimitFault):
        evaluate(text, environment)
    with pytest.raises(LimitFault):
        evaluate(text, Environment(template=Names(), scope=Scope(), budget=Budget(expression_steps=70)))
