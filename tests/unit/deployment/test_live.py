"""What an expansion left unknown, once the target has the resources that it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.expand import ExpandedResource, Expansion
from armlib.deployment.fault import Fault
from armlib.deployment.live import Live
from armlib.deployment.show import show
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.simplify import is_known, is_secret
from tests.unit.deployment.memory import Memory
from tests.unit.deployment.samples import (
    ACCOUNT,
    DEPLOYMENT,
    account,
    errors,
    expanded,
    nested,
    output,
    resource,
    symbolic,
    template,
)

VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"


def deployed(expansion: Expansion, target: Memory) -> dict[str, ExpandedResource]:
    """Deploy one resource after the other; return each as it was sent."""
    assert not errors(expansion), errors(expansion)
    live = Live(target)
    sent: dict[str, ExpandedResource] = {}
    for one in expansion.resources:
        found = live.resource(one)
        if found.condition is False:
            continue
        sent[str(found.name)] = found
        target.put(found)
    return sent


def test_a_reference_is_answered_when_its_resource_is_there() -> None:
    first = account("a")
    second = account("b", tags={"from": f"[reference('{ACCOUNT}a', '2022-09-01').endpoint]"}, dependsOn=["a"])
    sent = deployed(expanded(template(resources=[first, second])), Memory())
    assert sent["b"].body["tags"] == {"from": "https://a.exam"}


def test_what_the_template_says_itself_is_not_asked_for() -> None:
    expansion = expanded(
        symbolic(
            resources={
                "a": account("a", properties={"x": 1}),
                "b": account("b", properties={"y": "[reference('a').x]", "z": "[reference('a').endpoint]"}),
            }
        )
    )
    sent = deployed(expansion, Memory())
    assert sent["b"].body["properties"] == {"y": 1, "z": "https://a.exam"}


def test_a_key_stays_a_secret() -> None:
    listed = "[listKeys(resourceId('Microsoft.Storage/storageAccounts', 'a'), '2022-09-01').keys[0].value]"
    expansion = expanded(template(resources=[account("a"), account("b", properties={"key": listed}, dependsOn=["a"])]))
    body = dict(deployed(expansion, Memory())["b"].body)
    assert is_known(body)
    assert is_secret(body)
    assert show(body["properties"]) == {"key": "***"}


def test_the_body_of_a_list_call_reaches_the_target() -> None:
    listed = "[string(listKeys('a', '2022-09-01', createObject('keyName', 'one')).asked)]"
    expansion = expanded(template(resources=[account("a"), account("b", properties={"x": listed}, dependsOn=["a"])]))
    found: Any = deployed(expansion, Memory())["b"].body["properties"]
    assert found["x"].value == '{"keyName":"one"}'


def test_a_condition_that_was_unknown_is_decided() -> None:
    for condition, there in (("'https://a.exam'", True), ("'else'", False)):
        expansion = expanded(
            symbolic(
                resources={
                    "a": account("a"),
                    "in": nested(
                        "in",
                        template(
                            parameters={"end": {"type": "string"}},
                            resources=[account("c", condition=f"[equals(parameters('end'), {condition})]")],
                        ),
                        parameters={"end": {"value": "[reference('a').endpoint]"}},
                    ),
                }
            )
        )
        assert ("c" in deployed(expansion, Memory())) is there


def test_a_name_in_a_nested_deployment_may_come_from_a_resource() -> None:
    inner = template(
        parameters={"end": {"type": "string"}},
        resources=[account("[concat('x', length(parameters('end')))]")],
        outputs={"out": output("[reference(concat('x', length(parameters('end')))).endpoint]")},
    )
    expansion = expanded(
        symbolic(
            resources={
                "a": account("a"),
                "in": nested("in", inner, parameters={"end": {"value": "[reference('a').endpoint]"}}),
            },
            outputs={"out": output("[reference('in').outputs.out.value]")},
        )
    )
    target = Memory()
    sent = deployed(expansion, target)
    assert sent["x14"].id == f"{ACCOUNT}x14"
    assert expansion.environment is not None
    assert Live(target).value(expansion.outputs["out"]["value"], expansion.environment) == "https://x14.exam"


def test_a_loop_of_references() -> None:
    loop = account("[concat('s', copyIndex())]", copy={"name": "all", "count": 3})
    last = account("z", properties={"ends": "[map(references('s'), lambda('r', lambdaVariables('r').endpoint))]"})
    sent = deployed(expanded(symbolic(resources={"s": loop, "z": last})), Memory())
    assert sent["z"].body["properties"] == {"ends": ["https://s0.exam", "https://s1.exam", "https://s2.exam"]}


def test_the_whole_of_a_resource_elsewhere() -> None:
    other = "/subscriptions/s/resourceGroups/g/providers/A.B/c/d"
    target = Memory()
    target.bodies[other.casefold()] = {"id": other, "location": "here", "properties": {"p": 1}}
    text = account("a", tags={"x": f"[reference('{other}', '2020-01-01', 'Full').location]", "y": _group_of(other)})
    assert deployed(expanded(template(resources=[text])), target)["a"].body["tags"] == {"x": "here", "y": "g"}


def _group_of(id_: str) -> str:
    return f"[reference('{id_}', '2020-01-01', 'Full').resourceGroupName]"


def test_what_is_not_there_is_a_fault_or_stays_unknown() -> None:
    other = "/subscriptions/s/resourceGroups/g/providers/A.B/c/d"
    asking = account("a", tags={"x": f"[reference('{other}', '2020-01-01').p]"})
    (one,) = expanded(template(resources=[asking])).resources
    with pytest.raises(EvaluationFault, match=r"'A\.B/c/d' under resource group 'g' was not found"):
        Live(Memory()).resource(one)
    left = Live(Memory(), keeps_absent=True).resource(one)
    assert show(left.body["tags"]) == {"x": f"[reference('{other}', '2020-01-01').p]"}


def test_the_secret_of_a_vault_is_asked_for_by_its_id() -> None:
    inner = template(
        parameters={"p": {"type": "secureString"}}, resources=[account("a", properties={"p": "[parameters('p')]"})]
    )
    secret = {"reference": {"keyVault": {"id": VAULT}, "secretName": "word"}}
    body = deployed(expanded(template(resources=[nested("in", inner, parameters={"p": secret})])), Memory())["a"].body
    assert show(body["properties"]) == {"p": "***"}
    properties: Any = body["properties"]
    assert properties["p"].value == "value of word"


def test_providers_are_the_targets() -> None:
    asked = account("a", properties={"versions": "[providers('A.B', 'a').apiVersions]"})
    assert deployed(expanded(template(resources=[asked])), Memory())["a"].body["properties"] == {
        "versions": ["2020-01-01"]
    }


def test_what_waits_for_what_and_what_is_inside_what() -> None:
    inner = template(resources=[account("c"), account("d", dependsOn=["c"])])
    expansion = expanded(template(resources=[account("a"), nested("in", inner, dependsOn=["a"])]))
    a, outer, c, d = expansion.resources
    assert (outer.waits, d.waits) == ((a,), (c,))
    assert (a.part_of, c.part_of, d.part_of) == (None, outer, outer)
    assert outer.id == f"{DEPLOYMENT}in"
    assert outer.nested is not None
    assert outer.nested.template == inner
    assert not outer.nested.is_open


def test_a_loop_that_only_the_deployment_can_count_is_open() -> None:
    inner = template(
        parameters={"n": {"type": "array"}},
        resources=[account("[concat('x', copyIndex())]", copy={"name": "l", "count": "[length(parameters('n'))]"})],
    )
    parameters = {"n": {"value": f"[reference('{ACCOUNT}a', '2022-09-01').names]"}}
    expansion = expanded(
        template(resources=[account("a"), nested("in", inner, parameters=parameters, dependsOn=["a"])])
    )
    assert [one.nested.is_open for one in expansion.resources if one.nested] == [True]


def test_a_fault_tells_what_is_inside_it() -> None:
    fault = Fault.of(
        {
            "error": {
                "code": "DeploymentFailed",
                "message": "At least one resource deployment operation failed.",
                "details": [
                    {"code": "Conflict", "message": '{"error": {"code": "Taken", "message": "taken"}}', "target": "/a"},
                    {
                        "code": "ResourceDeploymentFailure",
                        "target": "/b",
                        "message": "…",
                        "details": [{"code": "X", "message": "x"}],
                    },
                ],
            }
        },
        409,
    )
    assert [(cause.code, cause.target) for cause in fault.causes()] == [("Taken", "/a"), ("X", "/b")]
    assert Fault.of(fault.body(), 409).body() == fault.body()


def test_a_parameter_that_a_resource_waits_for() -> None:
    first = resource("A.B/c", "one")
    inner = template(
        parameters={"p": {"type": "string"}}, resources=[account("x", properties={"p": "[parameters('p')]"})]
    )
    given = {"p": {"value": "[reference(resourceId('A.B/c', 'one'), '2022-09-01').endpoint]"}}
    expansion = expanded(template(resources=[first, nested("in", inner, parameters=given, dependsOn=["one"])]))
    assert deployed(expansion, Memory())["x"].body["properties"] == {"p": "https://one.exam"}
