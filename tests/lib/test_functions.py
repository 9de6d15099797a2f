"""Expressions: quoting, nesting, and one function for every function of ARM."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armlib.expressions.environment import Environment, Names, Scope
from armlib.expressions.evaluate import evaluate
from armlib.expressions.functions import FUNCTIONS, find_function
from armlib.expressions.parser import parse
from armlib.expressions.syntax import Call, Literal

SHARED = Path(__file__).parents[3] / "shared"

# No NUL, which stands for an argument that was not given, and no lone surrogate, which is no text.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
AWKWARD = st.text(st.sampled_from("'[]()a, \\\"\n{}0"), max_size=12)
WHOLE = st.integers(-(2**53), 2**53)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS | AWKWARD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS | AWKWARD, inner, max_size=4),
    max_leaves=12,
)
BATCH = 40  # values evaluated together: the C++ binding takes long to start


def literal(text: str) -> str:
    """Return Jsonnet for a text that is not taken for an expression."""
    return f"arm.literal({json.dumps(text)})"


def jsonnet_of(value: Any) -> str:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(jsonnet_of, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{literal(key)}]: {jsonnet_of(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def nothing() -> Environment:
    return Environment(template=Names(), scope=Scope(now=datetime.now(UTC)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS | AWKWARD, min_size=BATCH, max_size=BATCH))
def test_any_text_comes_back_from_an_expression(jsonnet: Any, texts: list[str]) -> None:
    calls = ", ".join(f"fn.concat([{literal(text)}, fn.parameters({literal(text)})])" for text in texts)
    for text, expression in zip(texts, jsonnet(f"[{calls}]"), strict=True):
        assert parse(expression) == Call("concat", (Literal(text), Call("parameters", (Literal(text),))))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=BATCH, max_size=BATCH))
def test_any_value_comes_back_from_an_expression(jsonnet: Any, values: list[Any]) -> None:
    calls = ", ".join(f"fn.createArray([{jsonnet_of(value)}])" for value in values)
    for value, expression in zip(values, jsonnet(f"[{calls}]"), strict=True):
        assert evaluate(expression, nothing()) == [value]


def test_values_are_written_as_expressions(jsonnet: Any) -> None:
    jsonnet.check(
        {
            """fn.concat(["it's", fn.parameters('p')])""": "[concat('it''s', parameters('p'))]",
            "fn.concat('a', 'b')": "[concat('a', 'b')]",
            "fn.concat(['a'])": "[concat('a')]",
            "fn.concat([['a'], ['b']])": "[concat(createArray('a'), createArray('b'))]",
            "fn.union({ a: 1 }, { b: 2 })": "[union(createObject('a', 1), createObject('b', 2))]",
            "fn.string('[new')": "[string('[new')]",
            "fn.string(arm.literal('[new]'))": "[string('[new]')]",
            "fn.string('[[new]')": "[string('[new]')]",
            "fn.string('[deployment().name]')": "[string(deployment().name)]",
            "fn.string('')": "[string('')]",
            "fn.string('[')": "[string('[')]",
            "fn.equals(null, true)": "[equals(null(), true())]",
            "fn.equals(false, -7)": "[equals(false(), -7)]",
            "fn.equals(0.5, -0)": "[equals(json('0.5'), 0)]",
            "fn.equals(1e15, 9007199254740993)": "[equals(1000000000000000, 9007199254740992)]",
            "fn.equals(1e30, 2)": "[equals(json('1000000000000000019884624838656'), 2)]",
            "fn.length([1, 'a', [2]])": "[length(createArray(1, 'a', createArray(2)))]",
            "fn.length({ [fn.parameters('k')]: {}, b:: 1 })": "[length(createObject(parameters('k'), createObject()))]",
            "fn.createArray()": "[createArray()]",
            "fn.createArray([[1, 2]])": "[createArray(createArray(1, 2))]",
            "fn.createObject()": "[createObject()]",
            "fn.createObject({ a: [1] })": "[createObject('a', createArray(1))]",
            "fn.createObject(['a', 1])": "[createObject('a', 1)]",
            "fn.float(1.5)": "[float('1.5')]",
            "fn.substring('abc', 1)": "[substring('abc', 1)]",
            "fn.substring('abc', 1, length=2)": "[substring('abc', 1, 2)]",
            "fn.copyIndex()": "[copyIndex()]",
            "fn.copyIndex('loop', 1)": "[copyIndex('loop', 1)]",
            "fn.copyIndex(offset=1)": "[copyIndex(1)]",
            "fn.resourceId('a/b', ['c'])": "[resourceId('a/b', 'c')]",
            "fn.resourceId('g', 'a/b', 'c')": "[resourceId('g', 'a/b', 'c')]",
            "fn.tryGet(fn.parameters('o'), 'a', 0)": "[tryGet(parameters('o'), 'a', 0)]",
            "fn.format('{0}/{1}', 'a', 1)": "[format('{0}/{1}', 'a', 1)]",
            "fn.format(['{0}', 'a'])": "[format('{0}', 'a')]",
            "fn['if'](fn.equals(1, 1), 'a', null)": "[if(equals(1, 1), 'a', null())]",
            "fn.when('[true()]', 1, 2)": "[if(true(), 1, 2)]",
            "fn.nullValue()": "[null()]",
            "fn.call('contoso.unique', ['a', 1])": "[contoso.unique('a', 1)]",
            "fn.list('listKeys', '[variables(\\'id\\')]', '2023-01-01', { a: 1 })": (
                "[listKeys(variables('id'), '2023-01-01', createObject('a', 1))]"
            ),
            "fn.reference('[variables(\\'id\\')]', '2023-01-01', true)": (
                "[reference(variables('id'), '2023-01-01', 'Full')]"
            ),
        }
    )


def test_resources_and_modules_stand_for_their_ids_in_expressions(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "fn.guid(account, 'x')": "[guid(resourceId('a/b', 'n'), 'x')]",
            "fn.guid([{ id:: account.id, resources: [] }])": "[guid(resourceId('a/b', 'n'))]",
            "fn.string({ id: 'data', name: 1 })": "[string(createObject('id', 'data', 'name', 1))]",
            "fn.listKeys(account)": "[listKeys(resourceId('a/b', 'n'), '2023-01-01')]",
            "fn.listKeys(account, '2020-01-01')": "[listKeys(resourceId('a/b', 'n'), '2020-01-01')]",
            "fn.reference(account, full=true)": "[reference(resourceId('a/b', 'n'), '2023-01-01', 'Full')]",
            "fn.string(arm.scope.resourceGroup())": "[string(resourceGroup().id)]",
        },
        "local account = arm.Resource('a/b', '2023-01-01') { name: 'n' };",
    )


def test_lambdas_come_from_functions_names_or_expressions(jsonnet: Any) -> None:
    variable = "fn.lambdaVariables('x')"
    expected = "[map(parameters('a'), lambda('x', add(lambdaVariables('x'), 1)))]"
    jsonnet.check(
        {
            f"fn.map(fn.parameters('a'), ['x'], fn.add({variable}, 1))": expected,
            f"fn.map(fn.parameters('a'), fn.lambda(['x'], fn.add({variable}, 1)))": expected,
            f"fn.map(fn.parameters('a'), fn.lambda('x', fn.add({variable}, 1)))": expected,
            "fn.map(fn.parameters('a'), function(x) fn.add(x, 1))": (
                "[map(parameters('a'), lambda('item', add(lambdaVariables('item'), 1)))]"
            ),
            "fn.filter([1], function(x, i) fn.less(x, i))": (
                "[filter(createArray(1), lambda('item', 'index', "
                "less(lambdaVariables('item'), lambdaVariables('index'))))]"
            ),
            "fn.map([], function(x) { a: x })": (
                "[map(createArray(), lambda('item', createObject('a', lambdaVariables('item'))))]"
            ),
        }
    )


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("fn.map([1, 2], function(x) fn.map([10, 20], function(y) fn.add(x, y)))", [[11, 21], [12, 22]]),
        (
            "fn.map([1], function(x) fn.map([2], function(y) fn.map([3], function(z) fn.createArray([x, y, z]))))",
            [[[[1, 2, 3]]]],
        ),
        ("fn.map([[1], [2, 3]], function(x) fn.length(fn.filter(x, function(y) fn.equals(y, fn.first(x)))))", [1, 1]),
        ("fn.reduce([1, 2, 3], 0, function(total, x) fn.add(total, x))", 6),
        ("fn.reduce([5, 5], 0, function(total, x, i) fn.add(total, i))", 1),
        ("fn.sort([3, 1, 2], function(a, b) fn.less(a, b))", [1, 2, 3]),
        ("fn.toObject(['a', 'b'], function(x) x, function(x) fn.toUpper(x))", {"a": "A", "b": "B"}),
        ("fn.groupBy(['aa', 'b'], function(x) fn.string(fn.length(x)))", {"2": ["aa"], "1": ["b"]}),
        ("fn.mapValues({ a: 1 }, function(x) fn.add(x, 1))", {"a": 2}),
        ("fn.map(['item', 'item2'], function(x) fn.concat([x, 'item']))", ["itemitem", "item2item"]),
    ],
)
def test_lambdas_mean_what_the_functions_meant(jsonnet: Any, source: str, value: Any) -> None:
    assert evaluate(jsonnet(source), nothing()) == value


def test_every_function_of_arm_is_there_and_makes_a_call_of_it(jsonnet: Any) -> None:
    lambdas = {"map", "filter", "reduce", "sort", "toObject", "groupBy", "mapValues", "lambda"}
    simple = [function for function in FUNCTIONS.values() if function.name not in lambdas]
    counts = {f.name: max(f.minimum, 3) if f.maximum is None else f.maximum for f in simple}
    numbered = {name: [f"a{i}" for i in range(count)] for name, count in counts.items()}
    calls = {name: f"fn['{name}']({', '.join(map(repr, given))})" for name, given in numbered.items()}
    calls["createObject"] = "fn.createObject(['a0', 'a1', 'a2'])"  # its one argument is an object or an array
    made = jsonnet("{" + ", ".join(f"{json.dumps(name)}: {call}" for name, call in calls.items()) + "}")
    for name, expression in made.items():
        assert parse(expression) == Call(name, tuple(map(Literal, numbered[name])))
    members = set(jsonnet("std.objectFieldsAll(fn)"))
    assert lambdas <= members


def _names_in_the_field() -> set[str]:
    cases = [
        case
        for path in (SHARED / "conformance" / "arm-functions").glob("*.json")
        for case in json.loads(path.read_text("utf-8"))
    ]
    manifest = json.loads((SHARED / "corpus" / "templates" / "manifest.json").read_text("utf-8"))
    templates = manifest["templates"] if isinstance(manifest, dict) else manifest
    named = {name for case in cases for name in case["functions"]}
    return named | {name for template in templates for name in template["functions"]}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared reference material is not beside the repository")
def test_functions_that_templates_use_are_there(jsonnet: Any) -> None:
    members = {name.casefold() for name in jsonnet("std.objectFieldsAll(fn)")}
    used = {name for name in _names_in_the_field() if re.fullmatch(r"\w+", name) and find_function(name)}
    assert len(used) > 100
    assert {name for name in used if name.casefold() not in members and not name.startswith("list")} == set()


def test_members_are_read_by_a_path(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "arm.prop(x, 'a.b[0]')": "[reference('x').a.b[0]]",
            "arm.prop(x, '')": "[reference('x')]",
            "arm.prop(x, '[0].a')": "[reference('x')[0].a]",
            "arm.prop(x, \"a['b-c'].d\")": "[reference('x').a['b-c'].d]",
            "arm.prop(x, 'a.b-c')": "[reference('x').a['b-c']]",
            "arm.prop(x, \"a[parameters('i')]\")": "[reference('x').a[parameters('i')]]",
            "arm.prop(x, \"a[variables('m')['k.l']].z\")": "[reference('x').a[variables('m')['k.l']].z]",
            "arm.prop(x, ['a', 0, fn.parameters('k'), \"it's\"])": "[reference('x').a[0][parameters('k')]['it''s']]",
            "arm.prop({ a: [{ b: 7 }] }, 'a[0].b')": 7,
            "arm.prop({ a: fn.parameters('p') }, 'a.b')": "[parameters('p').b]",
            "arm.prop([1, 2], [fn.parameters('i')])": "[createArray(1, 2)[parameters('i')]]",
            "fn.prop(fn.resourceGroup(), 'location')": "[resourceGroup().location]",
        },
        "local x = fn.reference('x');",
    )


def test_choices_are_made_as_early_as_they_can_be(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "arm.when(true, 'a', error 'never')": "a",
            "arm.when(false, 'a')": None,
            "arm.when(fn.parameters('c'), 'a', { b: 1 })": "[if(parameters('c'), 'a', createObject('b', 1))]",
            "arm.expr('resourceGroup().id')": "[resourceGroup().id]",
            "arm.expr('[resourceGroup().id]')": "[resourceGroup().id]",
            "arm.literal('[a]')": "[[a]",
            "arm.literal('[[a]')": "[[[a]",
            "arm.literal('[a')": "[a",
            "arm.literal('a')": "a",
        }
    )


def test_wrong_use_is_explained(jsonnet: Any) -> None:
    assert "a function cannot stand in an ARM expression" in jsonnet.error("fn.string(function(x) x)")
    assert "a bracket is not closed" in jsonnet.error("arm.prop('[a()]', 'b[0')")
    assert "a name is missing at position 2" in jsonnet.error("arm.prop('[a()]', 'b..c')")
    assert "a text has no member 'b'" in jsonnet.error("arm.prop('plain', 'b')")
    assert "a condition is a boolean or an expression, not the text 'yes'" in jsonnet.error("arm.when('yes', 1)")
    assert "takes at most 2 arguments (left, right), not 3" in jsonnet.error("fn.sort([], function(a, b, c) a)")
    assert "a lambda is a function" in jsonnet.error("fn.map([], 'x')")
