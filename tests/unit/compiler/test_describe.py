"""Modules described as text and as JSON."""

from __future__ import annotations

from typing import Any

import jsonschema

from armlib.compiler.describe import describe_json, describe_text, parse_description

FACTS: Any = {
    "description": "An account for blobs.",
    "metadata": {
        "name": {
            "type": "string",
            "minLength": 3,
            "maxLength": 24,
            "pattern": "^[a-z0-9]+$",
            "description": "Account name, unique in all of Azure",
        },
        "sku": {"type": "string", "defaultValue": "LRS", "allowedValues": ["LRS", "ZRS"], "examples": ["ZRS"]},
        "password": {"type": "secureString", "minLength": 12, "examples": ["hunter2"]},
        "key": {"type": "secureString", "defaultValue": "hunter2"},
        "tier": {"type": "string", "computedDefault": True, "deprecated": "use sku"},
        "count": {"type": "int", "deployTime": True, "minValue": 1},
        "subnet": {"type": ["resourceId", "null"], "defaultValue": None, "validate": True},
        "note": {"type": "string", "nullable": True},
        "hub": {
            "type": "object",
            "properties": {
                "prefix": {"type": "string", "format": "cidr", "description": "Its block."},
                "tags": {"type": "object", "additionalProperties": {"type": "string"}},
                "peer": {"$ref": "#/definitions/peer"},
            },
            "required": ["prefix"],
        },
    },
    "definitions": {"peer": {"type": "string"}},
    "outputs": {"id": {"type": "string", "metadata": {"description": "Its id"}}, "keys": {}},
    "dependencies": {"vnet": {"kind": "network", "optional": True}, "disks": {"kind": "disk", "many": True}},
    "actions": {"scale": {"description": "More of it", "parameterMetadata": {"count": {"type": "int"}}}},
}


def test_text_is_aligned_and_complete() -> None:
    text = describe_text(parse_description("storage", FACTS))
    words_of_text = " ".join(text.split())
    for words in (
        "name string, required Account name, unique in all of Azure",
        "3 to 24 characters; pattern ^[a-z0-9]+$",
        'sku string, default "LRS" one of "LRS", "ZRS"',
        "password secureString, required when deploying, secret",
        "key secureString, has a default, secret",
        "tier string, default computed Deprecated: use sku",
        "count int, required when deploying, deploy time",
        "subnet resourceId or null, default null checked by a function",
        "note string or null, optional",
        "hub object, required hub.prefix: string, required, format cidr. Its block.",
        "hub.tags.*: string",
        "hub.peer: #/definitions/peer",
        "id string Its id",
        "keys any",
        "vnet network, optional",
        "disks disk, several",
        "scale takes count More of it",
    ):
        assert words in words_of_text
    assert "hunter2" not in text
    assert max(map(len, text.splitlines())) <= 100
    assert all(line == line.rstrip() for line in text.splitlines())


def test_text_of_a_narrow_terminal_has_what_is_about_a_parameter_below_it() -> None:
    text = describe_text(parse_description("storage", FACTS), 60)
    assert "  name      string, required\n            Account name, unique in all of Azure\n" in text


def test_module_that_takes_nothing_says_so() -> None:
    assert describe_text(parse_description("empty", {})) == "empty\n\nParameters: none\n\nOutputs: none\n"


def test_json_has_schemas_for_parameters() -> None:
    described: Any = describe_json(parse_description("storage", FACTS))
    jsonschema.Draft202012Validator.check_schema(described["parameters"])
    assert "hunter2" not in repr(described)
    assert described["parameters"]["required"] == ["name", "hub"]
    assert described["parameters"]["$defs"] == {"peer": {"type": "string"}}
    del described["parameters"], described["actions"]["scale"]["parameters"]["$schema"]
    assert described == {
        "name": "storage",
        "description": "An account for blobs.",
        "outputs": {"id": {"type": "string", "description": "Its id"}, "keys": {}},
        "dependencies": {
            "vnet": {"kind": "network", "optional": True, "many": False},
            "disks": {"kind": "disk", "optional": False, "many": True},
        },
        "actions": {
            "scale": {
                "description": "More of it",
                "parameters": {
                    "type": "object",
                    "properties": {"count": {"type": "integer"}},
                    "required": ["count"],
                    "additionalProperties": False,
                },
            }
        },
    }


def test_what_is_wrong_with_a_description_is_told() -> None:
    facts: Any = {"metadata": {"a": {"type": "strin"}}, "outputs": [], "actions": {"b": 1}}
    module = parse_description("wrong", facts)
    assert [(found.code, found.path) for found in module.diagnostics] == [
        ("unknown-type", ("parameterMetadata", "a", "type")),
        ("bad-metadata", ("outputs",)),
        ("bad-metadata", ("actions", "b")),
    ]
    assert "a  strin, required" in describe_text(module)
