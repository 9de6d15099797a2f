"""What is wrong with how a module declares its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.compiler.parameters_metadata import parse_metadata
from armlib.diagnostics import Severity


@pytest.mark.parametrize(
    ("spec", "code", "path", "words"),
    [
        (5, "bad-metadata", (), "must be an object"),
        ({"type": "strin"}, "unknown-type", ("type",), "there is no type 'strin'"),
        ({"type": ["string", 5]}, "bad-metadata", ("type",), "array of names"),
        ({"type": []}, "bad-metadata", ("type",), "must name a type"),
        ({"maxLenght": 3}, "unknown-keyword", ("maxLenght",), "no keyword 'maxLenght'"),
        ({"allowedValues": "a"}, "bad-metadata", ("allowedValues",), "must be an array"),
        ({"pattern": "("}, "bad-metadata", ("pattern",), "not a regular expression"),
        ({"format": "uid"}, "bad-metadata", ("format",), 'did you mean "uuid"'),
        ({"minLength": -1}, "bad-metadata", ("minLength",), "at least 0"),
        ({"minLength": 3, "maxLength": 2}, "bad-metadata", ("minLength",), "no value can be right"),
        ({"minValue": 3, "maxValue": 2.5}, "bad-metadata", ("minValue",), "no value can be right"),
        ({"minValue": True}, "bad-metadata", ("minValue",), "must be a number"),
        ({"nullable": "yes"}, "bad-metadata", ("nullable",), "true or false"),
        ({"deployTime": 1}, "bad-metadata", ("deployTime",), "true or false"),
        ({"required": True}, "bad-metadata", ("required",), "names of properties"),
        ({"items": [1]}, "bad-metadata", ("items",), "must be an object"),
        ({"additionalProperties": "no"}, "bad-metadata", ("additionalProperties",), "true, false or"),
        ({"$ref": "#/definitions/nte"}, "unknown-definition", ("$ref",), "no definition #/definitions/nte"),
        ({"$ref": "#/definitions/loop"}, "unknown-definition", ("$ref",), "only itself"),
        ({"properties": {"a": {"items": {"type": "x"}}}}, "unknown-type", ("properties", "a", "items", "type"), "'x'"),
        ({"type": "int", "defaultValue": "a"}, "wrong-default", ("defaultValue",), "is not an integer"),
        (
            {"items": {"type": "int"}, "defaultValue": [1, "a"]},
            "wrong-default",
            ("defaultValue", 1),
            "is not an integer",
        ),
    ],
)
def test_wrong_metadata_is_told_with_its_path(spec: Any, code: str, path: tuple[Any, ...], words: str) -> None:
    definitions: dict[str, Any] = {"net": {"type": "string"}, "loop": {"$ref": "#/definitions/loop"}}
    found = [one for one in parse_metadata({"x": spec}, definitions).diagnostics if one.path[0] != "definitions"]
    (one,) = found
    assert (one.code, one.path) == (code, ("parameterMetadata", "x", *path))
    assert words in one.message


@pytest.mark.parametrize(("spec", "hint"), [({"type": "strin"}, "string"), ({"maxLenght": 3}, "maxLength")])
def test_nearest_name_is_the_hint(spec: Any, hint: str) -> None:
    (one,) = parse_metadata({"x": spec}).diagnostics
    assert one.hint == f"did you mean '{hint}'?"


def test_only_an_unknown_keyword_and_a_wrong_default_are_warnings() -> None:
    specs: Any = {"a": {"label": "A"}, "b": {"type": "int", "defaultValue": "x"}}
    assert {one.severity for one in parse_metadata(specs).diagnostics} == {Severity.WARNING}


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"type": "STRING", "metadata": {"description": "d"}, "x-order": 1, "computedDefault": True, "validate": True},
        {"type": "string", "defaultValue": None},
        {"type": "int", "defaultValue": "[parameters('x')]"},
        {"type": "string", "minLength": None, "pattern": None, "items": None},
        {"$ref": "#/definitions/tree", "nullable": True},
        {"$ref": {"type": "string"}},
        {
            "type": ["resourceId", "object"],
            "additionalProperties": {"type": "any"},
            "examples": [1],
            "deprecated": "why",
        },
    ],
)
def test_right_metadata_has_no_diagnostics(spec: Any) -> None:
    tree: Any = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/definitions/tree"}}},
    }
    assert parse_metadata({"x": spec}, {"tree": tree}).diagnostics == ()


def test_parameter_with_wrong_metadata_is_not_used_for_checks() -> None:
    metadata: Any = {"a": {"minLength": "x"}, "b": {"$ref": "#/definitions/d"}, "c": {}}
    parsed = parse_metadata(metadata, {"d": {"type": "nope"}})
    assert [(name, one.usable) for name, one in parsed.parameters.items()] == [("a", False), ("b", False), ("c", True)]


@pytest.mark.parametrize(
    ("spec", "required", "secret", "holds_secret", "deploy_time"),
    [
        ({"type": "string"}, True, False, False, False),
        ({"type": "string", "nullable": True}, False, False, False, False),
        ({"type": "string", "defaultValue": None}, False, False, False, False),
        ({"type": "string", "computedDefault": True}, False, False, False, False),
        ({"type": "SecureString"}, False, True, True, True),
        ({"type": ["null", "secureObject"]}, False, True, True, True),
        ({"$ref": "#/definitions/s"}, False, True, True, True),
        ({"type": "int", "deployTime": True}, False, False, False, True),
        ({"items": {"properties": {"a": {"$ref": "#/definitions/s"}}}}, True, False, True, False),
        ({"$ref": "#/definitions/tree"}, True, False, True, False),
    ],
)
def test_facts_of_a_parameter(spec: Any, required: bool, secret: bool, holds_secret: bool, deploy_time: bool) -> None:
    tree: Any = {"properties": {"more": {"$ref": "#/definitions/tree"}, "s": {"$ref": "#/definitions/s"}}}
    one = parse_metadata({"x": spec}, {"s": {"type": "secureString"}, "tree": tree}).parameters["x"]
    assert (one.is_required, one.is_secret, one.holds_secret, one.is_deploy_time) == (
        required,
        secret,
        holds_secret,
        deploy_time,
    )


def test_metadata_that_is_no_object_is_an_error() -> None:
    (one,) = parse_metadata([1]).diagnostics
    assert (one.code, one.path) == ("bad-metadata", ("parameterMetadata",))
    assert parse_metadata(None).parameters == {}
