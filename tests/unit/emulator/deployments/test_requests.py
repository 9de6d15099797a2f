from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.fault import Fault
from armlib.template.canonical import json_bytes
from tests.unit.emulator.conftest import RG, SUB
from tests.unit.emulator.deployments.conftest import WIDGETS, Local, nested, request, template, widget

W = f"{RG}/providers/{WIDGETS}"


def refusal(local: Local, body: dict[str, Any], scope: str = RG, name: str = "d") -> Fault:
    with pytest.raises(Fault) as found:
        local.engine.deployments.create(scope, name, body)
    assert scope != RG or not local.engine.deployments.exists(RG, "d")
    with pytest.raises(Fault) as again:
        local.engine.deployments.validate(scope, name, body)
    assert again.value.code == found.value.code
    return found.value


def test_all_mistakes_of_a_template_are_told_with_their_places(local: Local) -> None:
    text = template(
        parameters={"a": {"type": "string"}},
        resources=[widget("one", properties={"x": "[nope()]"}), widget("two", "three")],
    )
    fault = refusal(local, request(text))
    assert (fault.status, fault.code) == (400, "InvalidTemplate")
    assert fault.message.startswith("Deployment template validation failed: '")
    places: list[Any] = [detail.additional_info[0]["info"]["path"] for detail in fault.details]  # type: ignore[index, call-overload]
    assert sorted(places) == [
        "properties.template.parameters.a",
        "properties.template.resources[0].properties.x",
        "properties.template.resources[1].dependsOn[0]",
    ]


def test_a_place_is_that_of_the_request_on_one_line(local: Local) -> None:
    body = request(template(resources=[widget("one"), widget("two", properties={"é": 1, "x": "[nope()]"})]))
    fault = refusal(local, body)
    info: Any = fault.additional_info[0]["info"]
    text = json_bytes(body, compact=True).decode()
    assert info["lineNumber"] == 1
    assert json_bytes(body, compact=True)[info["linePosition"] - 1 :].decode().startswith('"[nope()]"'), text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"properties": None}, "InvalidRequestContent"),
        ({"properties": {}}, "InvalidRequestContent"),
        ({"properties": {"template": "text"}}, "InvalidRequestContent"),
        ({"properties": {"template": template(), "parameters": []}}, "InvalidRequestContent"),
        ({"properties": {"template": template(), "parameters": {"a": 1}}}, "InvalidRequestContent"),
        ({"properties": {"template": template(), "mode": "Odd"}}, "InvalidRequestContent"),
        ({"properties": {"template": template(), "debugSetting": {"detailLevel": "all"}}}, "InvalidRequestContent"),
        ({"properties": {"templateLink": {"uri": "https://example.com/a.json"}}}, "InvalidContentLink"),
        ({"location": "westeurope", "properties": {"template": template()}}, "InvalidDeploymentLocation"),
    ],
)
def test_a_request_that_cannot_be_used_is_refused(local: Local, change: dict[str, Any], code: str) -> None:
    assert refusal(local, change).code == code


def test_above_resource_groups_a_location_is_wanted_and_stays(local: Local) -> None:
    text = template("subscription")
    assert refusal(local, request(text), SUB).code == "LocationRequired"
    local.deploy(text, scope=SUB, location="westeurope")
    fault = refusal(local, request(text, location="northeurope"), SUB)
    assert (fault.status, fault.code) == (409, "InvalidDeploymentLocation")


def test_complete_mode_is_for_resource_groups(local: Local) -> None:
    body = request(template("subscription"), location="westeurope", mode="Complete")
    assert refusal(local, body, SUB).code == "InvalidDeploymentMode"


@pytest.mark.parametrize(
    ("name", "code"),
    [("a" * 65, "DeploymentNameLengthLimitExceeded"), ("a b", "DeploymentNameInvalidCharacters"), ("", "Dep")],
)
def test_names_are_checked(local: Local, name: str, code: str) -> None:
    with pytest.raises(Fault) as found:
        local.engine.deployments.create(RG, name, request(template()))
    assert found.value.code.startswith(code)


def test_a_group_that_is_not_there_is_not_found(local: Local) -> None:
    fault = refusal(local, request(template()), f"{SUB}/resourceGroups/none")
    assert (fault.status, fault.code) == (404, "ResourceGroupNotFound")


def test_a_nested_deployment_to_a_group_that_nothing_makes_is_refused(local: Local) -> None:
    fault = refusal(local, request(template(resources=[nested("n", template(), resourceGroup="none")])))
    assert fault.code == "InvalidTemplateDeployment"
    assert [detail.code for detail in fault.details] == ["ResourceGroupNotFound"]


def test_what_a_service_would_refuse_is_told_before_anything_runs(local: Local) -> None:
    local.engine.resources.put(f"{W}/there", "2020-01-01", {"location": "northeurope"})
    fault = refusal(local, request(template(resources=[widget("free"), widget("there")])))
    assert (fault.status, fault.code) == (400, "InvalidTemplateDeployment")
    assert [(detail.code, detail.target) for detail in fault.details] == [("InvalidResourceLocation", f"{W}/there")]
    assert local.names() == {"there"}


def test_validation_at_the_level_of_the_template_asks_no_service(local: Local) -> None:
    local.engine.resources.put(f"{W}/there", "2020-01-01", {"location": "northeurope"})
    body = request(template(resources=[widget("there")]), validationLevel="Template")
    answer: Any = local.engine.deployments.validate(RG, "d", body)
    assert answer["properties"]["validatedResources"] == [{"id": f"{W}/there"}]
    assert not local.engine.deployments.exists(RG, "d")


def test_a_running_name_is_active(local: Local) -> None:
    local.engine.rules.add("*:300ms")
    local.engine.deployments.create(RG, "d", request(template(resources=[widget("a")])))
    with pytest.raises(Fault) as found:
        local.engine.deployments.create(RG, "d", request(template()))
    assert (found.value.status, found.value.code) == (409, "DeploymentActive")
    with pytest.raises(Fault) as found:
        local.engine.deployments.delete(RG, "d")
    assert found.value.status == 409
    local.engine.deployments.wait(RG, "d", timeout=30)
    assert local.engine.deployments.delete(RG, "d") is True
    assert local.engine.deployments.delete(RG, "d") is False
    assert local.names() == {"a"}


def test_the_same_name_again_is_the_newest(local: Local) -> None:
    for name in ("a", "b", "c", "A"):
        local.deploy(template(), name)
    listed = local.engine.deployments.list(RG).items
    assert [each["name"] for each in listed] == ["A", "c", "b"]


def test_lists_are_filtered_and_paged(local: Local) -> None:
    for name in ("a", "b", "c"):
        local.deploy(template(), name)
    deployments = local.engine.deployments
    assert len(deployments.list(RG, filter_="provisioningState eq 'Succeeded'").items) == 3
    assert deployments.list(RG, filter_="provisioningState eq 'Failed'").items == []
    page = deployments.list(RG, top=2)
    assert [each["name"] for each in page.items] == ["c", "b"]
    rest = deployments.list(RG, top=2, after=page.next)
    assert ([each["name"] for each in rest.items], rest.next) == (["a"], None)
    with pytest.raises(Fault) as found:
        deployments.list(RG, filter_="name eq 'a'")
    assert found.value.status == 400


def test_the_oldest_make_room(local: Local) -> None:
    with local.engine.store.write():
        for number in range(775):
            id_ = f"{RG}/providers/Microsoft.Resources/deployments/old{number}"
            body: Any = {"id": id_, "name": f"old{number}", "properties": {"provisioningState": "Succeeded"}}
            local.engine.deployments.history.begin(body, {}, room_is_made=True)
    local.deploy(template(), "new")
    names = [str(each["name"]) for each in local.engine.deployments.list(RG).items]
    assert (len(names), names[0], names[-1]) == (750, "new", "old26")


def test_above_groups_there_is_a_quota(local: Local) -> None:
    with local.engine.store.write():
        for number in range(800):
            id_ = f"{SUB}/providers/Microsoft.Resources/deployments/old{number}"
            body: Any = {"id": id_, "name": f"old{number}", "properties": {"provisioningState": "Succeeded"}}
            local.engine.deployments.history.begin(body, {}, room_is_made=False)
    with pytest.raises(Fault) as found:
        local.engine.deployments.create(SUB, "new", request(template("subscription"), location="westeurope"))
    assert (found.value.status, found.value.code) == (409, "DeploymentQuotaExceeded")
    local.deploy(template("subscription"), "old7", SUB, location="westeurope")


def test_the_template_is_exported_and_secrets_are_nowhere(local: Local) -> None:
    text = template(
        parameters={"secret": {"type": "securestring"}}, resources=[widget("a", tags={"t": "[parameters('secret')]"})]
    )
    text["resources"][0]["tags"] = {}
    text["resources"][0]["properties"] = {"a": {"plain": "[concat(parameters('secret'), 'x')]"}}
    local.properties(text, parameters={"secret": "open sesame"})
    assert local.engine.deployments.export(RG, "d") == {"template": text}
    for table in ("resources", "documents", "events"):
        assert b"open sesame" not in b"".join(
            bytes(row[0]) for row in local.engine.store.rows(f"select body from {table}")
        )


def test_a_template_spec_is_deployed(local: Local) -> None:
    specs = f"{RG}/providers/Microsoft.Resources/templateSpecs/s"
    local.engine.resources.put(specs, "2022-02-01", {"location": "westeurope", "properties": {}})
    version = {"location": "westeurope", "properties": {"mainTemplate": template(resources=[widget("a")])}}
    local.engine.resources.put(f"{specs}/versions/1.0", "2022-02-01", version)
    body: Any = {"properties": {"templateLink": {"id": f"{specs}/versions/1.0"}}}
    local.engine.deployments.create(RG, "d", body)
    found: Any = local.engine.deployments.wait(RG, "d", timeout=30)
    assert found["properties"]["templateLink"] == {"id": f"{specs}/versions/1.0"}
    assert "a" in local.names()


def test_what_if_after_a_deployment_says_that_nothing_changes(local: Local) -> None:
    text = template(
        resources=[
            widget("a", properties={"n": 1}),
            widget("b", properties={"of": "[reference('a', '2020-01-01', 'Full').location]"}),
        ]
    )
    answer: Any = local.engine.deployments.what_if(RG, "d", request(text))
    assert {change["changeType"] for change in answer["properties"]["changes"]} == {"Create"}
    local.properties(text)
    answer = local.engine.deployments.what_if(RG, "d", request(text))
    assert [change["changeType"] for change in answer["properties"]["changes"]] == ["NoChange", "NoChange"]
    text["resources"][0]["properties"]["n"] = 2
    answer = local.engine.deployments.what_if(RG, "d", request(text, mode="Complete"))
    (modified,) = [change for change in answer["properties"]["changes"] if change["changeType"] == "Modify"]
    assert modified["delta"] == [{"path": "properties.n", "propertyChangeType": "Modify", "before": 1, "after": 2}]


def test_complete_mode_deletes_what_is_not_in_the_template(local: Local) -> None:
    local.properties(template(resources=[widget("a"), widget("b"), widget("c")]), "first")
    inner = nested("n", template(resources=[widget("b")]))
    local.properties(template(resources=[widget("a"), inner]), mode="Complete")
    assert local.names() == {"a", "b"}
    cleaned = [each for each in local.operations() if each["provisioningOperation"] == "DeploymentCleanup"]
    assert [each["targetResource"]["id"] for each in cleaned] == [f"{W}/c"]


def test_a_lock_makes_the_clean_up_fail(local: Local) -> None:
    local.properties(template(resources=[widget("a"), widget("b")]), "first")
    lock = {"properties": {"level": "CanNotDelete"}}
    local.engine.resources.put(f"{W}/b/providers/Microsoft.Authorization/locks/l", "2020-05-01", lock)
    found = local.deploy(template(resources=[widget("a")]), mode="Complete")["properties"]
    assert (found["provisioningState"], found["error"]["code"]) == ("Failed", "DeploymentFailedCleanUp")
    assert [detail["code"] for detail in found["error"]["details"]] == ["ScopeLocked"]
    assert local.names() == {"a", "b"}


@pytest.mark.parametrize("kind", ["LastSuccessful", "SpecificDeployment"])
def test_a_failure_runs_an_earlier_deployment_again(local: Local, kind: str) -> None:
    local.properties(template(resources=[widget("a", properties={"n": 1})]), "good")
    local.engine.rules.add("/*/bad:400:1")
    setting = {"type": kind, **({"deploymentName": "good"} if kind == "SpecificDeployment" else {})}
    text = template(resources=[widget("a", properties={"n": 2}), widget("b"), widget("bad")])
    found = local.deploy(text, onErrorDeployment=setting)["properties"]
    assert found["provisioningState"] == "Failed"
    assert found["onErrorDeployment"]["provisioningState"] == "Succeeded"
    assert found["onErrorDeployment"]["deploymentName"] == "good"
    assert local.names() == {"a"}
    assert local.engine.resources.get(f"{W}/a")["properties"]["n"] == 1  # type: ignore[index, call-overload]
    again: Any = local.engine.deployments.get(RG, "good")
    assert again["properties"]["mode"] == "Complete"


def test_a_rollback_needs_something_to_roll_back_to(local: Local) -> None:
    body = request(template(), onErrorDeployment={"type": "LastSuccessful"})
    assert refusal(local, body).code == "InvalidOnErrorDeployment"
    body = request(template(), onErrorDeployment={"type": "SpecificDeployment", "deploymentName": "none"})
    assert refusal(local, body).code == "DeploymentNotFound"


def test_settings_with_secret_names_are_no_change_when_they_are_sent_again(local: Local) -> None:
    settings = [{"name": "INSTRUMENTATION_KEY", "value": "plain"}, {"name": "MODE", "value": "fast"}]
    site = {"type": "Microsoft.Web/sites", "apiVersion": "2023-12-01", "name": "site1", "location": "westeurope"}
    text = template(resources=[{**site, "properties": {"siteConfig": {"appSettings": settings}}}])
    local.properties(text)
    answer: Any = local.engine.deployments.what_if(RG, "d", request(text))
    assert [change["changeType"] for change in answer["properties"]["changes"]] == ["NoChange"]
    settings[1]["value"] = "slow"
    answer = local.engine.deployments.what_if(RG, "d", request(text))
    assert [change["changeType"] for change in answer["properties"]["changes"]] == ["Modify"]
