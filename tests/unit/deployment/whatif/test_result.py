"""What the service would answer, held to its models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.model import WhatIf
from armlib.deployment.whatif.result import as_operation_result
from tests.unit.deployment.whatif.samples import ACCOUNTS, GROUP, NETWORKS, State, resource, unknown

MODELS = Path(__file__).parents[5] / "shared" / "arm-api" / "derived" / "deployments-2026-06-01.models.schema.json"


def everything() -> WhatIf:
    """A what-if with every kind of change, of a resource and of a property."""
    state = State()
    subnets = [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}, {"name": "b"}]
    state.put(resource(NETWORKS, "v"), {"tags": {"a": "1"}, "properties": {"subnets": subnets, "x": 1}})
    state.put(resource(name="same"))
    state.put(resource(name="beside"))
    new = [{"name": "a", "properties": {"addressPrefix": "10.0.1.0/24"}}, {"name": "c"}]
    wanted = [
        resource(NETWORKS, "v", properties={"subnets": new, "x": 2, "y": 3}, symbolic_name="network"),
        resource(name="same"),
        resource(name="new", deployment=f"{GROUP}/providers/Microsoft.Resources/deployments/inner"),
        resource(id=unknown()),
        resource(name="maybe", condition=unknown()),
        resource("Microsoft.Resources/deployments", "linked", properties={"templateLink": {}}),
    ]
    return what_if(wanted, state, scope=GROUP)


def test_a_result_has_the_shape_of_the_service() -> None:
    result: Any = as_operation_result(everything())
    changes = result["properties"]["changes"]
    assert result["status"] == "Succeeded"
    assert [change["changeType"] for change in changes] == [
        "Modify",
        "NoChange",
        "Create",
        "Unsupported",
        "Unsupported",
        "Ignore",
    ]
    assert [change["changeType"] for change in result["properties"]["potentialChanges"]] == ["Create"]
    assert result["properties"]["diagnostics"][0]["code"] == "NestedDeploymentShortCircuited"
    modify, same, new, unsupported, _, beside = changes
    assert modify["symbolicName"] == "network"
    assert modify["delta"] == [
        {
            "path": "properties.subnets",
            "propertyChangeType": "Array",
            "children": [
                {
                    "path": "0",
                    "propertyChangeType": "Modify",
                    "children": [
                        {
                            "path": "properties.addressPrefix",
                            "propertyChangeType": "Modify",
                            "before": "10.0.0.0/24",
                            "after": "10.0.1.0/24",
                        }
                    ],
                },
                {"path": "1", "propertyChangeType": "Delete", "before": {"name": "b"}},
                {"path": "1", "propertyChangeType": "Create", "after": {"name": "c"}},
            ],
        },
        {"path": "properties.x", "propertyChangeType": "Modify", "before": 1, "after": 2},
        {"path": "properties.y", "propertyChangeType": "Create", "after": 3},
        {"path": "tags.a", "propertyChangeType": "Delete", "before": "1"},
    ]
    assert same["delta"] == []
    assert new["deploymentId"].endswith("/inner")
    assert unsupported["unsupportedReason"] == "its id is known only to the deployment"
    assert beside["before"] == beside["after"]


def test_ids_alone_say_that_what_is_there_is_deployed() -> None:
    result: Any = as_operation_result(everything(), resource_id_only=True)
    changes = {change["resourceId"].rpartition("/")[2]: change for change in result["properties"]["changes"]}
    assert changes["v"] == {"resourceId": f"{GROUP}/providers/{NETWORKS}/v", "changeType": "Deploy"}
    assert changes["same"] == {"resourceId": f"{GROUP}/providers/{ACCOUNTS}/same", "changeType": "Deploy"}
    assert changes["new"]["changeType"] == "Create"
    assert changes["beside"]["changeType"] == "Ignore"


@pytest.mark.parametrize("resource_id_only", [False, True])
def test_results_agree_with_the_models_of_the_service(resource_id_only: bool) -> None:
    if not MODELS.exists():
        pytest.skip("the published models are not beside the checkout")
    models = json.loads(MODELS.read_text(encoding="utf-8"))
    validator = Draft7Validator({"$ref": "#/definitions/WhatIfOperationResult", **models})
    validator.validate(as_operation_result(everything(), resource_id_only=resource_id_only))
    assert list(validator.iter_errors({"status": "Succeeded", "properties": {"changes": [{"changeType": "New"}]}}))
