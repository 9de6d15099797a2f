from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.deployment.fault import Fault
from armlib.emulator.caller import Caller
from armlib.emulator.engine import Engine
from tests.unit.emulator.conftest import RG, SUB, settings
from tests.unit.emulator.deployments.conftest import WIDGETS, inner_scope, template, widget

W = f"{RG}/providers/{WIDGETS}"
ALL: Any = {"resources": "delete", "resourceGroups": "delete", "managementGroups": "delete"}
FREE = {"mode": "none"}
GROUP = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2022-09-01", "location": "westeurope"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(None, settings(tmp_path)) as opened:
        opened.scopes.put_group(RG, "westeurope")
        yield opened


def body(text: Any, *, actions: Any = None, deny: Any = None, **members: Any) -> dict[str, Any]:
    properties = {"template": text, "parameters": {}, "actionOnUnmanage": actions or ALL, "denySettings": deny or FREE}
    location = members.pop("location", None)
    found: dict[str, Any] = {"properties": {**properties, **members}}
    return found if location is None else {"location": location, **found}


def make(engine: Engine, text: Any, *, scope: str = RG, **more: Any) -> Any:
    engine.stacks.create(scope, "s", body(text, **more))
    found: Any = engine.stacks.wait(scope, "s", timeout=30)
    return found["properties"]


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


def names(engine: Engine) -> set[str]:
    return {str(each["name"]) for each in engine.resources.list(RG).items}


def test_a_stack_knows_what_it_manages(engine: Engine) -> None:
    outputs = {"one": {"type": "string", "value": "x"}}
    found = make(engine, template(resources=[widget("a"), widget("b")], outputs=outputs))
    assert found["provisioningState"] == "succeeded", found.get("error")
    assert found["resources"] == [{"id": f"{W}/{name}", "status": "managed", "denyStatus": "none"} for name in "ab"]
    assert found["outputs"] == {"one": {"type": "String", "value": "x"}}
    assert found["actionOnUnmanage"]["resources"] == "delete"
    assert "template" not in found
    assert engine.stacks.export(RG, "s") == {
        "template": template(resources=[widget("a"), widget("b")], outputs=outputs)
    }
    assert [stack["name"] for stack in engine.stacks.list(RG)] == ["s"]
    deployment = engine.get(found["deploymentId"])
    assert str(deployment["name"]).startswith("s-")


@pytest.mark.parametrize(("action", "left"), [("delete", {"a"}), ("detach", {"a", "b"})])
def test_what_leaves_the_template_is_deleted_or_detached(engine: Engine, action: str, left: set[str]) -> None:
    make(engine, template(resources=[widget("a"), widget("b")]))
    found = make(engine, template(resources=[widget("a")]), actions={"resources": action})
    assert names(engine) == left
    assert ids(found["resources"]) == [f"{W}/a"]
    gone = found["deletedResources" if action == "delete" else "detachedResources"]
    assert ids(gone) == [f"{W}/b"]


def test_groups_are_deleted_with_what_is_in_them(engine: Engine) -> None:
    inner = {**inner_scope("n", template(resources=[widget("a")]), resourceGroup="made"), "dependsOn": ["made"]}
    text = template("subscription", resources=[{**GROUP, "name": "made"}, inner])
    found = make(engine, text, scope=SUB, location="westeurope")
    assert found["provisioningState"] == "succeeded", found.get("error")
    made = f"{SUB}/resourceGroups/made"
    assert set(ids(found["resources"])) == {made, f"{made}/providers/{WIDGETS}/a"}
    found = make(engine, template("subscription"), scope=SUB, location="westeurope")
    assert set(ids(found["deletedResources"])) == {made, f"{made}/providers/{WIDGETS}/a"}
    assert engine.resources.find(made) is None


def test_a_group_with_resources_of_others_is_not_deleted(engine: Engine) -> None:
    text = template("subscription", resources=[{**GROUP, "name": "made"}])
    make(engine, text, scope=SUB, location="westeurope")
    other = f"{SUB}/resourceGroups/made/providers/{WIDGETS}/other"
    engine.resources.put(other, "2020-01-01", {"location": "westeurope"})
    found = make(engine, template("subscription"), scope=SUB, location="westeurope")
    assert found["provisioningState"] == "failed"
    assert found["error"]["code"] == "DeploymentStackDeleteResourcesFailed"
    assert [entry["status"] for entry in found["resources"]] == ["deleteFailed"]
    assert engine.resources.find(other) is not None
    with pytest.raises(Fault):
        engine.stacks.delete(SUB, "s", actions=ALL)
    engine.resources.delete(other)
    assert engine.stacks.delete(SUB, "s", actions=ALL) is True
    assert engine.stacks.find(SUB, "s") is None


def test_a_stack_at_a_management_group_deploys_to_a_subscription(engine: Engine) -> None:
    place = "/providers/Microsoft.Management/managementGroups/mg"
    engine.resources.put(place, "2023-04-01", {})
    text = template("subscription", resources=[{**GROUP, "name": "made"}])
    found = make(engine, text, scope=place, location="westeurope", deploymentScope=SUB)
    assert ids(found["resources"]) == [f"{SUB}/resourceGroups/made"]


@pytest.mark.parametrize(("mode", "writable"), [("denyDelete", True), ("denyWriteAndDelete", False)])
def test_what_a_stack_denies_only_the_stack_does(engine: Engine, mode: str, writable: bool) -> None:
    make(engine, template(resources=[widget("a")]), deny={"mode": mode})
    change = {"location": "westeurope", "tags": {"x": "y"}}
    if writable:
        engine.resources.put(f"{W}/a", "2020-01-01", change)
    else:
        with pytest.raises(Fault) as found:
            engine.resources.put(f"{W}/a", "2020-01-01", change)
        assert (found.value.status, found.value.code) == (403, "DenyAssignmentAuthorizationFailed")
    for id_ in (f"{W}/a", RG):
        with pytest.raises(Fault) as found:
            engine.resources.delete(id_)
        assert found.value.code == "DenyAssignmentAuthorizationFailed"
    changed = make(engine, template(resources=[widget("a", tags={"by": "stack"})]), deny={"mode": mode})
    assert changed["provisioningState"] == "succeeded", changed.get("error")
    assert engine.resources.get(f"{W}/a")["tags"] == {"by": "stack"}
    make(engine, template(resources=[widget("a")]))
    assert engine.resources.delete(f"{W}/a") is True


def test_some_are_excepted_from_what_a_stack_denies(engine: Engine) -> None:
    deny = {
        "mode": "denyWriteAndDelete",
        "excludedPrincipals": ["someone"],
        "excludedActions": [f"{WIDGETS}/write"],
        "applyToChildScopes": True,
    }
    make(engine, template(resources=[widget("a")]), deny=deny)
    engine.resources.put(f"{W}/a", "2020-01-01", {"location": "westeurope"})
    with pytest.raises(Fault):
        engine.resources.put(f"{W}/a/parts/p", "2020-01-01", {})
    engine.resources.put(f"{W}/a/parts/p", "2020-01-01", {}, caller=Caller(name="Someone"))
    with pytest.raises(Fault):
        engine.resources.delete(f"{W}/a")
    assert engine.resources.delete(f"{W}/a", caller=Caller(name="someone")) is True


def test_a_failed_deployment_fails_its_stack_and_nothing_is_deleted(engine: Engine) -> None:
    make(engine, template(resources=[widget("a")]))
    engine.rules.add("/*/bad:403")
    found = make(engine, template(resources=[widget("b"), widget("bad")]))
    assert (found["provisioningState"], found["error"]["code"]) == ("failed", "DeploymentStackDeploymentFailed")
    assert ids(found["resources"]) == [f"{W}/a", f"{W}/b"]
    assert ids(found["failedResources"]) == [f"{W}/bad"]
    progress = engine.stacks.progress(RG, "s")
    assert (progress.state, len(progress.steps)) == ("Failed", 2)
    engine.rules.clear()
    found = make(engine, template(resources=[widget("b")]))
    assert (found["provisioningState"], ids(found["deletedResources"])) == ("succeeded", [f"{W}/a"])


@pytest.mark.parametrize(
    "change",
    [
        {"actionOnUnmanage": None},
        {"actionOnUnmanage": {"resources": "keep"}},
        {"actionOnUnmanage": {"resources": "detach", "resourceGroups": "delete"}},
        {"denySettings": None},
        {"denySettings": {"mode": "some"}},
        {"denySettings": {"mode": "denyDelete", "excludedPrincipals": ["x"] * 6}},
        {"denySettings": {"mode": "denyDelete", "excludedActions": ["x"] * 201}},
    ],
)
def test_a_request_that_cannot_be_used_is_refused(engine: Engine, change: dict[str, Any]) -> None:
    wrong = body(template())
    wrong["properties"] |= change
    with pytest.raises(Fault) as found:
        engine.stacks.create(RG, "s", wrong)
    assert (found.value.status, found.value.code) == (400, "InvalidRequestContent")
    assert engine.stacks.find(RG, "s") is None


def test_a_template_that_is_not_valid_is_refused_before_anything_is_kept(engine: Engine) -> None:
    with pytest.raises(Fault) as found:
        engine.stacks.create(RG, "s", body(template(resources=[widget("a", "none")])))
    assert found.value.code == "InvalidTemplate"
    assert engine.stacks.list(RG) == []
    answer: Any = engine.stacks.validate(RG, "s", body(template(resources=[widget("a")])))
    assert ids(answer["properties"]["validatedResources"]) == [f"{W}/a"]
    assert engine.stacks.list(RG) == []


def test_a_stack_that_is_being_made_is_busy(engine: Engine) -> None:
    engine.rules.add("*:200ms")
    engine.stacks.create(RG, "s", body(template(resources=[widget("a")])))
    for act in (lambda: engine.stacks.create(RG, "s", body(template())), lambda: engine.stacks.delete(RG, "s")):
        with pytest.raises(Fault) as found:
            act()
        assert found.value.code == "DeploymentStackInNonTerminalState"
    engine.stacks.wait(RG, "s", timeout=30)


@pytest.mark.parametrize(("action", "left"), [("delete", set()), ("detach", {"a"})])
def test_a_stack_is_deleted_with_or_without_what_it_manages(engine: Engine, action: str, left: set[str]) -> None:
    make(engine, template(resources=[widget("a")]), deny={"mode": "denyDelete"})
    assert engine.stacks.delete(RG, "s", action=action) is True
    assert names(engine) == left
    assert engine.stacks.delete(RG, "s") is False


def test_a_stack_goes_on_when_the_state_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    text = template(resources=[widget("b"), widget("c", "b")])
    with Engine.open(path, settings(tmp_path)) as engine:
        engine.scopes.put_group(RG, "westeurope")
        make(engine, template(resources=[widget("a")]))
        engine.rules.add("*:200ms")
        engine.stacks.create(RG, "s", body(text))
    with Engine.open(path, settings(tmp_path)) as engine:
        found: Any = engine.stacks.wait(RG, "s", timeout=30)
        assert found["properties"]["provisioningState"] == "succeeded", found["properties"].get("error")
        assert ids(found["properties"]["resources"]) == [f"{W}/b", f"{W}/c"]
        assert names(engine) == {"b", "c"}
