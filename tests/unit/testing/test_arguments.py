"""Arguments that are made are those that the schema allows, the same each time."""

from __future__ import annotations

from typing import Any, cast

import jsonschema
import pytest

from armlib.jsonnet.formats import FORMATS, has_format
from armlib.testing.arguments import NoValueError, arguments
from armlib.testing.coverage import untouched

ID_RULE = {"properties": {"id": {"type": "string", "pattern": "^/"}}, "pattern": "^/", "required": ["id"]}
SCHEMA: Any = {
    "type": "object",
    "required": ["name", "size"],
    "properties": {
        "name": {"type": "string", "minLength": 3, "maxLength": 6, "pattern": "^[a-z0-9]+$"},
        "size": {"type": "integer", "minimum": 2, "maximum": 5},
        "kind": {"enum": ["a", "b", None], "default": "a"},
        "rules": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/rule"}},
        "tags": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        "email": {"type": "string", "pattern": "^.+@x$", "examples": ["a@x"]},
        "odd": {"type": "string", "pattern": "^%+$"},
        "id": {"type": ["string", "object"], "x-armlib-resource-id": True, "allOf": [ID_RULE]},
        "blocks": {"type": "array", "items": {"type": "string", "format": "cidr"}},
        "checked": {
            "type": "array",
            "items": {"type": "string", "x-armlib-validated": True},
            "examples": [["as it is"]],
        },
        **{f"of-{name}": {"type": "string", "format": name} for name in FORMATS if name != "regex"},
    },
    "additionalProperties": False,
    "$defs": {
        "rule": {
            "type": "object",
            "properties": {"port": {"type": "integer", "maximum": -4}, "next": {"$ref": "#/$defs/rule"}},
            "required": ["port"],
            "additionalProperties": False,
        }
    },
}


def test_any_arguments_are_valid_and_each_parameter_is_given_some_time() -> None:
    made = [arguments(SCHEMA, {}, tuple(SCHEMA["properties"]), str(seed)) for seed in range(200)]
    for each in made:
        jsonschema.Draft202012Validator(SCHEMA).validate(each)
    assert {name for each in made for name in each} == set(SCHEMA["properties"]) - {"odd"}
    for name in FORMATS:
        assert all(has_format(name, str(each[f"of-{name}"])) for each in made if f"of-{name}" in each)
    blocks = [block for each in made for block in cast(list[str], each.get("blocks", []))]
    assert all(has_format("cidr", block) for block in blocks)
    assert {str(type(each["id"])) for each in made if "id" in each} == {str(str), str(dict)}
    assert made[7] == arguments(SCHEMA, {}, tuple(SCHEMA["properties"]), "7")


def test_what_is_given_stays_and_what_does_not_vary_is_left_out() -> None:
    made = arguments(SCHEMA, {"name": "Z"}, ["size"], "1")
    assert (made["name"], set(made)) == ("Z", {"name", "size"})


def test_a_value_that_cannot_be_made_is_told() -> None:
    with pytest.raises(NoValueError, match="no value can be made for 'odd': no short text"):
        arguments({**SCHEMA, "required": ["odd"]}, {}, ["odd"], "1")


def test_what_is_not_touched_is_told() -> None:
    schema: Any = {"properties": {"a": {"enum": [1, 2, 3], "default": 1}, "b": {"default": ""}, "c": {}}}
    assert list(untouched(schema, [{"a": 2, "b": "x"}, {"b": "y"}])) == [
        "'a' is never 3",
        "the default of 'b' never holds",
        "parameter 'c' is never given",
    ]
