from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address
from armlib.emulator.caller import Caller
from tests.unit.emulator.conftest import RG, SUB
from tests.unit.emulator.deployments.conftest import (
    WIDGETS,
    Local,
    inner_scope,
    nested,
    request,
    template,
    widget,
)

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
W = f"{RG}/providers/{WIDGETS}"


def refuse(local: Local, *names: str, fault: Fault | None = None, times: int = 10**6) -> dict[str, int]:
    """Let the service refuse to make the resources called *names*; return how often it was asked for each."""
    asked: dict[str, int] = {}

    def guard(address: Address, verb: str, caller: Caller) -> None:
        asked[address.name] = asked.get(address.name, 0) + 1
        if address.name in names and caller.deployment is not None and asked[address.name] <= times:
            raise fault or Fault(409, "WidgetRefused", f"The widget '{address.name}' cannot be made.")

    local.engine.resources.before.append(guard)
    return asked


def test_a_deployment_is_accepted_at_once_and_ends_with_its_resources(local: Local) -> None:
    accepted: Any = local.engine.deployments.create(RG, "d", request(template(resources=[widget("a")])))
    assert accepted["properties"]["provisioningState"] == "Accepted"
    found: Any = local.engine.deployments.wait(RG, "d", timeout=30)
    assert found["properties"]["provisioningState"] == "Succeeded"
    assert found["properties"]["outputResources"] == [{"id": f"{W}/a"}]
    assert local.engine.resources.get(f"{W}/a")["location"] == "westeurope"


def test_what_get_answers_has_the_shape_of_the_service(local: Local) -> None:
    text = template(
        parameters={
            "secret": {"type": "securestring"},
            "size": {"type": "int", "defaultValue": 3},
            "tags": {"type": "object", "defaultValue": {}},
        },
        resources=[widget("a", properties={"pw": "[parameters('secret')]"}), widget("b", "a")],
        outputs={
            "one": {"type": "string", "value": "[resourceGroup().location]"},
            "hidden": {"type": "securestring", "value": "[parameters('secret')]"},
        },
    )
    found = local.deploy(text, parameters={"secret": "open sesame"})
    assert found["id"] == f"{RG}/providers/Microsoft.Resources/deployments/d"
    assert found["type"] == "Microsoft.Resources/deployments"
    assert "location" not in found
    properties = found["properties"]
    assert properties["parameters"] == {
        "secret": {"type": "SecureString"},
        "size": {"type": "Int", "value": 3},
        "tags": {"type": "Object", "value": {}},
    }
    assert properties["outputs"] == {
        "one": {"type": "String", "value": "westeurope"},
        "hidden": {"type": "SecureString"},
    }
    assert properties["providers"] == [
        {"namespace": "Contoso.Things", "resourceTypes": [{"resourceType": "widgets", "locations": ["westeurope"]}]}
    ]
    assert properties["dependencies"] == [
        {
            "dependsOn": [{"id": f"{W}/a", "resourceType": WIDGETS, "resourceName": "a"}],
            "id": f"{W}/b",
            "resourceType": WIDGETS,
            "resourceName": "b",
        }
    ]
    assert properties["mode"] == "Incremental"
    assert properties["duration"].startswith("PT") and properties["duration"].endswith("S")
    assert properties["templateHash"].isdigit()
    assert len(properties["correlationId"]) == 36


def test_each_resource_has_one_operation_and_the_outputs_have_the_last(local: Local) -> None:
    outputs = {"a": {"type": "string", "value": "x"}}
    local.properties(template(resources=[widget("b", "a"), widget("a")], outputs=outputs))
    first, second, last = local.operations()
    assert first["targetResource"] == {
        "id": f"{W}/a",
        "resourceType": WIDGETS,
        "resourceName": "a",
        "apiVersion": "2020-01-01",
    }
    assert (first["provisioningOperation"], first["provisioningState"], first["statusCode"]) == (
        "Create",
        "Succeeded",
        "Created",
    )
    assert second["targetResource"]["resourceName"] == "b"
    assert last["provisioningOperation"] == "EvaluateDeploymentOutput"
    assert "targetResource" not in last
    assert all("timestamp" in each and "duration" in each for each in (first, second, last))


def test_one_operation_can_be_had_by_its_id(local: Local) -> None:
    local.properties(template(resources=[widget("a")]))
    deployments = local.engine.deployments
    (listed,) = deployments.operations(RG, "d")
    assert deployments.operation(RG, "d", str(listed["operationId"])) == listed
    with pytest.raises(Fault) as found:
        deployments.operation(RG, "d", "0123456789ABCDEF")
    assert found.value.status == 404


def test_a_debug_setting_shows_requests_and_answers_without_secrets(local: Local) -> None:
    text = template(
        parameters={"secret": {"type": "securestring"}},
        resources=[widget("a", properties={"pw": "[parameters('secret')]", "size": 1})],
    )
    setting = {"detailLevel": "requestContent, responseContent"}
    local.properties(text, parameters={"secret": "open sesame"}, debugSetting=setting)
    (operation,) = local.operations()
    assert operation["request"]["content"]["properties"] == {"size": 1}
    assert operation["response"]["content"]["id"] == f"{W}/a"
    assert "open sesame" not in str(operation)


def test_what_depends_on_a_failure_does_not_run_and_the_rest_goes_on(local: Local) -> None:
    refuse(local, "a")
    text = template(resources=[widget("a"), widget("b", "a"), widget("c", "b"), widget("free")])
    found = local.deploy(text)["properties"]
    assert found["provisioningState"] == "Failed"
    assert "outputResources" not in found
    error = found["error"]
    assert (error["code"], error["target"]) == (
        "DeploymentFailed",
        f"{RG}/providers/Microsoft.Resources/deployments/d",
    )
    assert [(each["code"], each["target"]) for each in error["details"]] == [("WidgetRefused", f"{W}/a")]
    assert local.names() == {"free"}
    states = {each["targetResource"]["resourceName"]: each["provisioningState"] for each in local.operations()}
    assert states == {"a": "Failed", "free": "Succeeded"}
    failed = next(each for each in local.operations() if each["provisioningState"] == "Failed")
    assert failed["statusCode"] == "Conflict"
    assert failed["statusMessage"]["error"]["code"] == "WidgetRefused"


def test_transient_faults_are_tried_again(local: Local) -> None:
    asked = refuse(local, "a", fault=Fault(429, "TooManyRequests", "Slow down."), times=4)
    local.properties(template(resources=[widget("a")]))
    assert asked["a"] == 5
    (operation,) = local.operations()
    assert operation["provisioningState"] == "Succeeded"


def test_a_condition_that_only_the_deployment_knows_is_honoured(local: Local) -> None:
    local.engine.resources.put(f"{W}/there", "2020-01-01", {"location": "westeurope", "properties": {"on": False}})
    inner = template(
        parameters={"on": {"type": "bool"}},
        resources=[widget("a", condition="[parameters('on')]"), widget("b", "a")],
    )
    on = {"value": f"[reference(resourceId('{WIDGETS}', 'there'), '2020-01-01').on]"}
    local.properties(template(resources=[inner_scope("n", inner, {"on": on})]))
    assert local.names() == {"there", "b"}


def test_values_of_what_was_just_made_are_read(local: Local) -> None:
    reads = "[reference('a').provisioningState]"
    outputs = {"state": {"type": "string", "value": reads}}
    found = local.properties(template(resources=[widget("a"), widget("b", properties={"of": reads})], outputs=outputs))
    assert found["outputs"]["state"]["value"] == "Succeeded"
    assert local.engine.resources.get(f"{W}/b")["properties"]["of"] == "Succeeded"  # type: ignore[index, call-overload]


def test_a_resource_that_exists_is_read_and_told(local: Local) -> None:
    local.engine.resources.put(f"{W}/there", "2020-01-01", {"location": "westeurope", "properties": {"n": 5}})
    reads = f"[reference(resourceId('{WIDGETS}', 'there'), '2020-01-01').n]"
    local.properties(template(resources=[widget("a", properties={"n": reads})]))
    read = next(each for each in local.operations() if each["provisioningOperation"] == "Read")
    assert read["targetResource"]["id"] == f"{W}/there"


def test_what_is_read_and_not_there_is_not_found(local: Local) -> None:
    reads = f"[reference(resourceId('{WIDGETS}', 'gone'), '2020-01-01').n]"
    found = local.deploy(template(resources=[widget("a", properties={"n": reads})]))["properties"]
    (detail,) = found["error"]["details"]
    assert (detail["code"], detail["target"]) == ("ResourceNotFound", f"{W}/a")


def test_serial_loops_wait_batch_by_batch(local: Local) -> None:
    loop = {"name": "l", "count": 5, "mode": "serial", "batchSize": 2}
    local.properties(template(resources=[widget("[format('w{0}', copyIndex())]", copy=loop)]))
    made = [each["targetResource"]["resourceName"] for each in local.operations()]
    assert [set(made[:2]), set(made[2:4]), set(made[4:])] == [{"w0", "w1"}, {"w2", "w3"}, {"w4"}]


def test_a_nested_deployment_is_in_the_history_with_its_own_operations(local: Local) -> None:
    inner = template(
        parameters={"name": {"type": "string"}},
        resources=[widget("[parameters('name')]")],
        outputs={"id": {"type": "string", "value": "[resourceId('Contoso.Things/widgets', parameters('name'))]"}},
    )
    text = template(
        resources=[widget("a"), {**inner_scope("n", inner, {"name": {"value": "b"}}), "dependsOn": ["a"]}],
        outputs={"id": {"type": "string", "value": "[reference('n').outputs.id.value]"}},
    )
    found = local.properties(text)
    assert found["outputs"]["id"]["value"] == f"{W}/b"
    assert [each["id"] for each in found["outputResources"]] == [f"{W}/a", f"{W}/b"]
    entry: Any = local.engine.deployments.get(RG, "n")
    assert entry["properties"]["provisioningState"] == "Succeeded"
    assert entry["properties"]["correlationId"] == found["correlationId"]
    assert entry["properties"]["parameters"] == {"name": {"type": "String", "value": "b"}}
    assert [each["targetResource"]["resourceName"] for each in local.operations("n")[:1]] == ["b"]
    of_root = [each.get("targetResource", {}).get("resourceName") for each in local.operations()]
    assert of_root == ["a", "n", None]


def test_a_nested_failure_is_a_detail_with_the_nested_deployment_as_target(local: Local) -> None:
    refuse(local, "b")
    text = template(resources=[nested("n", template(resources=[widget("b")])), {**widget("c"), "dependsOn": ["n"]}])
    error = local.deploy(text)["properties"]["error"]
    (detail,) = error["details"]
    assert (detail["code"], detail["target"]) == (
        "DeploymentFailed",
        f"{RG}/providers/Microsoft.Resources/deployments/n",
    )
    assert detail["details"][0]["code"] == "WidgetRefused"
    assert local.names() == set()
    entry: Any = local.engine.deployments.get(RG, "n")
    assert entry["properties"]["provisioningState"] == "Failed"


def test_how_often_a_nested_loop_runs_may_be_known_late(local: Local) -> None:
    local.engine.resources.put(
        f"{W}/there", "2020-01-01", {"location": "westeurope", "properties": {"names": ["x", "y"]}}
    )
    inner = template(
        parameters={"names": {"type": "array"}},
        resources=[
            widget("[parameters('names')[copyIndex()]]", copy={"name": "l", "count": "[length(parameters('names'))]"})
        ],
    )
    names = {"value": f"[reference(resourceId('{WIDGETS}', 'there'), '2020-01-01').names]"}
    local.properties(template(resources=[inner_scope("n", inner, {"names": names})]))
    assert local.names() == {"there", "x", "y"}


def test_groups_that_a_template_makes_are_deployed_into(local: Local) -> None:
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2022-09-01", "name": "made"}
    text = template(
        "subscription",
        resources=[
            {**group, "location": "westeurope"},
            {**inner_scope("n", template(resources=[widget("a")]), resourceGroup="made"), "dependsOn": ["made"]},
        ],
    )
    found = local.deploy(text, scope=SUB, location="West Europe")
    assert found["properties"]["provisioningState"] == "Succeeded", found["properties"].get("error")
    assert found["location"] == "westeurope"
    assert local.names(f"{SUB}/resourceGroups/made") == {"a"}
    assert local.engine.deployments.exists(f"{SUB}/resourceGroups/made", "n")


def test_other_subscriptions_are_deployed_to(local: Local) -> None:
    other = "/subscriptions/11111111-2222-3333-4444-555555555555"
    local.engine.scopes.put_group(f"{other}/resourceGroups/far", "westeurope")
    inner = inner_scope(
        "n", template(resources=[widget("a")]), subscriptionId=other.rpartition("/")[2], resourceGroup="far"
    )
    local.properties(template(resources=[inner]))
    assert local.names(f"{other}/resourceGroups/far") == {"a"}


@pytest.mark.parametrize("scope", ["/providers/Microsoft.Management/managementGroups/mg", ""])
def test_management_groups_and_the_tenant_are_deployed_to(local: Local, scope: str) -> None:
    local.engine.resources.put("/providers/Microsoft.Management/managementGroups/mg", "2023-04-01", {})
    definition = {"type": "Microsoft.Authorization/policyDefinitions", "apiVersion": "2021-06-01", "name": "p"}
    kind = "managementGroup" if scope else "tenant"
    text = template(kind, resources=[{**definition, "properties": {"policyRule": {}}}])
    found = local.deploy(text, scope=scope, location="westeurope")
    assert found["properties"]["provisioningState"] == "Succeeded", found["properties"].get("error")
    id_ = f"{scope}/providers/Microsoft.Authorization/policyDefinitions/p"
    assert found["properties"]["outputResources"] == [{"id": id_}]


def test_a_role_assignment_is_deployed_again_and_again(local: Local) -> None:
    assignment = {
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": "2022-04-01",
        "name": "[guid('a')]",
        "properties": {
            "principalId": "11111111-2222-3333-4444-555555555555",
            "roleDefinitionId": f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/{READER}",
        },
    }
    for _ in range(2):
        local.properties(template(resources=[assignment]))


def test_a_cancelled_deployment_begins_nothing_more(local: Local) -> None:
    local.engine.rules.add("Contoso.Things/*:200ms")
    text = template(resources=[widget("a"), widget("b", "a"), nested("n", template(resources=[widget("c")]))])
    local.engine.deployments.create(RG, "d", request(text))
    local.engine.deployments.cancel(RG, "d")
    found: Any = local.engine.deployments.wait(RG, "d", timeout=30)
    assert found["properties"]["provisioningState"] == "Canceled"
    assert "b" not in local.names()
    with pytest.raises(Fault) as fault:
        local.engine.deployments.cancel(RG, "d")
    assert (fault.value.status, fault.value.code) == (409, "DeploymentCannotBeCancelled")


def test_with_latency_the_longest_path_counts_and_not_the_sum(local: Local) -> None:
    local.engine.rules.add("Contoso.Things/*:500ms")
    text = template(resources=[*(widget(f"w{number}") for number in range(20)), widget("last", "w0")])
    local.engine.deployments.create(RG, "d", request(text))
    while len(steps := local.engine.deployments.progress(RG, "d").steps) < 20:
        pass
    assert [step.state for step in steps] == ["Running"] * 20, "all at the same time"
    local.engine.deployments.wait(RG, "d", timeout=30)
    progress = local.engine.deployments.progress(RG, "d")
    assert (progress.state, len(progress.steps)) == ("Succeeded", 21)
    assert progress.is_final


def test_progress_tells_steps_of_nested_deployments(local: Local) -> None:
    local.properties(template(resources=[nested("n", template(resources=[widget("b")]))]))
    steps = local.engine.deployments.progress(RG, "d").steps
    assert [(step.type, step.deployment.rpartition("/")[2]) for step in steps] == [
        ("Microsoft.Resources/deployments", "d"),
        (WIDGETS, "n"),
    ]


def test_what_scope_functions_return_is_an_output_as_it_is(local: Local) -> None:
    outputs = {
        "group": {"type": "object", "value": "[resourceGroup()]"},
        "subscription": {"type": "object", "value": "[subscription()]"},
        "deployment": {"type": "string", "value": "[deployment().properties.mode]"},
        "zones": {"type": "array", "value": "[pickZones('Microsoft.Compute', 'virtualMachines', 'westeurope')]"},
    }
    found = local.properties(template(outputs=outputs))["outputs"]
    assert found["group"]["value"]["location"] == "westeurope"
    assert found["subscription"]["value"]["id"] == SUB
    assert found["deployment"]["value"] == "Incremental"
    assert found["zones"]["value"] == ["1"]


def test_the_secret_of_a_vault_is_made_up_and_shown_nowhere(local: Local) -> None:
    vault = f"{RG}/providers/Microsoft.KeyVault/vaults/vault1"
    properties = {"tenantId": SUB.rpartition("/")[2], "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
    local.engine.resources.put(vault, "2023-07-01", {"location": "westeurope", "properties": properties})
    text = template(
        parameters={"secret": {"type": "securestring"}},
        resources=[widget("a", properties={"length": "[length(parameters('secret'))]"})],
    )
    body = request(text)
    body["properties"]["parameters"] = {"secret": {"reference": {"keyVault": {"id": vault}, "secretName": "s"}}}
    local.engine.deployments.create(RG, "d", body)
    found: Any = local.engine.deployments.wait(RG, "d", timeout=30)
    assert found["properties"]["provisioningState"] == "Succeeded", found["properties"].get("error")
    body["properties"]["parameters"]["secret"]["reference"]["keyVault"]["id"] = vault.replace("vault1", "none")
    local.engine.deployments.create(RG, "d", body)
    found = local.engine.deployments.wait(RG, "d", timeout=30)
    assert found["properties"]["error"]["details"][0]["code"] == "KeyVaultParameterReferenceNotFound"


def test_an_api_profile_stands_for_the_version(local: Local) -> None:
    text = template(
        apiProfile="2018-06-01-hybrid", resources=[{k: v for k, v in widget("a").items() if k != "apiVersion"}]
    )
    local.properties(text)
    assert local.engine.resources.api_version(f"{W}/a") == "2018-06-01"
