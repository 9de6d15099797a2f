"""Secrets: they taint whatever is made of them, and no message shows them."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.environment import Environment, Names, Scope
from armlib.expressions.evaluate import evaluate
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions import FUNCTIONS
from armlib.expressions.parser import parse
from armlib.expressions.simplify import reveal
from armlib.expressions.values import Secret, Unknown

WORD = "Swordfish"
PARAMETERS: dict[str, Any] = {
    "s": Secret(WORD),
    "o": Secret({"key": WORD, "list": [WORD]}),
    "l": [Secret(WORD), "b"],
    "n": Secret(3),
    "yes": Secret(True),
    "u": Unknown(parse("[reference('x').y]")),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("parameters('s')", WORD),
        ("concat('a', parameters('s'))", "a" + WORD),
        ("toLower(parameters('s'))", WORD.lower()),
        ("length(parameters('s'))", len(WORD)),
        ("equals(parameters('s'), 'x')", False),
        ("empty(parameters('s'))", False),
        ("format('{0}', parameters('s'))", WORD),
        ("string(parameters('l'))", f'["{WORD}","b"]'),
        ("join(parameters('l'), ',')", f"{WORD},b"),
        ("parameters('o').key", WORD),
        ("parameters('o').list[0]", WORD),
        ("tryGet(parameters('o'), 'list', 0)", WORD),
        ("coalesce(null(), parameters('s'))", WORD),
        ("if(parameters('yes'), 1, 2)", 1),
        ("and(parameters('yes'), true())", True),
        ("range(0, parameters('n'))", [0, 1, 2]),
        ("contains(parameters('l'), 'zzz')", False),
        ("union(parameters('o'), createObject('a', 1)).a", 1),
        ("createObject(parameters('s'), 1)", {WORD: 1}),
        ("createArray('a', 'b')[sub(parameters('n'), 2)]", "b"),
        ("map(parameters('o').list, lambda('x', toUpper(lambdaVariables('x'))))", [WORD.upper()]),
        (
            "reduce(parameters('l'), '', lambda('a', 'b', concat(lambdaVariables('a'), lambdaVariables('b'))))",
            WORD + "b",
        ),
        ("toObject(parameters('l'), lambda('x', lambdaVariables('x')))", {WORD: WORD, "b": "b"}),
        ("filter(parameters('l'), lambda('x', equals(lambdaVariables('x'), 'b')))", ["b"]),
        ("uniqueString(parameters('s'))", "gq2qcgkn7frcy"),
        ("flatten(createArray(parameters('l'), createArray(1)))[2]", 1),
    ],
)
def test_a_secret_taints_what_is_made_of_it(text: str, expected: Any) -> None:
    made = evaluate(f"[{text}]", Environment(template=Names(PARAMETERS), scope=Scope()))
    if text.startswith("flatten"):
        assert made == expected  # the element is not the secret one
        return
    assert isinstance(made, Secret)
    if not text.startswith("uniqueString"):
        assert reveal(made) == expected


def test_a_container_shows_its_open_parts(value: Any) -> None:
    assert value("createObject('a', 1, 'b', parameters('s'))", PARAMETERS) == {"a": 1, "b": "***"}
    assert value("length(parameters('l'))", PARAMETERS) == 2
    assert value("last(parameters('l'))", PARAMETERS) == "b"
    assert value("first(parameters('l'))", PARAMETERS) == "***"


def test_what_is_left_with_a_secret_in_it_is_secret(value: Any) -> None:
    assert value("concat(parameters('u'), parameters('s'))", PARAMETERS) == "***"
    assert value("union(parameters('u'), parameters('l'))", PARAMETERS) == "***"
    assert value("if(equals(parameters('u'), 1), parameters('s'), 'x')", PARAMETERS) == "***"
    assert value("parameters('l')[parameters('u')]", PARAMETERS) == "***"


@pytest.mark.parametrize(
    "text",
    [
        "int(parameters('s'))",
        "bool(parameters('s'))",
        "json(parameters('s'))",
        "fail(parameters('s'))",
        "parameters('o')[parameters('s')]",
        "parameters('o').missing",
        "createObject('a', 1)[parameters('s')]",
        "dateTimeAdd(parameters('s'), 'P1D')",
        "parseCidr(parameters('s'))",
        "uri(parameters('s'), 'x')",
        "base64ToString(parameters('s'))",
        "map(parameters('o').list, lambda('x', int(lambdaVariables('x'))))",
        "format(parameters('s'), parameters('s'), '{')",
        "resourceId(parameters('s'))",
        "add(parameters('n'), 9223372036854775807)",
    ],
)
def test_no_message_shows_a_secret(value: Any, text: str) -> None:
    try:
        assert WORD not in repr(value(text, PARAMETERS))
    except EvaluationFault as fault:
        for diagnostic in fault.diagnostics:
            assert WORD not in f"{diagnostic.message} {diagnostic.hint}"


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - {"true", "false", "null"}))
def test_no_function_lets_a_secret_out(value: Any, function: str) -> None:
    known = FUNCTIONS[function]
    for count in range(max(1, known.minimum), min(5, known.maximum or 5) + 1):
        for place in range(count):
            arguments = ["'a'"] * count
            arguments[place] = "parameters('s')"
            try:
                shown = repr(value(f"{function}({', '.join(arguments)})", PARAMETERS))
            except EvaluationFault as fault:
                shown = repr(fault.diagnostics)
            assert WORD.lower() not in shown.replace(f"parameters('{WORD}')", "").lower()


def test_a_secret_does_not_show_itself() -> None:
    assert WORD not in repr(Secret(WORD))
    assert WORD not in f"{[Secret(WORD)]}"


@pytest.mark.parametrize(
    "text",
    [
        "concat(createObject('a', parameters('s')), parameters('u'))",
        "union(createObject('a', parameters('object')), createObject('a', createObject('b', parameters('s')))).a",
        "tryGet(createObject('a', parameters('s')), parameters('u'))",
        "createArray(parameters('s'))[parameters('u')]",
        "equals(createArray(parameters('s')), parameters('u'))",
        "contains(parameters('l'), parameters('u'))",
        "if(parameters('u'), createObject('a', parameters('s')), 1)",
        "coalesce(parameters('u'), createArray(parameters('s')))",
        "map(parameters('u'), lambda('x', createArray(parameters('s'), lambdaVariables('x'))))",
        "and(parameters('u'), parameters('yes'))",
        "shallowMerge(createArray(parameters('u'), createObject('a', parameters('s'))))",
        "flatten(createArray(parameters('u'), parameters('l')))",
        "format('{0}{1}', createArray(parameters('s')), parameters('u'))",
    ],
)
def test_a_secret_deep_in_what_is_left_hides_all_of_it(value: Any, text: str) -> None:
    known = {**PARAMETERS, "object": Unknown(parse("[reference('x').o]"), "object")}
    assert WORD not in repr(value(text, known))
