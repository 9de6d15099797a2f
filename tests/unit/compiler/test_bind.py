"""Binding arguments: reading texts by type, what Jsonnet gets, what the deployment gets, and all problems at once."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.compiler.bind import Bound, bind, merge
from armlib.compiler.parameters_metadata import parse_metadata
from armlib.compiler.request import Argument
from armlib.diagnostics import Severity

SECRET = "hunter2-Hunter2"


def bound(metadata: dict[str, Any], definitions: dict[str, Any] | None = None, **arguments: Any) -> Bound:
    """Bind *arguments*: an Argument as it is, anything else as a value."""
    parsed = parse_metadata(metadata, definitions)
    assert parsed.diagnostics == ()
    given = {name: one if isinstance(one, Argument) else Argument(value=one) for name, one in arguments.items()}
    return bind(given, parsed.parameters)


def text(value: str) -> Argument:
    return Argument(text=value, source="-p")


@pytest.mark.parametrize(
    ("types", "given", "read"),
    [
        ("string", "5", "5"),
        ("secureString", " a ", " a "),
        ("int", "5", 5),
        ("int", "-12", -12),
        ("Integer", " 7 ", 7),
        ("int", "0x10", "0x10"),
        ("int", "1.0", "1.0"),
        ("number", "1.5e3", 1500.0),
        ("number", "10", 10),
        ("number", "1e999", "1e999"),
        ("number", "nan", "nan"),
        ("bool", "true", True),
        ("boolean", "False", False),
        ("bool", "yes", "yes"),
        ("null", "null", None),
        ("array", "[1, 2]", [1, 2]),
        ("array", '{"a": 1}', '{"a": 1}'),
        ("object", '{"a": [1]} // comment', {"a": [1]}),
        ("object", "a: 1\nb: [x]\n", {"a": 1, "b": ["x"]}),
        ("object", "a: 1", "a: 1"),
        ("array", "[concat('a')]", "[concat('a')]"),
        ("resourceId", "/subscriptions/1", "/subscriptions/1"),
        ("any", "5", "5"),
        (["int", "string"], "5", 5),
        (["int", "string"], "five", "five"),
        (["string", "int"], "5", "5"),
        (["null", "string"], "null", None),
        (["bool", "object"], '{"a": 1}', {"a": 1}),
    ],
)
def test_text_is_read_by_the_declared_types_in_their_order(types: Any, given: str, read: Any) -> None:
    result = bound({"x": {"type": types, "deployTime": True}}, x=text(given))
    value = (result.secrets or result.deploy_parameters)["x"]
    assert (value, type(value)) == (read, type(read))


def test_text_is_read_by_the_type_of_a_definition() -> None:
    assert bound({"x": {"$ref": "#/definitions/n"}}, {"n": {"type": "int"}}, x=text("5")).injected == {"x": 5}


def test_text_without_a_declaration_stays_a_text() -> None:
    assert bind({"x": text("5")}, None).injected == {"x": "5"}


def test_text_that_no_type_reads_is_of_the_wrong_type() -> None:
    (found,) = bound({"count": {"type": "int"}}, count=text("many")).diagnostics
    assert (found.code, found.path) == ("wrong-type", ("parameters", "count"))
    assert found.message == "parameter 'count': \"many\" is not an integer"


def test_every_problem_of_every_parameter_is_told_in_one_run() -> None:
    result = bound(
        {
            "name": {"type": "string", "minLength": 3, "pattern": "^[a-z]+$"},
            "size": {"type": "int", "maxValue": 5},
            "sku": {"type": "string", "allowedValues": ["Basic", "Standard"]},
            "location": {"type": "string", "description": "Azure region"},
            "nets": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"prefix": {"type": "string", "format": "cidr"}, "on": {"type": "bool"}},
                    "required": ["prefix"],
                    "additionalProperties": False,
                },
            },
        },
        name="A",
        size=6,
        sku="basic",
        locatoin="x",
        nets=[{"prefix": "10.0.0.0"}, {"on": 1, "prefx": "y"}],
    )
    assert [(found.code, found.path) for found in result.diagnostics] == [
        ("unknown-parameter", ("parameters", "locatoin")),
        ("missing-parameter", ("parameters", "location")),
        ("too-short", ("parameters", "name")),
        ("wrong-pattern", ("parameters", "name")),
        ("wrong-format", ("parameters", "nets", 0, "prefix")),
        ("missing-property", ("parameters", "nets", 1, "prefix")),
        ("wrong-type", ("parameters", "nets", 1, "on")),
        ("unknown-property", ("parameters", "nets", 1, "prefx")),
        ("out-of-range", ("parameters", "size")),
        ("not-allowed", ("parameters", "sku")),
    ]
    hints = {found.path[-1]: found.hint for found in result.diagnostics}
    assert hints["locatoin"] == "did you mean 'location'?"
    assert hints["location"] == "a string: Azure region"
    assert hints["prefx"] == "did you mean 'prefix'?"
    assert hints["sku"] == "did you mean 'Basic'?"


def test_deploy_time_parameters_are_expressions_in_jsonnet() -> None:
    result = bound(
        {
            "p": {"type": "secureString"},
            "n": {"type": "int", "deployTime": True},
            "q": {"type": "secureObject"},
            "o": {},
        },
        p=SECRET,
        n=3,
        o=1,
    )
    assert result.injected == {"p": "[parameters('p')]", "n": "[parameters('n')]", "q": "[parameters('q')]", "o": 1}
    assert (result.deploy_parameters, result.secrets) == ({"n": 3}, {"p": SECRET})
    assert SECRET not in repr(result)


def test_quote_in_a_name_is_doubled_in_the_expression() -> None:
    assert bound({"it's": {"deployTime": True}}).injected == {"it's": "[parameters('it''s')]"}


def test_deploy_time_parameter_that_holds_a_secret_is_a_secret() -> None:
    spec = {"type": "object", "deployTime": True, "properties": {"p": {"type": "secureString"}}}
    result = bound({"x": spec}, x={"p": SECRET})
    assert (result.deploy_parameters, result.secrets, result.diagnostics) == ({}, {"x": {"p": SECRET}}, ())


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ({"type": "secureString", "minLength": 50}, SECRET),
        ({"type": "secureString", "pattern": "^x$"}, SECRET),
        ({"type": "secureString", "format": "uuid"}, SECRET),
        ({"type": "secureString", "allowedValues": ["a"]}, SECRET),
        ({"type": "secureObject"}, SECRET),
        ({"type": "secureString"}, [SECRET]),
        ({"type": "secureObject", "properties": {"a": {"type": "int"}}}, {"a": SECRET}),
        ({"type": "object", "properties": {"a": {"type": "secureString"}}}, {"a": SECRET}),
        ({"type": "secureString"}, "\ud800" + SECRET),
    ],
)
def test_secret_stands_in_no_diagnostic(spec: dict[str, Any], value: Any) -> None:
    result = bound({"x": spec, "y": {"type": "string"}}, x=value, y="a", z=SECRET)
    assert len(result.diagnostics) >= 2
    assert SECRET not in repr(result.diagnostics)
    assert SECRET not in repr(Argument(value=value, text=SECRET, below=Argument(value=value)))


def test_secret_inside_an_object_would_reach_the_template() -> None:
    spec = {"type": "object", "properties": {"p": {"type": "secureString"}}}
    (found,) = bound({"x": spec}, x={"p": SECRET}).diagnostics
    assert (found.code, found.path) == ("nested-secret", ("parameters", "x", "p"))
    assert bound({"x": spec}, x={"p": "[parameters('p')]"}).diagnostics == ()


def test_resource_given_as_an_id_is_bound_to_its_id() -> None:
    metadata = {
        "one": {"type": ["resourceId", "object"]},
        "many": {"type": "array", "items": {"$ref": "#/definitions/net"}},
        "named": {"type": "object", "additionalProperties": {"type": "resourceId"}},
    }
    result = bound(
        metadata,
        {"net": {"type": "resourceId"}},
        one={"id": "/x", "a": 1},
        many=["/y", {"id": "/z"}],
        named={"n": {"id": "/n"}},
    )
    assert result.injected == {"one": "/x", "many": ["/y", "/z"], "named": {"n": "/n"}}


def test_number_that_jsonnet_would_change_is_an_error() -> None:
    metadata: dict[str, Any] = {"x": {}, "y": {"deployTime": True}}
    result = bound(metadata, x={"a": [2**53 + 1, 2**60, 10**400]}, y=2**53 + 1)
    assert [(found.code, found.path) for found in result.diagnostics] == [
        ("inexact-number", ("parameters", "x", "a", 0)),
        ("inexact-number", ("parameters", "x", "a", 2)),
    ]
    assert result.deploy_parameters == {"y": 2**53 + 1}


def test_vault_reference_needs_a_deploy_time_parameter() -> None:
    reference: dict[str, Any] = {"keyVault": {"id": "/v"}, "secretName": "s"}
    given = Argument(reference=reference, source="p.json")
    result = bound({"p": {"type": "secureString"}, "q": {"type": "string"}}, p=given, q=given)
    assert result.references == {"p": reference}
    assert result.injected == {"p": "[parameters('p')]"}
    assert [(found.code, found.path) for found in result.diagnostics] == [
        ("reference-when-compiling", ("parameters", "q"))
    ]


def test_source_of_a_wrong_value_is_named() -> None:
    (found,) = bound({"x": {"type": "int"}}, x=Argument(value="a", source="prod.json")).diagnostics
    assert found.message == "parameter 'x': \"a\" is not an integer (from prod.json)"


def test_text_read_as_an_object_is_laid_over_what_was_given_before() -> None:
    below = Argument(text='{"a": 1, "b": {"c": 2}}')
    result = bound({"x": {"type": "object"}}, x=Argument(text='{"b": {"d": 3}}', below=below))
    assert result.injected == {"x": {"a": 1, "b": {"c": 2, "d": 3}}}


def test_spelling_of_environment_variables_is_forgiven_and_strangers_are_ignored() -> None:
    def variable(name: str) -> Argument:
        return Argument(text="5", source="ARMLIB_PARAM_" + name)

    metadata: dict[str, Any] = {"sqlPassword": {"type": "int"}, "name": {"type": "string"}, "a_b": {}, "aB": {}}
    metadata = {
        name: {**spec, "defaultValue": 1 if spec.get("type") == "int" else "d"} for name, spec in metadata.items()
    }
    given: dict[str, Any] = {
        "SQL_PASSWORD": variable("SQL_PASSWORD"),
        "other": variable("other"),
        "NAME": variable("NAME"),
    }
    result = bound(metadata, **given, AB=variable("AB"), name="kept")
    assert result.diagnostics == ()
    assert result.injected == {"sqlPassword": 5, "name": "kept"}


def test_lenient_binding_leaves_what_may_be_absent_to_the_module() -> None:
    parsed = parse_metadata({"a": {"type": "string"}, "b": {"type": "resource"}, "c": {"type": "int"}})
    found = bind({"b": Argument(value=1), "c": Argument(value="x")}, parsed.parameters, lenient=True).diagnostics
    assert [one.code for one in found] == ["wrong-type"]


def test_computed_default_may_be_null_so_null_is_left_to_the_library() -> None:
    metadata = {"a": {"type": "int", "computedDefault": True}, "b": {"type": "int", "defaultValue": None}}
    assert bound(metadata, a=None, b=None).diagnostics == ()


def test_deprecated_parameter_is_a_warning() -> None:
    (found,) = bound({"x": {"deprecated": "use y"}}, x=1).diagnostics
    assert (found.code, found.severity, found.hint) == ("deprecated-parameter", Severity.WARNING, "use y")


def test_objects_merge_and_anything_else_is_replaced() -> None:
    below: Any = {"a": {"b": 1, "c": [1, 2]}, "d": 1, "e": {"f": 1}}
    assert merge(below, {"a": {"c": [3]}, "d": None, "e": 2}) == {"a": {"b": 1, "c": [3]}, "d": None, "e": 2}
