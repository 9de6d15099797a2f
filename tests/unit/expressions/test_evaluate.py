"""Evaluation: names, accessors, laziness, places, user functions, and how faults are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from armlib.expressions.environment import (
    Environment,
    FunctionParameter,
    Names,
    Scope,
    Site,
    UserFunction,
)
from armlib.expressions.evaluate import evaluate, evaluate_json
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.parser import ExpressionSyntaxError, parse

OBJECT = {"Name": "n", "list": [10, 20], "1": "one", "none": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("parameters('object').name", "n"),
        ("PARAMETERS('OBJECT')['NAME']", "n"),
        ("parameters('object').list[1]", 20),
        ("parameters('object')['1']", "one"),
        ("parameters('object').none", None),
        ("parameters('object')[concat('li', 'st')][sub(2, 1)]", 20),
        ("variables('v').x", 1),
        ("createObject('a', createArray(1, 2)).a[1]", 2),
        ("'text'", "text"),
        ("-5", -5),
    ],
)
def test_names_and_members_are_found_in_any_case(value: Any, text: str, expected: Any) -> None:
    assert value(text, {"object": OBJECT}, variables={"V": {"X": 1}}) == expected


def test_a_member_of_the_same_case_wins(value: Any) -> None:
    assert value("parameters('o').true", {"o": {"True": 1, "true": 2}}) == 2


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("parameters('objct')", "The template parameter 'objct' is not found", "did you mean 'object'?"),
        ("variables('w')", "The template variable 'w' is not found", None),
        ("parmeters('object')", "The template function 'parmeters' is not valid", "did you mean 'parameters'?"),
        ("contoso.missing()", "The template function 'contoso.missing' is not valid", None),
        (
            "parameters('object').missing",
            "The language expression property 'missing' doesn't exist, available properties are 'Name, list, 1, none'",
            None,
        ),
        ("parameters('object').list[2]", "The language expression property array index '2' is out of bounds", None),
        ("parameters('object').list[-1]", "index '-1' is out of bounds", None),
        ("parameters('object').name.x", "property selection is not supported on values of type 'String'", None),
        ("parameters('object').none.x", "not supported on values of type 'Null'", None),
        ("parameters('object')[0]", "property name must be a string", None),
        ("parameters('object').list.x", "not supported on values of type 'Array'", None),
        ("toLower()", "function requires 1 argument(s) while 0 were provided", None),
        ("substring('a')", "function requires 2 to 3 argument(s) while 1 were provided", None),
        ("concat()", "function requires 1 or more argument(s) while 0 were provided", None),
        ("toLower(1)", "expects its first parameter to be a string. The provided value is of type 'Integer'", None),
        ("lambda('x', 1)", "The template function 'lambda' is not expected at this location", None),
        ("lambdaVariables('x')", "the lambda variable 'x' is not found", None),
        ("copyIndex()", "The template function 'copyIndex' is not expected at this location", None),
        ("copyIndex('disk')", "The loop 'disk' is not found", "did you mean 'disks'?"),
        ("fail('stop here')", "stop here", None),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_service(value: Any, text: str, message: str, hint: str | None) -> None:
    loops = {"disks": 1} if "disk" in text else {}
    with pytest.raises(EvaluationFault) as caught:
        value(text, {"object": OBJECT}, loops=loops)
    assert message in caught.value.message
    if hint:
        assert caught.value.hint is not None
        assert hint in caught.value.hint


def test_a_fault_points_at_the_innermost_call() -> None:
    text = "[concat('a', toLower(div(1, 0)))]"
    with pytest.raises(EvaluationFault) as caught:
        evaluate(text, Environment(template=Names(), scope=Scope()))
    fault = caught.value
    assert fault.function == "div"
    assert fault.position == text.index("div")
    assert fault.excerpt is not None
    assert fault.excerpt.text[fault.excerpt.column - 1 :].startswith("div(1, 0)")


def test_a_fault_points_into_its_own_text_when_one_of_the_same_shape_went_before() -> None:
    environment = Environment(template=Names(), scope=Scope())
    for divisor in (1, 2, 3):
        evaluate(f"[concat('{'x' * divisor}', string(div(6, {divisor})))]", environment)
    text = "[concat('longer text', string(div(6, 0)))]"
    with pytest.raises(EvaluationFault) as caught:
        evaluate(text, environment)
    assert (caught.value.position, caught.value.text) == (text.index("div"), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if(true(), 1, fail('not evaluated'))", 1),
        ("if(false(), fail('not evaluated'), 2)", 2),
        ("coalesce(null(), 3, fail('not evaluated'))", 3),
        ("and(false(), fail('not evaluated'))", False),
        ("or(true(), fail('not evaluated'))", True),
    ],
)
def test_what_is_not_needed_is_not_evaluated(value: Any, text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("copyIndex()", 3), ("copyIndex(1)", 4), ("copyIndex('DISKS')", 5), ("copyIndex('disks', -5)", 0)],
)
def test_copy_index_counts_the_loop(value: Any, text: str, expected: int) -> None:
    assert value(text, index=3, loops={"disks": 5}) == expected


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("utcNow()", {Site.PARAMETER_DEFAULT, Site.ANYWHERE}),
        ("newGuid()", {Site.PARAMETER_DEFAULT, Site.ANYWHERE}),
        ("reference('x')", {Site.RESOURCE, Site.OUTPUT, Site.ASSERT, Site.ANYWHERE}),
        ("listKeys('x', '2023-01-01')", {Site.RESOURCE, Site.OUTPUT, Site.ASSERT, Site.ANYWHERE}),
        ("concat('a')", set(Site)),
    ],
)
def test_some_functions_are_allowed_only_in_some_places(value: Any, text: str, allowed: set[Site]) -> None:
    for site in Site:
        if site in allowed:
            value(text, site=site)
        else:
            with pytest.raises(EvaluationFault, match="is not expected at this location"):
                value(text, site=site)


def function(output: Any, *parameters: str, sees_template: bool = False) -> UserFunction:
    return UserFunction(
        name="c.f",
        parameters=tuple(FunctionParameter(name=name) for name in parameters),
        output=output,
        sees_template=sees_template,
    )


def test_a_user_function_sees_its_own_parameters_alone(value: Any) -> None:
    functions = {"C.F": function("[concat(parameters('A'), '!')]", "a")}
    assert value("c.f('x')", {"a": "outer"}, functions=functions) == "x!"
    with pytest.raises(EvaluationFault, match="parameter 'b' is not found"):
        value("c.f()", {"b": 1}, functions={"c.f": function("[parameters('b')]")})


def test_the_body_of_a_user_function_is_any_json(value: Any) -> None:
    body = {"list": ["[parameters('n')]", "[[text]", 3], "plain": True}
    assert value("c.f(7)", functions={"c.f": function(body, "n")}) == {"list": [7, "[text]", 3], "plain": True}


def test_a_user_function_reads_variables_only_where_the_language_version_lets_it(value: Any) -> None:
    body = "[concat(variables('v'), c.g())]"
    functions = {"c.f": function(body, sees_template=True), "c.g": function("g", sees_template=True)}
    assert value("c.f()", variables={"v": "v"}, functions=functions) == "vg"
    with pytest.raises(EvaluationFault, match="'variables' is not expected"):
        value("c.f()", variables={"v": "v"}, functions={"c.f": function("[variables('v')]")})
    with pytest.raises(EvaluationFault, match=r"'c\.g' is not valid"):
        value("c.f()", functions={"c.f": function("[c.g()]"), "c.g": function("g")})


def test_a_user_function_takes_as_many_arguments_as_it_declares(value: Any) -> None:
    with pytest.raises(EvaluationFault, match=r"requires 1 argument\(s\) while 2 were provided"):
        value("c.f(1, 2)", functions={"c.f": function("x", "a")})


def test_arguments_and_result_of_a_user_function_are_checked(value: Any) -> None:
    def check(given: Any) -> Any:
        if given == "bad":
            raise EvaluationFault("not of the declared type")
        return given

    declared = UserFunction(
        name="c.f", parameters=(FunctionParameter(name="a", check=check),), output="[parameters('a')]", check=check
    )
    assert value("c.f('good')", functions={"c.f": declared}) == "good"
    with pytest.raises(EvaluationFault, match="not of the declared type"):
        value("c.f('bad')", functions={"c.f": declared})


def test_a_user_function_that_calls_itself_ends(value: Any) -> None:
    functions = {"c.f": function("[c.f(parameters('n'))]", "n", sees_template=True)}
    with pytest.raises(EvaluationFault, match="calls itself"):
        value("c.f(1)", functions=functions)


def test_json_of_a_template_is_evaluated_at_every_depth() -> None:
    environment = Environment(template=Names({"p": 1}), scope=Scope())
    template = {"a": ["[parameters('p')]", "[[x]", "plain", None, 1.5], "[key]": "[concat('b')]"}
    assert evaluate_json(template, environment) == {"a": [1, "[x]", "plain", None, 1.5], "[key]": "b"}  # type: ignore[arg-type]


def test_a_null_character_is_not_taken_for_a_literal() -> None:
    environment = Environment(template=Names(), scope=Scope())
    for number in (1, 2, 3):
        assert evaluate(f"[concat('a', string({number}))]", environment) == f"a{number}"
    for text in ("[concat(\0, string(1))]", "[concat('a', string(\0))]", "[concat(\0, string(\0))]"):
        with pytest.raises(ExpressionSyntaxError):
            evaluate(text, environment)
    assert evaluate("[concat('\0', string(4))]", environment) == "\x004"


def test_a_malformed_expression_is_a_syntax_error() -> None:
    with pytest.raises(ExpressionSyntaxError):
        evaluate("[concat(]", Environment(template=Names(), scope=Scope()))


def test_a_tree_is_evaluated_as_its_text() -> None:
    environment = Environment(template=Names(), scope=Scope(now=datetime.now(UTC)))
    assert evaluate(parse("[add(1, 2)]"), environment) == evaluate("[add(1, 2)]", environment) == 3
