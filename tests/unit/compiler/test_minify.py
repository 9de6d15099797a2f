from __future__ import annotations

import json
from typing import Any

from armlib.compiler.minify import minified
from tests.unit.compiler.samples import SITE, STORE, deployment, resource, template

CHILD = template(
    resource(
        STORE, "[parameters('name')]", properties={"minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": True}
    ),
    parameters={"name": {"type": "string"}},
    contentVersion="1.0.0.0",
)


def test_descriptions_go_and_values_that_look_like_them_stay() -> None:
    whole = template(
        resource(
            SITE, "w", comments="x", metadata={"description": "x"}, tags={"description": "kept", "comments": "kept"}
        ),
        metadata={"description": "x", "owner": "kept"},
        parameters={
            "p": {
                "type": "object",
                "defaultValue": {"metadata": {"description": "kept"}},
                "metadata": {"description": "x"},
            }
        },
        definitions={"d": {"type": "object", "properties": {"a": {"type": "int", "metadata": {"description": "x"}}}}},
        variables={"metadata": {"description": "kept"}},
        outputs={
            "o": {"type": "object", "value": {"metadata": {"description": "kept"}}, "metadata": {"description": "x"}}
        },
    )
    text = json.dumps(minified(whole))
    assert '"x"' not in text
    assert text.count("kept") == 6


def test_deployments_that_differ_in_names_and_plain_values_become_one_loop() -> None:
    bodies = [deployment(f"d{number}", CHILD, parameters={"name": f"st{number}"}) for number in range(3)]
    made: Any = minified(template(bodies[0], resource(SITE, "w"), *bodies[1:], variables={"deployments1": 1}))
    loop, other = made["resources"]
    assert other["name"] == "w"
    assert loop["copy"] == {"name": "deployments2", "count": 3}
    assert loop["name"] == "[variables('deployments2')[copyIndex()].name]"
    assert loop["properties"]["parameters"] == {"name": {"value": "[variables('deployments2')[copyIndex()].p_name]"}}
    assert made["variables"]["deployments2"] == [{"name": f"d{number}", "p_name": f"st{number}"} for number in range(3)]


def kept(*bodies: Any) -> bool:
    return minified(template(*bodies))["resources"] == list(bodies)


def test_what_may_mean_something_else_in_a_loop_is_not_shared() -> None:
    def pair(**changes: Any) -> list[Any]:
        options: dict[str, Any] = {"parameters": {"name": "a"}} | changes
        return [deployment("one", CHILD, **options), deployment("two", CHILD, **options)]

    assert not kept(*pair())
    assert kept(*pair(scope="outer"))
    assert kept(*pair(condition="[parameters('x')]"))
    assert kept(*pair(copy={"name": "l", "count": 2}))
    assert kept(*pair(parameters={"name": "[reference('x').y]"}))
    assert kept(*pair(parameters={"name": "[parameters('secret')]"}))
    one, two = pair()
    assert kept(one, two | {"dependsOn": ["one"]})
    assert kept(one, {**two, "properties": {**two["properties"], "parameters": {"other": {"value": 1}}}})
    vault = {"name": {"reference": {"keyVault": {"id": "x"}, "secretName": "y"}}}
    assert kept(*({**body, "properties": {**body["properties"], "parameters": vault}} for body in pair()))
