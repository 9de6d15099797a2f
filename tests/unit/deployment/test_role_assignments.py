"""A role that is assigned already is no failure."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.fault import Fault
from armlib.deployment.role_assignments import without_existing
from armlib.deployment.target import Submission
from tests.unit.deployment.samples import GROUP, account, expanded, nested, resource, template

TYPE = "Microsoft.Authorization/roleAssignments"


def assignment(name: str, **members: Any) -> dict[str, Any]:
    return resource(TYPE, name, properties={"principalId": "p", "roleDefinitionId": "r"}, **members)


def failed(*details: Fault) -> Fault:
    return Fault(409, "DeploymentFailed", "…", details=details)


def exists(name: str) -> Fault:
    return Fault(409, "RoleAssignmentExists", "It exists.", target=f"{GROUP}/providers/{TYPE}/{name}")


def instead(text: dict[str, Any], fault: Fault) -> Any:
    submission = Submission(scope=GROUP, name="d", template=text)
    found = without_existing(submission, fault, expanded(text).resources)
    return None if found is None else found.template


def test_the_assignment_is_left_out_and_the_rest_stays() -> None:
    text = template(resources=[account("a"), assignment("one")])
    expected = template(resources=[account("a"), assignment("one", condition=False)])
    assert instead(text, failed(exists("one"))) == expected
    assert text["resources"][1] == assignment("one")


def test_one_in_a_nested_deployment_is_left_out_there() -> None:
    text = template(resources=[nested("in", template(resources=[assignment("one")]))])
    found = instead(text, failed(failed(exists("one"))))
    assert found["resources"][0]["properties"]["template"]["resources"] == [assignment("one", condition=False)]


@pytest.mark.parametrize("other", [Fault(409, "Conflict", "x"), exists("unknown")])
def test_another_failure_stays_one(other: Fault) -> None:
    assert instead(template(resources=[assignment("one")]), failed(exists("one"), other)) is None


def test_a_loop_cannot_be_taken_apart() -> None:
    looped = assignment("[concat('x', copyIndex())]", copy={"name": "l", "count": 2})
    assert instead(template(resources=[looped]), failed(exists("x0"))) is None
