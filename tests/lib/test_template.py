"""ARM templates in JSON as modules, in both bindings."""

from __future__ import annotations

import json
from typing import Any

from tests.lib.conftest import Bindings

TEMPLATE: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "metadata": {"description": "A thing"},
    "definitions": {
        "rule": {
            "type": "object",
            "properties": {"port": {"type": "int", "minValue": 1}, "note": {"type": "string", "nullable": True}},
        },
        "secretText": {"type": "securestring"},
        "reply": {"type": "object"},
    },
    "parameters": {
        "name": {"type": "string", "metadata": {"description": "Its name"}, "maxLength": 10},
        "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
        "size": {"type": "int", "defaultValue": 3},
        "rules": {"type": "array", "items": {"$ref": "#/definitions/rule"}, "nullable": True},
        "kinds": {"type": "array", "allowedValues": ["a", "b"], "defaultValue": []},
        "pair": {"type": "array", "prefixItems": [{"type": "int"}], "items": False, "nullable": True},
        "key": {"$ref": "#/definitions/secretText", "nullable": True},
        "locked": {"type": "secureObject", "defaultValue": {"password": "x"}},
    },
    "resources": [],
    "outputs": {
        "id": {"type": "string", "value": "x"},
        "reply": {"$ref": "#/definitions/reply", "value": {}},
        "maybe": {"type": "string", "nullable": True, "value": "x"},
        "secret": {"type": "securestring", "value": "x"},
    },
}
MODULE = f"arm.template(std.parseJson({json.dumps(json.dumps(TEMPLATE))}), 'thing')"
GIVEN = f"({MODULE} {{ parameters:: {{ name: 'n', rules: [{{ port: 1 }}], location: arm.expr('x()') }} }})"


def test_the_template_is_deployed_as_it_is_with_what_was_given(jsonnet: Bindings) -> None:
    (deployment,) = jsonnet(f"{GIVEN}.resources")
    assert deployment["name"] == "thing-n"
    assert deployment["properties"]["template"] == TEMPLATE
    assert deployment["properties"]["expressionEvaluationOptions"] == {"scope": "inner"}
    assert deployment["properties"]["parameters"] == {
        "name": {"value": "n"},
        "location": {"value": "[x()]"},
        "rules": {"value": [{"port": 1}]},
    }


def test_parameters_are_those_of_the_template(jsonnet: Bindings) -> None:
    metadata = jsonnet(f"{MODULE}.parameterMetadata")
    assert metadata == {
        "name": {"type": "string", "maxLength": 10, "description": "Its name"},
        "location": {"type": "string", "nullable": True, "description": "Default: [resourceGroup().location]"},
        "size": {"type": "int", "defaultValue": 3},
        "rules": {"type": "array", "items": {"$ref": "#/definitions/rule"}, "nullable": True},
        "kinds": {"type": "array", "items": {"allowedValues": ["a", "b"]}, "defaultValue": []},
        "pair": {"type": "array", "nullable": True},
        "key": {"$ref": "#/definitions/secretText", "nullable": True},
        "locked": {"type": "secureObject", "nullable": True},
    }


def test_arguments_are_checked(jsonnet: Bindings) -> None:
    for given, told in {
        "{ name: 1 }": "name",
        "{ name: 'n', rules: [{ port: 0 }] }": "port",
        "{ name: 'n', rules: [{ note: 'x' }] }": "port",
        "{ name: 'n', kinds: ['c'] }": "kinds",
        "{ nam: 'n' }": "nam",
    }.items():
        assert told in jsonnet.error(f"({MODULE} {{ parameters:: {given} }}).resources")


def test_outputs_are_read_from_the_deployment(jsonnet: Bindings) -> None:
    outputs = jsonnet(f"{GIVEN}.outputs")
    assert set(outputs) == {"id", "reply", "secret"}
    assert outputs["reply"]["type"] == "object"
    assert outputs["id"]["value"].endswith(".outputs.id.value]")
    assert outputs["secret"]["value"].startswith("[listOutputsWithSecureValues(")
    assert jsonnet(f"{GIVEN}.outputs.maybe.value").endswith(".outputs.maybe.value]")


def test_a_secret_of_the_root_is_passed_on_as_a_parameter(jsonnet: Bindings) -> None:
    (deployment,) = jsonnet(f"{MODULE}.resources", {"name": "n"})
    assert deployment["properties"]["parameters"]["key"] == {"value": "[parameters('key')]"}


def test_the_name_of_the_deployment_can_be_another(jsonnet: Bindings) -> None:
    (deployment,) = jsonnet(f"({GIVEN} {{ deployment+:: {{ name: 'other' }} }}).resources")
    assert deployment["name"] == "other"
    assert jsonnet(f"({GIVEN} {{ deployment+:: {{ name: 'other' }} }}).outputs.id.value").count("'other'") == 1


def test_what_is_no_template_is_refused(jsonnet: Bindings) -> None:
    assert "a template is an object with $schema" in jsonnet.error("arm.template({ resources: [] }, 'x').resources")
