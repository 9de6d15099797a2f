"""Which resources a what-if tells, and what happens to each."""

from __future__ import annotations

import pytest

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.filters import apply_filters, change_types
from armlib.deployment.whatif.model import ChangeType, Mode, Risk, Stack
from armlib.expressions.values import Secret
from tests.unit.deployment.whatif.samples import ACCOUNTS, GROUP, NETWORKS, State, kinds, resource, unknown

DEPLOYMENTS = "Microsoft.Resources/deployments"


def state_of(*resources: object) -> State:
    state = State()
    for each in resources:
        state.put(each)  # type: ignore[arg-type]
    return state


def test_every_resource_has_its_change() -> None:
    same, new, other = resource(name="same"), resource(name="new"), resource(name="other", properties={"a": 1})
    state = state_of(same, resource(name="other", properties={"a": 2}), resource(name="beside"))
    found = what_if([same, new, other], state, scope=GROUP)
    assert kinds(found) == {
        "storageAccounts/same": "NoChange",
        "storageAccounts/new": "Create",
        "storageAccounts/other": "Modify",
        "storageAccounts/beside": "Ignore",
    }
    assert found.has_changes
    assert found.counts[ChangeType.MODIFY] == 1


def test_whole_resources_are_told_in_the_order_of_their_members() -> None:
    (change,) = what_if([resource(kind="StorageV2", location="westeurope")], State(), scope=GROUP).changes
    assert change.after is not None
    assert list(change.after) == ["apiVersion", "id", "kind", "location", "name", "type"]
    assert change.after["id"] == change.id


def test_what_is_left_alone_need_not_be_told() -> None:
    state = state_of(resource(name="beside"))
    assert what_if([], state, scope=GROUP, others=False).changes == ()
    assert not what_if([], state, scope=GROUP).has_changes


def test_an_id_that_is_not_known_is_unsupported_with_a_reason() -> None:
    (change,) = what_if([resource(id=unknown("x"))], State(), scope=GROUP).changes
    assert (change.kind, change.id) == ("Unsupported", "[reference('x')]")
    assert change.reason == "its id is known only to the deployment"


def test_a_resource_under_a_condition_that_is_not_known_is_potential() -> None:
    found = what_if([resource(condition=unknown())], State(), scope=GROUP)
    assert found.changes == ()
    assert [change.kind for change in found.potential] == ["Create"]


def test_a_condition_that_holds_in_secret_is_known() -> None:
    found = what_if([resource(name="a", condition=Secret(True)), resource(condition=False)], State(), scope=GROUP)
    assert kinds(found) == {"storageAccounts/a": "Create"}
    assert found.potential == ()


def test_nested_resources_are_told_and_their_deployment_is_not() -> None:
    inner = f"{GROUP}/providers/{DEPLOYMENTS}/inner"
    deployment = resource(DEPLOYMENTS, "inner", properties={"mode": "Incremental"})
    found = what_if([deployment, resource(name="in", deployment=inner)], State(), scope=GROUP)
    assert kinds(found) == {"storageAccounts/in": "Create"}


def test_resources_of_a_deployment_under_a_condition_are_potential() -> None:
    inner = f"{GROUP}/providers/{DEPLOYMENTS}/inner"
    deployment = resource(DEPLOYMENTS, "inner", properties={}, condition=unknown())
    found = what_if([deployment, resource(name="in", deployment=inner)], State(), scope=GROUP)
    assert (len(found.changes), len(found.potential)) == (0, 1)


def test_a_deployment_that_cannot_be_opened_is_told() -> None:
    linked = resource(DEPLOYMENTS, "linked", properties={"templateLink": {"uri": "https://x"}})
    found = what_if([linked], State(), scope=GROUP)
    assert kinds(found) == {"deployments/linked": "Unsupported"}
    assert [note.code for note in found.notes] == ["NestedDeploymentShortCircuited"]


def test_a_resource_that_is_deployed_twice_is_compared_as_it_will_be() -> None:
    first, last = resource(properties={"a": 1}), resource(properties={"a": 2})
    found = what_if([first, last], state_of(last), scope=GROUP)
    assert kinds(found) == {"storageAccounts/st": "NoChange"}
    assert [note.code for note in found.notes] == ["ResourceDeployedTwice"]


def test_what_may_not_be_read_is_deployed_with_unknown_effect() -> None:
    state = State()
    one = resource()
    state.faults[id_key(str(one.id))] = Fault(403, "AuthorizationFailed", "you may not")
    found = what_if([one], state, scope=GROUP)
    assert kinds(found) == {"storageAccounts/st": "Deploy"}
    assert [(note.code, note.target) for note in found.notes] == [("AuthorizationFailed", one.id)]


@pytest.mark.parametrize("status", [404])
def test_a_fault_that_says_there_is_nothing_is_nothing(status: int) -> None:
    state = State()
    one = resource()
    state.faults[id_key(str(one.id))] = Fault(status, "ResourceNotFound", "there is none")
    state.faults[id_key(GROUP)] = Fault(status, "ResourceGroupNotFound", "there is none")
    assert kinds(what_if([one], state, scope=GROUP)) == {"storageAccounts/st": "Create"}


def test_a_target_that_does_not_answer_is_no_answer() -> None:
    state = State()
    one = resource()
    state.faults[id_key(str(one.id))] = Fault(401, "AuthenticationFailed", "who are you")
    with pytest.raises(Fault):
        what_if([one], state, scope=GROUP)


def test_a_group_that_may_not_be_listed_is_told() -> None:
    state = State()
    state.faults[id_key(GROUP)] = Fault(403, "AuthorizationFailed", "you may not")
    assert [note.code for note in what_if([], state, scope=GROUP, mode=Mode.COMPLETE).notes] == ["AuthorizationFailed"]


def test_several_are_read_at_a_time() -> None:
    resources = [resource(name=f"st{number}") for number in range(20)]
    found = what_if(resources, state_of(*resources), scope=GROUP, workers=4)
    assert set(kinds(found).values()) == {"NoChange"}


# Complete mode


def test_complete_mode_deletes_what_the_template_does_not_have() -> None:
    state = state_of(
        resource(name="mine"),
        resource(name="gone"),
        resource(f"{ACCOUNTS}/blobServices/containers", "gone/default/c"),
        resource(f"{ACCOUNTS}/blobServices/containers", "mine/default/c"),
        resource("Microsoft.Sql/servers/databases", "server/db"),
        resource("Microsoft.Authorization/locks", "lock"),
    )
    found = what_if([resource(name="mine")], state, scope=GROUP, mode=Mode.COMPLETE)
    assert kinds(found) == {
        "storageAccounts/mine": "NoChange",
        "storageAccounts/gone": "Delete",
        "containers/c": "Ignore",
        "databases/db": "Delete",
        "locks/lock": "Ignore",
    }
    by_id = {change.id: change for change in found.changes}
    in_gone = by_id[f"{GROUP}/providers/{ACCOUNTS}/gone/blobServices/default/containers/c"]
    assert (in_gone.kind, in_gone.reason) == ("Delete", "it goes with the resource that it is in")
    kept = by_id[f"{GROUP}/providers/{ACCOUNTS}/mine/blobServices/default/containers/c"]
    assert kept.reason is not None and "complete mode does not delete" in kept.reason
    assert {Risk.DELETE, Risk.DATA_LOSS} <= found.risks


def test_complete_mode_is_of_a_resource_group() -> None:
    state = state_of(resource(name="gone"))
    assert what_if([], state, scope=GROUP.rpartition("/resourceGroups")[0], mode=Mode.COMPLETE).changes == ()


def test_what_may_be_a_resource_of_the_template_is_not_surely_deleted() -> None:
    state = state_of(resource(name="there"), resource(NETWORKS, "v"))
    found = what_if([resource(id=unknown())], state, scope=GROUP, mode=Mode.COMPLETE)
    assert [(change.kind, change.type) for change in found.changes] == [("Unsupported", ACCOUNTS), ("Delete", NETWORKS)]
    assert [(change.kind, change.type) for change in found.potential] == [("Delete", ACCOUNTS)]


# Stacks


@pytest.mark.parametrize(("action", "kind"), [("delete", "Delete"), ("detach", "Ignore")])
def test_a_stack_deletes_or_lets_go_what_it_no_longer_has(action: str, kind: str) -> None:
    state = state_of(resource(name="mine"), resource(name="gone"), resource(name="of others"))
    managed = (
        f"{GROUP}/providers/{ACCOUNTS}/mine",
        f"{GROUP}/providers/{ACCOUNTS}/gone",
        f"{GROUP}/providers/{ACCOUNTS}/x",
    )
    stack = Stack(managed=managed, resources=action)
    found = what_if([resource(name="mine")], state, scope=GROUP, mode=Mode.STACK, stack=stack)
    assert kinds(found) == {"storageAccounts/mine": "NoChange", "storageAccounts/gone": kind}


def test_a_stack_has_an_action_for_groups_of_their_own() -> None:
    stack = Stack(managed=(), resources="delete", resource_groups="detach", management_groups="delete")
    assert stack.action(GROUP) == "detach"
    assert stack.action("/providers/Microsoft.Management/managementGroups/m") == "delete"
    assert stack.action(f"{GROUP}/providers/{ACCOUNTS}/a") == "delete"


# Filters


def test_kinds_of_changes_are_left_out() -> None:
    found = what_if([resource(name="new")], state_of(resource(name="beside")), scope=GROUP)
    assert kinds(apply_filters(found, change_types(["ignore", " NOCHANGE"]))) == {"storageAccounts/new": "Create"}


def test_a_kind_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="'New' is no kind of change; there are Delete, Create"):
        change_types(["New"])
