from __future__ import annotations

from typing import Any

import pytest

from armlib.compiler.outputs import grouped, type_of, with_anchor, with_types


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("text", "string"),
        ("[[text]", "string"),
        (3, "int"),
        (True, "bool"),
        ([], "array"),
        ({}, "object"),
        (None, None),
        (1.5, None),
        ("[concat('a', 'b')]", "string"),
        ("[concat(createArray('a'), createArray())]", "array"),
        ("[add(1, 2)]", "int"),
        ("[equals(1, 2)]", "bool"),
        ("[createObject('a', 1)]", "object"),
        ("[reference('x')]", "object"),
        ("[reference('x').outputs.y.value]", None),
        ("[resourceId('A.B/c', 'd')]", "string"),
        ("[parameters('P')]", "secureobject"),
        ("[listKeys('x', 'y')]", "secureobject"),
        ("[if(true(), 1, 2)]", "int"),
        ("[if(true(), 1, 'a')]", None),
        ("[resourceGroup().location]", "string"),
        ("[cidrSubnet('10.0.0.0/8', 16, 0)]", "string"),
        ("['literal']", "string"),
        ("[1]", "int"),
    ],
)
def test_types_are_worked_out_from_values(value: Any, type_: str | None) -> None:
    assert type_of(value, {"p": {"type": "secureobject"}}) == type_


def test_a_type_that_is_given_stays_and_one_that_cannot_be_told_is_a_string_with_a_warning() -> None:
    outputs, found = with_types(
        {"a": {"type": "array", "value": "x"}, "b": {"value": "[json('1')]"}, "c": {"copy": {}}}, {}
    )
    assert [outputs[name]["type"] for name in "abc"] == ["array", "string", "array"]  # type: ignore[index,call-overload]
    assert [(each.code, each.path) for each in found] == [("output-type", ("outputs", "b"))]


def test_the_anchor_is_the_output_id_unless_there_is_one() -> None:
    assert with_anchor({}, "x") == {"id": {"type": "string", "value": "x"}}
    assert with_anchor({"ID": {"value": 1}}, "x") == {"ID": {"value": 1}}
    assert with_anchor({"a": {}}, None) == {"a": {}}


def test_outputs_of_several_modules_are_grouped_by_alias() -> None:
    outputs, found = grouped(
        {
            "one": {"a": {"type": "int", "value": 1}, "b": {"type": "SecureString", "value": "[x]"}},
            "two": {
                "a": {"type": "int", "value": 2, "condition": "[equals(1, 2)]"},
                "off": {"condition": False, "value": 1},
            },
            "none": {},
        }
    )
    assert outputs == {
        "one": {"type": "secureobject", "value": {"a": 1, "b": "[x]"}},
        "two": {"type": "object", "value": {"a": "[if(equals(1, 2), 2, null())]", "off": None}},
    }
    assert found == []
    assert [each.code for each in grouped({"m": {"l": {"type": "array", "copy": {}}}})[1]] == ["output-loop"]
