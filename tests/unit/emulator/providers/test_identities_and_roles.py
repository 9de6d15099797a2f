"""Managed identities and role assignments."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.emulator.resources import Resources
from armlib.emulator.settings import TENANT
from tests.unit.emulator.conftest import RG, SUB, VERSION
from tests.unit.emulator.refusal import refused

IDENTITY = f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
SHOP = f"{RG}/providers/Contoso.Shop/shops/s"
ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"
ROLE = f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def assignment(name: str, scope: str = RG) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"


def body(principal: str = ONE, role: str = ROLE, **others: Any) -> dict[str, Any]:
    return {"properties": {"principalId": principal, "roleDefinitionId": role, **others}}


def test_an_identity_is_the_same_wherever_it_is_named(resources: Resources) -> None:
    made: Any = resources.put(IDENTITY, VERSION, {"location": "westeurope"}).body
    assert made["properties"]["tenantId"] == TENANT
    identity = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {IDENTITY.upper(): {}}}
    shown: Any = resources.put(SHOP, VERSION, {"location": "westeurope", "identity": identity}).body
    (named,) = shown["identity"]["userAssignedIdentities"].values()
    assert named == {name: made["properties"][name] for name in ("principalId", "clientId")}
    assert shown["identity"]["principalId"] not in named.values()


def test_an_identity_that_is_not_there_is_not_assigned(resources: Resources) -> None:
    identity = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    wanted = {"location": "westeurope", "identity": identity}
    assert refused(resources.put, SHOP, VERSION, wanted) == (400, "FailedIdentityOperation")
    resources.check(SHOP, VERSION, wanted)


def test_an_assignment_is_idempotent(resources: Resources) -> None:
    first = resources.put(assignment(ONE), VERSION, body())
    properties: Any = first.body["properties"]
    assert (properties["scope"], properties["principalType"]) == (RG, "User")
    again = resources.put(assignment(ONE), VERSION, body(role=ROLE.upper(), description="more"))
    assert not again.created
    known: Any = again.body["properties"]
    assert known["createdOn"] == properties["createdOn"]


def test_an_assignment_cannot_become_another(resources: Resources) -> None:
    resources.put(assignment(ONE), VERSION, body())
    changed = (400, "RoleAssignmentUpdateNotPermitted")
    assert refused(resources.put, assignment(ONE), VERSION, body(TWO)) == changed
    assert refused(resources.check, assignment(ONE), VERSION, body(TWO)) == changed


def test_there_is_one_for_each_scope_principal_and_role(resources: Resources) -> None:
    resources.put(assignment(ONE), VERSION, body())
    assert refused(resources.put, assignment(TWO), VERSION, body()) == (409, "RoleAssignmentExists")
    assert resources.put(assignment(TWO), VERSION, body(TWO)).created
    assert resources.put(assignment(TWO, SUB), VERSION, body()).created
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    assert resources.put(assignment(TWO, SHOP), VERSION, body()).created
    assert resources.put(assignment(TWO, ""), VERSION, body()).created
    assert refused(resources.put, assignment(ONE, ""), VERSION, body()) == (409, "RoleAssignmentExists")


@pytest.mark.parametrize(
    ("name", "wanted", "code"),
    [
        ("mine", body(), "InvalidRoleAssignmentId"),
        (ONE, body("me"), "InvalidPrincipalId"),
        (ONE, {"properties": {"principalId": ONE}}, "BadRequestFormat"),
    ],
)
def test_malformed_assignments_are_refused(resources: Resources, name: str, wanted: dict[str, Any], code: str) -> None:
    assert refused(resources.put, assignment(name), VERSION, wanted) == (400, code)


def test_an_alias_tells_its_subscription(resources: Resources) -> None:
    alias = "/providers/Microsoft.Subscription/aliases/a"
    made: Any = resources.put(alias, "2021-10-01", {"properties": {"displayName": "A", "workload": "DevTest"}}).body
    again: Any = resources.put(alias, "2021-10-01", {"properties": {"displayName": "B"}}).body
    assert made["properties"]["subscriptionId"] == again["properties"]["subscriptionId"] != ONE
    given: Any = resources.put(alias, "2021-10-01", {"properties": {"subscriptionId": ONE}}).body
    assert given["properties"]["subscriptionId"] == ONE
