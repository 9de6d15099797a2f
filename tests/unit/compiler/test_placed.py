"""Deployments that a module places go where the template around them goes."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.compiler.placed import fitted, kind_inside, types_at_its_scope
from armlib.template.scope import SCHEMAS, ScopeKind

GROUP = SCHEMAS[ScopeKind.GROUP]


def deployment(schema: str = GROUP, **members: Any) -> dict[str, Any]:
    return {
        "type": "Microsoft.Resources/deployments",
        "name": "inner",
        "properties": {"template": {"$schema": schema, "resources": []}},
        **members,
    }


def only(template: Any) -> dict[str, Any]:
    (resource,) = template["resources"]
    assert isinstance(resource, dict)
    return resource


@pytest.mark.parametrize("kind", [ScopeKind.SUBSCRIPTION, ScopeKind.MANAGEMENT_GROUP, ScopeKind.TENANT])
def test_a_deployment_without_a_scope_gets_the_schema_and_a_location(kind: ScopeKind) -> None:
    found = only(fitted({"resources": [deployment()]}, kind))
    assert found["location"] == "[deployment().location]"
    assert found["properties"]["template"]["$schema"] == SCHEMAS[kind]


def test_in_a_group_a_deployment_without_a_scope_stays_as_it_is() -> None:
    template: dict[str, Any] = {"resources": [deployment()]}
    assert fitted(template, ScopeKind.GROUP) == template


def test_a_deployment_with_a_scope_keeps_its_schema() -> None:
    given = deployment(resourceGroup="rg")
    assert only(fitted({"resources": [given]}, ScopeKind.SUBSCRIPTION)) == given


def test_a_group_has_no_location_of_its_deployment() -> None:
    given = deployment(SCHEMAS[ScopeKind.SUBSCRIPTION], subscriptionId="s", location="[deployment().location]")
    found = only(fitted({"resources": [given]}, ScopeKind.GROUP))
    assert found["location"] == "[resourceGroup().location]"
    assert found["properties"]["template"]["$schema"] == SCHEMAS[ScopeKind.SUBSCRIPTION]


def test_deployments_inside_deployments_follow() -> None:
    outer = deployment()
    outer["properties"]["template"]["resources"] = {"inner": deployment()}
    found = only(fitted({"resources": [outer]}, ScopeKind.TENANT))
    inner = found["properties"]["template"]["resources"]["inner"]
    assert inner["properties"]["template"]["$schema"] == SCHEMAS[ScopeKind.TENANT]


def test_the_types_inside_a_deployment_that_goes_along_count_for_the_template() -> None:
    group = {"type": "Microsoft.Resources/resourceGroups"}
    along, elsewhere = deployment(), deployment(subscriptionId="s")
    for resource in (along, elsewhere):
        resource["properties"]["template"]["resources"] = [group]
    assert list(types_at_its_scope(along)) == ["Microsoft.Resources/deployments", "Microsoft.Resources/resourceGroups"]
    assert list(types_at_its_scope(elsewhere)) == ["Microsoft.Resources/deployments"]


def test_a_template_inside_says_what_the_one_around_it_goes_to() -> None:
    subscription = SCHEMAS[ScopeKind.SUBSCRIPTION]
    assert kind_inside(deployment(subscription)) is ScopeKind.SUBSCRIPTION
    assert kind_inside(deployment(subscription, subscriptionId="s")) is None
    assert kind_inside(deployment()) is None
    assert kind_inside({"type": "A.B/c"}) is None


def test_ids_in_a_management_group_are_those_of_its_extensions() -> None:
    policy, inner = "Microsoft.Authorization/policyDefinitions", deployment()
    inner["properties"]["template"]["resources"] = [
        {"type": policy, "name": "e", "note": f"[resourceId('{policy}', 'e')]"}
    ]
    template: dict[str, Any] = {
        "resources": [
            {"type": policy, "name": "d", "by": f"[concat(resourceId('{policy}', 'd'), resourceId('A.B/c', 'd'))]"},
            inner,
        ],
        "outputs": {"x": "[reference(resourceId('Microsoft.Resources/deployments', 'inner')).outputs.y.value]"},
    }
    found: Any = fitted(template, ScopeKind.MANAGEMENT_GROUP)
    first, second = found["resources"]
    own = f"extensionResourceId(managementGroup().id, '{policy}', "
    assert first["by"] == f"[concat({own}'d'), resourceId('A.B/c', 'd'))]"
    assert second["properties"]["template"]["resources"][0]["note"] == f"[{own}'e')]"
    assert found["outputs"] == {
        "x": "[reference(extensionResourceId(managementGroup().id, 'Microsoft.Resources/deployments', 'inner'))"
        ".outputs.y.value]"
    }
    assert fitted(template, ScopeKind.TENANT)["outputs"] == template["outputs"]
