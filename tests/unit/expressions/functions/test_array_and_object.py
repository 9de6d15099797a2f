"""Array and object functions: equality by type, case of names, order, nothing out of bounds."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.faults import EvaluationFault

PARAMETERS: dict[str, Any] = {
    "mixed": [1, "1", True, 1.0, None, {"a": 1}, [1]],
    "names": {"DEFKey": 1, "abcKey": 2, "456Key": 3, "ABCKey": 4, "defKey": 5, "123Key": 6},
    "o": {"A": 1, "b": {"c": 1, "D": [1]}},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("indexOf(parameters('mixed'), 1)", 0),
        ("indexOf(parameters('mixed'), '1')", 1),
        ("indexOf(parameters('mixed'), true())", 2),
        ("indexOf(parameters('mixed'), float(1))", 3),
        ("indexOf(parameters('mixed'), null())", 4),
        ("indexOf(parameters('mixed'), createObject('a', 1))", 5),
        ("lastIndexOf(createArray('a', 'b', 'a'), 'a')", 2),
        ("contains(parameters('mixed'), createArray('1'))", False),
        ("contains(parameters('o'), 'B')", True),
        ("union(createArray(1, '1', 1), createArray(true(), 1))", [1, "1", True]),
        ("union(parameters('o'), createObject('a', 2, 'B', createObject('C', 2, 'd', createArray())))",
         {"A": 2, "b": {"c": 2, "D": []}}),
        ("union(createObject('a', createObject('b', 1)), createObject('a', 'text'))", {"a": "text"}),
        ("union(createArray(2, 1, 2))", [2, 1]),
        ("distinct(createArray('b', 'a', 'b'))", ["b", "a"]),
        ("intersection(createArray(1, 2, 2, 3), createArray(3, 2), createArray(2, 3, 4))", [2, 3]),
        ("intersection(createArray(createObject('a', 1)), createArray(createObject('a', 1)))", [{"a": 1}]),
        ("intersection(createArray(1), createArray('1'))", []),
        ("intersection(createObject('a', 1, 'b', 2), createObject('A', 1, 'b', 3))", {"a": 1}),
        ("shallowMerge(createArray(createObject('ABC', 0), createObject('aBC', null())))", {"ABC": None}),
        ("shallowMerge(createArray(parameters('o'), createObject('b', createObject())))", {"A": 1, "b": {}}),
        ("objectKeys(parameters('names'))", ["123Key", "456Key", "abcKey", "ABCKey", "defKey", "DEFKey"]),
        ("items(parameters('names'))[3]", {"key": "ABCKey", "value": 4}),
        ("createObject('a', 1, 'b', 2, 'A', 3)", {"a": 3, "b": 2}),
        ("createObject()", {}),
        ("flatten(createArray())", []),
        ("flatten(createArray(createArray(1, createArray(2)), createArray()))", [1, [2]]),
        ("range(-3, 2)", [-3, -2]),
        ("range(2147483646, 1)", [2147483646]),
        ("length(range(0, 10000))", 10_000),
        ("take(createArray(1, 2), 9)", [1, 2]),
        ("skip(createArray(1, 2), 9)", []),
        ("array(null())", [None]),
        ("array(createArray(1))", [1]),
        ("empty(null())", True),
        ("empty(createObject('a', 1))", False),
        ("length(createObject('a', 1))", 1),
        ("indexFromEnd(createArray(1, 2, 3), 2)", 2),
        ("tryIndexFromEnd(createArray(1, 2, 3), 0)", None),
        ("tryIndexFromEnd(null(), 1)", None),
        ("tryGet(parameters('o'), 'B', 'd', 0)", 1),
        ("tryGet(parameters('o'), 'x', 'y', 0)", None),
        ("tryGet(parameters('o'), 'b', 'D', 5)", None),
        ("tryGet(null(), 'a')", None),
    ],
)  # fmt: skip
def test_array_and_object_functions(value: Any, text: str, expected: Any) -> None:
    made = value(text, PARAMETERS)
    assert made == expected
    assert repr(made) == repr(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("length(1)", "expects its first parameter to be an array, object or string"),
        ("first(createObject())", "an array or a string"),
        ("empty(1)", "an object, an array or a string"),
        ("range(0, 10001)", "range"),
        ("range(2147483647, 1)", "at most 2147483647"),
        ("range('a', 1)", "expects its first parameter to be an integer"),
        ("union(createArray(), createObject())", "expects either a comma separated list of arrays or"),
        ("union('a', 'b')", "values are of type 'String'"),
        ("intersection(createArray(), createObject())", "intersection"),
        ("flatten(createArray(1))", "an array of arrays"),
        ("createObject('a')", "an even number of parameters"),
        ("createObject(1, 2)", "expects its first parameter to be a string"),
        ("indexFromEnd(createArray(1), 2)", "out of bounds"),
        ("indexFromEnd(createArray(1), 0)", "out of bounds"),
        ("contains(1, 1)", "an array, an object or a string"),
        ("contains(createObject(), 1)", "expects its second parameter to be a string"),
        ("items(createArray())", "an object"),
        ("shallowMerge(createArray(1))", "an array of objects"),
        ("skip(1, 1)", "an array or a string"),
        ("take('a', '1')", "expects its second parameter to be an integer"),
        ("tryGet(1, 'a')", "an array or an object"),
    ],
)
def test_wrong_arguments(value: Any, text: str, message: str) -> None:
    with pytest.raises(EvaluationFault) as caught:
        value(text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'a': 'b', \"c\": [1, 2,], /* c */ d: null, // e\n}", {"a": "b", "c": [1, 2], "d": None}),
        ("[]", []),
        (" 12 ", 12),
        ("-1.5e3", -1500.0),
        ("'it\\'s \\u00e9'", "it's é"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\ud83d"', "\ufffd"),
        ("0x1F", 31),
        ("undefined", None),
        ("{\"a\": 1, \"a\": 2}", {"a": 2}),
        ("[[[[1]]]]", [[[[1]]]]),
        ("{$a_1: true}", {"$a_1": True}),
    ],
)  # fmt: skip
def test_json_is_read_leniently(value: Any, text: str, expected: Any) -> None:
    assert value("json(parameters('t'))", {"t": text}) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "[1", "[1 2]", "{a}", "{'a' 1}", "nul", "True", "'a", "1 2", "1.2.3", "1a", "{1: 2}", "[,]", "\\",
     "NaN",     "1e999", "9" * 500, '"\\x"', '"\\u12"', "/* open", "{'a': 1}}"],
)  # fmt: skip
def test_what_is_no_json_is_a_fault_with_its_place(value: Any, text: str) -> None:
    with pytest.raises(EvaluationFault, match=r"cannot be parsed as JSON: .* Line \d+, position \d+"):
        value("json(parameters('t'))", {"t": text})
