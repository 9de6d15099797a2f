"""Azure's own Python client, unmodified but for endpoint and credential: deployment stacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.conftest import Local
from tests.emulator.sdk import credential, options

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def stack(*names: str, deny: str = "none", **more: Any) -> dict[str, Any]:
    things = [
        {"type": "Microsoft.Example/things", "apiVersion": "2024-01-01", "name": name, "location": "westeurope"}
        for name in names
    ]
    return {
        "properties": {
            "template": {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": things},
            "actionOnUnmanage": {"resources": "delete", "resourceGroups": "detach"},
            "denySettings": {"mode": deny},
        },
        **more,
    }


@pytest.fixture(scope="module")
def client(local: Local) -> Iterator[Any]:
    from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient

    with DeploymentStacksClient(credential(), local.subscription, **options(local.url)) as found:
        yield found.deployment_stacks


@pytest.fixture(scope="module")
def group(local: Local) -> str:
    local.engine.scopes.put_group(f"/subscriptions/{local.subscription}/resourceGroups/stacked", "westeurope")
    return "stacked"


def names(local: Local, group: str) -> list[str]:
    found = local.engine.resources.list(f"/subscriptions/{local.subscription}/resourceGroups/{group}").items
    return [str(one["name"]) for one in found]


def test_a_stack_lives(client: Any, group: str, local: Local) -> None:
    from azure.core.exceptions import ResourceNotFoundError

    with pytest.raises(ResourceNotFoundError):
        client.get_at_resource_group(group, "s")
    made = client.begin_create_or_update_at_resource_group(group, "s", stack("a", "b")).result()
    assert made.properties.provisioning_state == "succeeded"
    assert sorted(one.id.rpartition("/")[2] for one in made.properties.resources) == ["a", "b"]
    changed = client.begin_create_or_update_at_resource_group(group, "s", stack("b", "c")).result()
    assert [one.id.rpartition("/")[2] for one in changed.properties.deleted_resources] == ["a"]
    assert sorted(names(local, group)) == ["b", "c"]
    assert [one.name for one in client.list_at_resource_group(group)] == ["s"]
    template = client.export_template_at_resource_group(group, "s").template
    assert [one["name"] for one in template["resources"]] == ["b", "c"]
    client.begin_delete_at_resource_group(group, "s", unmanage_action_resources="delete").result()
    assert names(local, group) == []
    assert list(client.list_at_resource_group(group)) == []


def test_what_a_stack_denies_is_refused(client: Any, group: str, local: Local) -> None:
    from armlib.deployment.fault import Fault

    client.begin_create_or_update_at_resource_group(group, "denying", stack("kept", deny="denyDelete")).result()
    with pytest.raises(Fault) as caught:
        local.engine.resources.delete(
            f"/subscriptions/{local.subscription}/resourceGroups/{group}/providers/Microsoft.Example/things/kept"
        )
    assert caught.value.status == 403
    client.begin_delete_at_resource_group(group, "denying", unmanage_action_resources="detach").result()
    assert names(local, group) == ["kept"]


def test_a_stack_is_validated(client: Any, group: str) -> None:
    from azure.core.exceptions import HttpResponseError

    found = client.begin_validate_stack_at_resource_group(group, "v", stack("x")).result()
    assert [one.id.rpartition("/")[2] for one in found.properties.validated_resources] == ["x"]
    wrong = stack("x")
    wrong["properties"]["template"]["outputs"] = {"o": {"type": "string", "value": "[nonsense()]"}}
    with pytest.raises(HttpResponseError) as caught:
        client.begin_validate_stack_at_resource_group(group, "v", wrong).result()
    assert caught.value.status_code == 400


def test_stacks_at_the_other_scopes(client: Any, local: Local) -> None:
    empty = stack(location="westeurope")
    made = client.begin_create_or_update_at_subscription("s", empty).result()
    assert (made.location, made.properties.provisioning_state) == ("westeurope", "succeeded")
    assert [one.name for one in client.list_at_subscription()] == ["s"]
    client.begin_delete_at_subscription("s").result()
    root = local.engine.settings.tenant_id
    subscription = f"/subscriptions/{local.subscription}"
    at_root = stack(location="westeurope")
    at_root["properties"]["deploymentScope"] = subscription
    made = client.begin_create_or_update_at_management_group(root, "m", at_root).result()
    assert made.properties.deployment_scope == subscription
    client.begin_delete_at_management_group(root, "m").result()
