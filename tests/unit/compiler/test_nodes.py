from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.compiler.nodes import replaced, to_source
from armlib.expressions.environment import Environment, Names, Scope
from armlib.expressions.evaluate import evaluate
from armlib.expressions.syntax import Call, Literal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def plain(value: Any) -> bool:
    """Whether no text in *value* is an expression or escaped."""
    if isinstance(value, str):
        return not value.startswith("[")
    if isinstance(value, dict):
        return all(map(plain, value.values()))
    return all(map(plain, value)) if isinstance(value, list) else True


@given(JSON.filter(plain))
def test_a_value_as_an_expression_evaluates_to_the_value(value: Any) -> None:
    assert evaluate(f"[{to_source(value)}]", Environment(template=Names({}), scope=Scope())) == value


def twice(node: Any) -> Any:
    """Replace parameters('n') by 2, parameters('o') by an object, variables('x') by a call."""
    if isinstance(node, Call) and node.arguments and isinstance(node.arguments[0], Literal):
        return {"n": 2, "o": {"a": "[foo()]"}, "x": Call("bar", ())}.get(str(node.arguments[0].value))
    return None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[parameters('n')]", 2),
        ("[parameters('o')]", {"a": "[foo()]"}),
        ("[add(parameters('n'), 1)]", "[add(2, 1)]"),
        ("[parameters('o').a[parameters('n')]]", "[createObject('a', foo()).a[2]]"),
        ("[variables('x').y]", "[bar().y]"),
        ("[ concat( 'kept' ) ]", "[ concat( 'kept' ) ]"),
        ("[[parameters('n')]", "[[parameters('n')]"),
        ("[parameters('n'", "[parameters('n'"),
        (["[parameters('n')]", {"k": "[parameters('n')]"}], [2, {"k": 2}]),
    ],
)
def test_parts_of_expressions_are_replaced_and_the_rest_stays(before: Any, after: Any) -> None:
    assert replaced(before, twice) == after


def test_a_nested_template_with_a_scope_of_its_own_stays() -> None:
    inner: Any = {
        "expressionEvaluationOptions": {"scope": "Inner"},
        "template": {"x": "[parameters('n')]"},
        "y": "[parameters('n')]",
    }
    assert replaced(inner, twice) == {**inner, "y": 2}
    outer: Any = {"template": {"x": "[parameters('n')]"}}
    assert replaced(outer, twice) == {"template": {"x": 2}}


def test_what_does_not_change_is_the_same_value() -> None:
    value: Any = {"a": ["x", {"b": "[concat('a')]"}]}
    assert replaced(value, twice) is value
