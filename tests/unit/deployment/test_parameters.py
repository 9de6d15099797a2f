from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.show import show_expansion
from tests.unit.deployment.samples import (
    account,
    errors,
    expanded,
    nested,
    only_error,
    output,
    shown,
    symbolic,
    template,
    values,
)


def takes(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return symbolic(parameters={"p": schema}, outputs={"o": output("[parameters('p')]", "any", nullable=True)}, **more)


def test_a_given_value_is_never_an_expression() -> None:
    text = takes({"type": "string"})
    assert values(shown(text, {"p": "[concat('a')]"})) == {"o": "[concat('a')]"}
    assert values(shown(text, {"p": "[[a]"})) == {"o": "[[a]"}


def test_a_default_value_is_evaluated_and_unescaped() -> None:
    assert values(shown(takes({"type": "string", "defaultValue": "[concat('a', 'b')]"}))) == {"o": "ab"}
    assert values(shown(takes({"type": "string", "defaultValue": "[[a]"}))) == {"o": "[a]"}


def test_names_of_parameters_ignore_case() -> None:
    text = template(parameters={"Name": {"type": "string"}}, outputs={"o": output("[parameters('nAME')]")})
    assert values(shown(text, {"NAME": "x"})) == {"o": "x"}


def test_a_default_may_use_a_parameter_declared_later() -> None:
    text = template(
        parameters={"a": {"type": "string", "defaultValue": "[parameters('b')]"}, "b": {"type": "string"}},
        outputs={"o": output("[parameters('a')]")},
    )
    assert values(shown(text, {"b": "x"})) == {"o": "x"}


@pytest.mark.parametrize(
    ("schema", "value", "code", "part"),
    [
        ({"type": "string"}, 1, "type-mismatch", "Expected a value of type 'String, Uri'"),
        ({"type": "int"}, "1", "type-mismatch", "received a value of type 'String'"),
        ({"type": "int"}, True, "type-mismatch", "received a value of type 'Boolean'"),
        ({"type": "int"}, 1.5, "type-mismatch", "received a value of type 'Float'"),
        ({"type": "bool"}, 1, "type-mismatch", "Expected a value of type 'Boolean'"),
        ({"type": "array"}, {}, "type-mismatch", "Expected a value of type 'Array'"),
        ({"type": "object"}, [], "type-mismatch", "Expected a value of type 'Object'"),
        (
            {"type": "string", "allowedValues": ["a", "b"]},
            "c",
            "value-not-allowed",
            "not part of the allowed",
        ),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["a", "c"], "value-not-allowed", "not part of"),
        ({"type": "string", "minLength": 3}, "ab", "length-out-of-range", "greater than or equal to '3'"),
        ({"type": "string", "maxLength": 1}, "😀", "length-out-of-range", "but is '2'"),
        ({"type": "array", "maxLength": 1}, [1, 2], "length-out-of-range", "less than or equal to '1'"),
        ({"type": "int", "minValue": 2}, 1, "value-out-of-range", "greater than or equal to '2'"),
        ({"type": "int", "maxValue": 2}, 3, "value-out-of-range", "less than or equal to '2'"),
    ],
)
def test_a_value_that_does_not_fit_is_told(schema: dict[str, Any], value: Any, code: str, part: str) -> None:
    found = only_error(takes(schema), {"p": value})
    assert (found.code, found.path[:2]) == (code, ("parameters", "p"))
    assert found.message.startswith("InvalidTemplate: ")
    assert part in found.message


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "String"}, "x"),
        ({"type": "string", "allowedValues": ["Ab"]}, "aB"),
        ({"type": "string", "allowedValues": []}, "x"),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["b", "a"]),
        ({"type": "array", "allowedValues": [["a"], ["b"]]}, ["b"]),
        ({"type": "string", "nullable": True}, None),
        ({"type": "object"}, {}),
    ],
)
def test_a_value_that_fits_is_taken(schema: dict[str, Any], value: Any) -> None:
    assert values(shown(takes(schema), {"p": value})) == {"o": value}


def test_every_problem_of_every_parameter_is_told_at_once() -> None:
    text = template(parameters={"name": {"type": "string"}, "count": {"type": "int"}, "kind": {"type": "strin"}})
    found = errors(expanded(text, {"nmae": "x", "count": "x", "kind": 1}))
    assert [code for code, _ in found] == [
        "parameter-unknown",
        "parameter-missing",
        "type-mismatch",
        "type-definition",
    ]


def test_a_misspelt_parameter_gets_the_nearest_name() -> None:
    text = template(parameters={"name": {"type": "string", "defaultValue": ""}})
    assert only_error(text, {"nmae": "x"}).hint == "did you mean 'name'?"


def test_a_missing_parameter_is_an_error_unless_it_may_be_unknown() -> None:
    text = takes({"type": "string"})
    found = only_error(text)
    assert found.code == "parameter-missing"
    assert "The value for the template parameter 'p' is not provided" in found.message
    assert values(shown(text, unknown_parameters=True)) == {"o": "[parameters('p')]"}


def test_null_means_the_default_or_a_nullable_parameter_or_is_an_error() -> None:
    assert values(shown(takes({"type": "string", "defaultValue": "d"}), {"p": None})) == {"o": "d"}
    found = only_error(takes({"type": "string"}), {"p": None})
    assert found.code == "parameter-null"
    assert found.message.startswith("InvalidDeploymentParameterValue: ")


def test_a_wrong_default_is_told_at_the_default() -> None:
    found = only_error(takes({"type": "int", "defaultValue": "[concat('a')]"}))
    assert (found.code, found.path) == ("type-mismatch", ("parameters", "p", "defaultValue"))


def test_a_fault_in_a_default_is_told_once_with_its_place() -> None:
    found = only_error(takes({"type": "string", "defaultValue": "[concat(paramters('x'))]"}))
    assert found.path == ("parameters", "p", "defaultValue")
    assert found.hint == "did you mean 'parameters'?"
    assert (found.excerpt.text, found.excerpt.column) == ("[concat(paramters('x'))]", 9)


def test_parameters_that_need_each_other_are_a_circle() -> None:
    text = template(
        parameters={
            "a": {"type": "string", "defaultValue": "[parameters('b')]"},
            "b": {"type": "string", "defaultValue": "[parameters('a')]"},
        }
    )
    found = only_error(text)
    assert (found.code, found.hint) == (
        "circular-dependency",
        "the circle is parameter 'a' -> parameter 'b' -> parameter 'a'",
    )


def test_a_run_time_function_has_no_place_in_a_default() -> None:
    found = only_error(takes({"type": "object", "defaultValue": "[reference('x')]"}))
    assert "The template function 'reference' is not expected at this location" in found.message


def test_the_number_of_parameters_is_limited() -> None:
    many = {f"p{number}": {"type": "string", "defaultValue": ""} for number in range(257)}
    found = only_error(template(parameters=many))
    assert found.code == "template-limit"
    assert "Limit: 256 and actual: 257" in found.message


# Types.


def test_references_to_definitions_are_followed_and_refined() -> None:
    text = takes(
        {"$ref": "#/definitions/a", "maxLength": 3},
        definitions={"a": {"$ref": "#/definitions/b"}, "b": {"type": "string", "minLength": 2}},
    )
    assert values(shown(text, {"p": "abc"})) == {"o": "abc"}
    assert only_error(text, {"p": "a"}).code == "length-out-of-range"
    assert only_error(text, {"p": "abcd"}).code == "length-out-of-range"


def test_a_definition_that_is_not_there_gets_the_nearest_name() -> None:
    text = takes({"$ref": "#/definitions/nam"}, definitions={"name": {"type": "string"}})
    found = only_error(text, {"p": "x"})
    assert (found.code, found.hint) == ("type-definition", "did you mean 'name'?")


def test_a_definition_of_itself_is_an_error_and_a_recursive_one_is_not() -> None:
    circle = takes({"$ref": "#/definitions/a"}, definitions={"a": {"$ref": "#/definitions/a"}})
    assert only_error(circle, {"p": 1}).code == "type-definition"
    tree = {"type": "object", "properties": {"next": {"$ref": "#/definitions/a", "nullable": True}}}
    text = takes({"$ref": "#/definitions/a"}, definitions={"a": tree})
    assert values(shown(text, {"p": {"next": {"next": {}}}})) == {"o": {"next": {"next": {}}}}
    assert "at 'next.next'" in only_error(text, {"p": {"next": {"next": 1}}}).message


SHAPE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": {"type": "int", "nullable": True}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ({"name": "a", "sise": 1}, "The following properties are not expected: 'sise'"),
        ({}, "The required property 'name' is missing"),
        ({"name": 1}, "at 'name'"),
        ({"name": "a", "size": "b"}, "at 'size'"),
    ],
)
def test_members_of_an_object_are_checked(value: Any, part: str) -> None:
    assert part in only_error(takes(SHAPE), {"p": value}).message


def test_members_of_an_object_ignore_case_and_may_be_null_when_nullable() -> None:
    assert values(shown(takes(SHAPE), {"p": {"NAME": "a", "size": None}})) == {"o": {"NAME": "a", "size": None}}


def test_tuples_check_each_place() -> None:
    schema = {"type": "array", "prefixItems": [{"type": "int"}, {"type": "bool"}], "items": False}
    assert values(shown(takes(schema), {"p": [1, True]})) == {"o": [1, True]}
    assert "no more than 2 elements" in only_error(takes(schema), {"p": [1, True, 3]}).message
    assert "at least 2 elements" in only_error(takes(schema), {"p": [1]}).message
    assert "at '[1]'" in only_error(takes(schema), {"p": [1, 2]}).message


def test_a_discriminator_chooses_the_variant() -> None:
    schema = {
        "type": "object",
        "discriminator": {
            "propertyName": "kind",
            "mapping": {
                "cat": {"$ref": "#/definitions/cat"},
                "dog": {"type": "object", "properties": {"bark": {"type": "int"}}},
            },
        },
    }
    cat = {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "purr": {"type": "bool"}},
        "additionalProperties": False,
    }
    text = takes(schema, definitions={"cat": cat})
    assert values(shown(text, {"p": {"kind": "cat", "purr": True}}))["o"] == {"kind": "cat", "purr": True}
    assert only_error(text, {"p": {"kind": "cat", "purr": True, "bark": 1}}).code == "unexpected-member"
    assert "should be one of 'cat', 'dog'" in only_error(text, {"p": {"kind": "cow"}}).message


# Secrets.


def test_a_secret_is_shown_nowhere() -> None:
    text = template(
        parameters={"pw": {"type": "secureString"}, "bag": {"type": "secureobject"}},
        variables={"v": "[concat('x', parameters('pw'))]"},
        resources=[
            account("a", properties={"k": "[parameters('pw')]", "v": "[variables('v')]", "m": "[parameters('bag').x]"})
        ],
        outputs={"o": output("[toUpper(parameters('pw'))]"), "l": output("[length(parameters('pw'))]", "int")},
    )
    found = shown(text, {"pw": "hunter2", "bag": {"x": "hunter3"}})
    assert "hunter" not in str(found).lower()
    assert found["resources"][0]["properties"] == {"k": "***", "v": "***", "m": "***"}
    assert found["outputs"]["o"] == {"type": "String", "value": "***"}


def test_a_secret_that_does_not_fit_is_told_without_it() -> None:
    text = template(parameters={"pw": {"type": "securestring", "allowedValues": ["a"], "minLength": 30}})
    found = expanded(text, {"pw": "hunter2"})
    assert errors(found)
    assert "hunter2" not in str(found.diagnostics)


def test_a_secret_is_in_no_diagnostic_wherever_it_is_used() -> None:
    text = symbolic(
        parameters={"pw": {"type": "securestring"}, "n": {"type": "secureobject"}},
        resources={
            "a": account("[format('{0}/x', parameters('pw'))]"),
            "b": account("b", dependsOn=["[parameters('pw')]"], tags={"[parameters('pw')]": 1}),
            "c": account("c", properties={"copy": [{"name": "x", "count": "[parameters('n').x]", "input": 1}]}),
            "d": {**account("d"), "type": "[parameters('pw')]"},
            "e": account("e", properties={"x": "[reference(parameters('pw')).y]", "y": "[int(parameters('pw'))]"}),
            "f": account(
                "f", properties={"x": "[parameters(parameters('pw'))]", "y": "[variables('v')[parameters('pw')]]"}
            ),
        },
        variables={"v": {}},
        outputs={"o": output("[parameters('pw')]", "int"), "[parameters('pw')]": output(1, "int")},
    )
    found = expanded(text, {"pw": "hunter2", "n": {"x": 987654321}})
    everything = str(found.diagnostics) + str(show_expansion(found))
    assert "hunter" not in everything
    assert "987654321" not in everything


def test_a_secure_member_of_a_type_is_secret() -> None:
    schema = {"type": "object", "properties": {"pw": {"type": "securestring"}, "n": {"type": "string"}}}
    assert values(shown(takes(schema), {"p": {"pw": "x", "n": "y"}})) == {"o": {"pw": "***", "n": "y"}}


def test_a_key_vault_reference_is_secret_and_not_known() -> None:
    inner = template(
        parameters={"pw": {"type": "securestring"}}, resources=[account("a", properties={"k": "[parameters('pw')]"})]
    )
    reference = {"reference": {"keyVault": {"id": "/subscriptions/s"}, "secretName": "n"}}
    found = shown(template(resources=[nested("n", inner, parameters={"pw": reference})]))
    assert found["resources"][1]["properties"] == {"k": "***"}
