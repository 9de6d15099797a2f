"""Azure's own Python client, unmodified but for endpoint and credential: deployments and their operations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.conftest import Local
from tests.emulator.sdk import credential, options

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
NETWORK = {
    "type": "Microsoft.Network/virtualNetworks",
    "apiVersion": "2024-05-01",
    "name": "[parameters('name')]",
    "location": "[resourceGroup().location]",
    "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
}
TEMPLATE: dict[str, Any] = {
    "$schema": SCHEMA,
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}, "secret": {"type": "secureString", "defaultValue": ""}},
    "resources": [NETWORK],
    "outputs": {
        "id": {"type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworks', parameters('name'))]"}
    },
}
BROKEN = TEMPLATE | {"outputs": {"x": {"type": "string", "value": "[nonsense()]"}}}
OF_SUBSCRIPTION = {
    "$schema": SCHEMA.replace("2019-04-01/deployment", "2018-05-01/subscriptionDeployment"),
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2024-03-01",
            "name": "made-by-deployment",
            "location": "westeurope",
        }
    ],
}
EMPTY = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": []}


def deployment(name: str = "net", template: dict[str, Any] = TEMPLATE, **more: Any) -> dict[str, Any]:
    return {
        "properties": {
            "mode": "Incremental",
            "template": template,
            "parameters": {"name": {"value": name}, "secret": {"value": "pa55word"}} if template is not EMPTY else {},
            **more,
        }
    }


@pytest.fixture(scope="module")
def client(local: Local) -> Iterator[Any]:
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient

    with DeploymentsMgmtClient(credential(), local.subscription, **options(local.url)) as found:
        yield found


@pytest.fixture
def group(local: Local, request: pytest.FixtureRequest) -> str:
    name = f"g{abs(hash(request.node.name)) % 10**8}"
    local.engine.scopes.put_group(f"/subscriptions/{local.subscription}/resourceGroups/{name}", "westeurope")
    return name


def test_a_deployment_lives(client: Any, group: str, local: Local) -> None:
    deployments = client.deployments
    assert deployments.check_existence(group, "d") is False
    done = deployments.begin_create_or_update(group, "d", deployment()).result()
    properties = done.properties
    assert (properties.provisioning_state, properties.mode) == ("Succeeded", "Incremental")
    where = f"/subscriptions/{local.subscription}/resourceGroups/{group}"
    network = f"{where}/providers/Microsoft.Network/virtualNetworks/net"
    assert properties.outputs == {"id": {"type": "String", "value": network}}
    assert [one.id for one in properties.output_resources] == [network]
    assert "value" not in properties.parameters["secret"]
    assert properties.duration.startswith("PT")
    assert deployments.check_existence(group, "D") is True
    assert [one.name for one in deployments.list_by_resource_group(group)] == ["d"]
    exported = deployments.export_template(group, "d").template
    assert exported["resources"][0]["name"] == "[parameters('name')]"
    deployments.begin_delete(group, "d").result()
    assert deployments.check_existence(group, "d") is False


def test_its_operations_are_told(client: Any, group: str) -> None:
    client.deployments.begin_create_or_update(group, "d", deployment()).result()
    found = list(client.deployment_operations.list(group, "d"))
    assert [one.properties.provisioning_operation for one in found] == ["Create", "EvaluateDeploymentOutput"]
    made = found[0].properties
    assert (made.provisioning_state, made.status_code) == ("Succeeded", "Created")
    assert made.target_resource.resource_type == "Microsoft.Network/virtualNetworks"
    assert client.deployment_operations.get(group, "d", found[0].operation_id).id == found[0].id
    assert len(list(client.deployment_operations.list(group, "d", top=1).by_page())) == 2


def test_what_fails_is_told_with_its_reason(client: Any, group: str) -> None:
    from azure.core.exceptions import HttpResponseError

    clash = NETWORK | {
        "type": "Microsoft.Network/virtualNetworks/subnets",
        "name": "[concat(parameters('name'), '/none')]",
        "properties": {"addressPrefix": "10.0.0.0/24"},
    }
    clash.pop("location")
    template = TEMPLATE | {"resources": [clash]}
    with pytest.raises(HttpResponseError) as caught:
        client.deployments.begin_create_or_update(group, "d", deployment("absent", template)).result()
    assert caught.value.error is not None
    assert caught.value.error.code == "DeploymentFailed"
    assert [detail.code for detail in caught.value.error.details] == ["ParentResourceNotFound"]
    failed = client.deployments.get(group, "d")
    assert failed.properties.provisioning_state == "Failed"
    assert failed.properties.error.code == "DeploymentFailed"
    listed = client.deployments.list_by_resource_group(group, filter="provisioningState eq 'Failed'")
    assert [one.name for one in listed] == ["d"]


def test_a_template_that_is_wrong_is_refused(client: Any, group: str) -> None:
    from azure.core.exceptions import HttpResponseError

    for call in (client.deployments.begin_create_or_update, client.deployments.begin_validate):
        with pytest.raises(HttpResponseError) as caught:
            call(group, "d", deployment(template=BROKEN)).result()
        assert (caught.value.status_code, caught.value.error.code) == (400, "InvalidTemplate")  # type: ignore[union-attr]
    assert client.deployments.check_existence(group, "d") is False


def test_validation_tells_what_would_be_made(client: Any, group: str) -> None:
    found = client.deployments.begin_validate(group, "d", deployment()).result()
    assert [one.id.rpartition("/")[2] for one in found.properties.validated_resources] == ["net"]
    assert client.deployments.check_existence(group, "d") is False


def test_what_if_tells_what_would_change(client: Any, group: str) -> None:
    deployments = client.deployments
    found = deployments.begin_what_if(group, "d", deployment()).result()
    assert (found.status, [change.change_type for change in found.changes]) == ("Succeeded", ["Create"])
    deployments.begin_create_or_update(group, "d", deployment()).result()
    found = deployments.begin_what_if(group, "d", deployment()).result()
    assert [change.change_type for change in found.changes] == ["NoChange"]
    tagged = TEMPLATE | {"resources": [NETWORK | {"tags": {"env": "dev"}}]}
    (change,) = deployments.begin_what_if(group, "d", deployment(template=tagged)).result().changes
    assert (change.change_type, [delta.path for delta in change.delta]) == ("Modify", ["tags"])
    broken = deployments.begin_what_if(group, "d", deployment(template=BROKEN)).result()
    assert broken.error.code == "InvalidTemplate"


def test_deployments_at_the_other_scopes(client: Any, local: Local) -> None:
    body = deployment(template=EMPTY) | {"location": "westeurope"}
    sub = {"location": "westeurope", "properties": {"mode": "Incremental", "template": OF_SUBSCRIPTION}}
    deployments = client.deployments
    made = deployments.begin_create_or_update_at_subscription_scope("s", sub).result()
    assert (made.location, made.properties.provisioning_state) == ("westeurope", "Succeeded")
    assert "made-by-deployment" in [group["name"] for group in local.engine.scopes.groups()]
    assert "s" in [one.name for one in deployments.list_at_subscription_scope()]
    first = next(iter(client.deployment_operations.list_at_subscription_scope("s"))).properties
    assert first.target_resource.resource_type == "Microsoft.Resources/resourceGroups"

    management_group = local.engine.settings.tenant_id
    made = deployments.begin_create_or_update_at_management_group_scope(management_group, "m", body).result()
    assert made.id.casefold().startswith("/providers/microsoft.management/managementgroups/")
    assert [one.name for one in deployments.list_at_management_group_scope(management_group)] == ["m"]
    made = deployments.begin_create_or_update_at_tenant_scope("t", body).result()
    assert made.id == "/providers/Microsoft.Resources/deployments/t"
    assert deployments.check_existence_at_tenant_scope("t") is True
    scope = f"/subscriptions/{local.subscription}"
    assert deployments.get_at_scope(scope, "s").name == "s"
    deployments.begin_delete_at_scope(scope, "s").result()
    assert deployments.check_existence_at_scope(scope, "s") is False


def test_a_template_is_hashed(client: Any) -> None:
    assert client.deployments.calculate_template_hash(TEMPLATE).template_hash.isdecimal()


def test_a_running_deployment_can_be_canceled(client: Any, group: str, local: Local) -> None:
    from azure.core.exceptions import HttpResponseError

    local.engine.rules.add("Microsoft.Example/slow:700ms")
    slow: list[dict[str, Any]] = [
        {
            "type": "Microsoft.Example/slow",
            "apiVersion": "2024-01-01",
            "name": f"s{number}",
            "location": "westeurope",
            "dependsOn": [f"s{number - 1}"] if number else [],
        }
        for number in range(3)
    ]
    template = EMPTY | {"resources": slow}
    body = {"properties": {"mode": "Incremental", "template": template}}
    poller = client.deployments.begin_create_or_update(group, "d", body)
    with pytest.raises(HttpResponseError) as caught:
        client.deployments.begin_create_or_update(group, "d", body)
    assert (caught.value.status_code, caught.value.error.code) == (409, "DeploymentActive")  # type: ignore[union-attr]
    time.sleep(0.1)
    assert client.deployments.cancel(group, "d") is None
    with pytest.raises(HttpResponseError):
        poller.result()
    assert client.deployments.get(group, "d").properties.provisioning_state == "Canceled"
    with pytest.raises(HttpResponseError) as caught:
        client.deployments.cancel(group, "d")
    assert (caught.value.status_code, caught.value.error.code) == (409, "DeploymentCannotBeCancelled")  # type: ignore[union-attr]
    local.engine.rules.clear()
