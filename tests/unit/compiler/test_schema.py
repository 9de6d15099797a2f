"""The JSON Schema that is derived from parameter metadata; tests/lib/test_parameters_agree.py holds its verdicts."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from armlib.compiler.parameters_metadata import parse_metadata
from armlib.compiler.schema import to_json_schema


def schema_of(spec: dict[str, Any], definitions: Any = None) -> Any:
    schema: Any = to_json_schema(parse_metadata({"x": spec}, definitions).parameters)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema["properties"]["x"]


def test_whole_schema() -> None:
    metadata: Any = {
        "name": {"type": "string", "minLength": 3, "description": "Account name"},
        "sku": {"type": "string", "defaultValue": "a", "allowedValues": ["a", "b"]},
        "password": {"type": "secureString"},
    }
    assert to_json_schema(parse_metadata(metadata).parameters) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Account name", "minLength": 3},
            "sku": {"type": "string", "default": "a", "enum": ["a", "b"]},
            "password": {"type": "string", "writeOnly": True, "x-armlib-secret": True, "x-armlib-deploy-time": True},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("spec", "schema"),
    [
        ({}, {}),
        ({"type": "any"}, {}),
        ({"type": ["int", "number"]}, {"type": "number"}),
        ({"type": ["Bool", "null"]}, {"type": ["boolean", "null"]}),
        ({"type": "int", "nullable": True}, {"type": ["integer", "null"]}),
        ({"type": "int", "defaultValue": None}, {"type": ["integer", "null"], "default": None}),
        ({"type": "int", "minValue": 1, "maxValue": 2}, {"type": "integer", "minimum": 1, "maximum": 2}),
        ({"type": "array", "minLength": 1, "maxLength": 2}, {"type": "array", "minItems": 1, "maxItems": 2}),
        ({"minLength": 1}, {"minLength": 1, "minItems": 1}),
        (
            {"type": "string", "nullable": True, "allowedValues": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"type": "string", "metadata": {"description": "d"}}, {"type": "string", "description": "d"}),
        ({"type": "string", "deprecated": "why"}, {"type": "string", "deprecated": True}),
        (
            {"type": "string", "examples": ["a"], "format": "uuid"},
            {"type": "string", "examples": ["a"], "format": "uuid"},
        ),
        ({"type": "string", "validate": True}, {"type": "string", "x-armlib-validated": True}),
        ({"type": "string", "computedDefault": True}, {"type": "string", "x-armlib-computed-default": True}),
        ({"type": "int", "deployTime": True}, {"type": "integer", "x-armlib-deploy-time": True}),
        (
            {"type": "array", "allowedValues": ["a"]},
            {"type": "array", "anyOf": [{"enum": ["a"]}, {"type": "array", "items": {"enum": ["a"]}}]},
        ),
        (
            {"type": "object", "properties": {"a": {"type": "int"}}, "required": ["a"], "additionalProperties": False},
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}},
                "required": ["a"],
                "additionalProperties": False,
            },
        ),
    ],
)
def test_keywords(spec: dict[str, Any], schema: dict[str, Any]) -> None:
    assert schema_of(spec) == schema


def test_default_of_a_secret_is_not_printed() -> None:
    spec = {"type": "secureString", "defaultValue": "hunter2", "examples": ["hunter2"]}
    assert "hunter2" not in repr(schema_of(spec))


def test_shared_types_that_are_used_become_definitions() -> None:
    definitions: Any = {
        "tree": {
            "type": "object",
            "properties": {"children": {"type": "array", "items": {"$ref": "#/definitions/tree"}}},
        },
        "a/b": {"type": "string"},
        "unused": {"type": "string"},
    }
    metadata: Any = {"x": {"$ref": "#/definitions/tree", "nullable": True}, "y": {"$ref": "#/definitions/a/b"}}
    schema: Any = to_json_schema(parse_metadata(metadata, definitions).parameters)
    assert set(schema["$defs"]) == {"tree", "a/b"}
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"x": {"children": [{"children": []}]}, "y": "a"})
    assert validator.is_valid({"x": None, "y": "a"})
    assert not validator.is_valid({"x": {"children": [{"children": 5}]}, "y": "a"})
    assert not validator.is_valid({"x": None, "y": 5})
