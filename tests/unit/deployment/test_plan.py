"""A plan is what was looked at, without secrets, and knows when the state has moved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from armlib.deployment.plan import Plan, PlanError, moved, read_plan, states_of, write_plan
from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.model import WhatIf
from tests.unit.deployment.memory import Memory
from tests.unit.deployment.samples import ACCOUNT, GROUP, account, expanded, template


def changes(target: Memory, *resources: Any) -> WhatIf:
    return what_if(expanded(template(resources=list(resources))).resources, target, scope=GROUP)


def plan_of(found: WhatIf) -> Plan:
    return Plan(
        where={"local": True},
        scope=GROUP,
        name="d",
        template=template(),
        parameters={"p": {"value": 1}},
        secrets=("s",),
        how={"mode": "Incremental"},
        states=states_of(found),
    )


def test_a_plan_that_is_written_is_the_same_when_it_is_read() -> None:
    plan = plan_of(changes(Memory(), account("a")))
    assert read_plan(json.loads(json.dumps(write_plan(plan))), "plan.json") == plan


def test_nothing_has_moved_while_nothing_is_changed() -> None:
    target = Memory()
    wanted = account("a", properties={"x": 1})
    plan = plan_of(changes(target, wanted))
    assert moved(plan, changes(target, wanted)) == []


def test_what_was_made_changed_or_deleted_meanwhile_has_moved() -> None:
    target = Memory()
    wanted = account("a", properties={"x": 1})
    empty = plan_of(changes(target, wanted))
    target.bodies[f"{ACCOUNT}a".casefold()] = {"id": f"{ACCOUNT}a", "name": "a", "type": "t", "properties": {"x": 2}}
    assert moved(empty, changes(target, wanted)) == [f"{ACCOUNT}a"]
    there = plan_of(changes(target, wanted))
    target.bodies[f"{ACCOUNT}a".casefold()]["properties"] = {"x": 3}
    assert moved(there, changes(target, wanted)) == [f"{ACCOUNT}a"]
    target.bodies.clear()
    assert moved(there, changes(target, wanted)) == [f"{ACCOUNT}a"]


@pytest.mark.parametrize(
    "value", [[], {}, {"armlibPlan": 0}, {"armlibPlan": 1}, {"armlibPlan": 1, "where": 1}, None, "text"]
)
def test_what_is_no_plan_is_told(value: Any) -> None:
    with pytest.raises(PlanError, match=r"plan\.json is (no|a) plan"):
        read_plan(value, "plan.json")


def test_a_plan_tells_nothing_of_secrets_but_their_names() -> None:
    plan = replace(plan_of(changes(Memory(), account("a"))), secrets=("password",))
    assert write_plan(plan)["secrets"] == ["password"]
