"""The order of a deployment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from armlib.compiler.dependencies import all_steps, deployment_steps
from armlib.compiler.graph import depths
from armlib.jsontypes import JsonObject
from armlib.template.scope import ScopeKind
from tests.unit.compiler.samples import NIC, VNET, deployment, resource, template


def order(made: JsonObject) -> dict[str, tuple[int, list[str]]]:
    """Return the number of each resource and the names of what it waits for, by name."""
    steps = deployment_steps(made, ScopeKind.GROUP)
    names = {step.path: step.name for step in all_steps(steps)}
    return {step.name: (step.number, [names[need] for need in step.needs]) for step in all_steps(steps)}


def test_a_resource_comes_after_what_it_mentions_and_what_it_depends_on() -> None:
    made = template(
        resource(NIC, "n", properties={"subnet": f"[resourceId('{VNET}', 'v')]"}),
        resource(VNET, "v"),
        resource(VNET, "w", dependsOn=[f"[resourceId('{NIC}', 'n')]"]),
    )
    assert order(made) == {"v": (1, []), "n": (2, ["v"]), "w": (3, ["n"])}


def test_steps_come_in_the_order_of_the_deployment() -> None:
    made = template(resource(VNET, "b", dependsOn=["a"]), resource(VNET, "c"), resource(VNET, "a"))
    assert [step.name for step in deployment_steps(made, ScopeKind.GROUP)] == ["c", "a", "b"]


def test_what_a_deployment_deploys_stands_inside_it_with_an_order_of_its_own() -> None:
    inner = template(resource(VNET, "x"), resource(VNET, "y", dependsOn=["x"]))
    made = template(resource(VNET, "v"), deployment("d", inner, dependsOn=["v"]))
    _, outer = deployment_steps(made, ScopeKind.GROUP)
    assert (outer.name, outer.number) == ("d", 2)
    assert [(step.name, step.number, step.path) for step in outer.inside] == [
        ("x", 1, "resources[1].properties.template.resources[0]"),
        ("y", 2, "resources[1].properties.template.resources[1]"),
    ]


def test_loops_conditions_and_what_exists_are_told() -> None:
    made: JsonObject = {
        "languageVersion": "2.0",
        "resources": {
            "many": resource(VNET, "[concat('v', copyIndex())]", copy={"name": "l", "count": 2}),
            "perhaps": resource(VNET, "p", condition="[parameters('p')]"),
            "surely": resource(VNET, "s", condition=True),
            "there": resource(VNET, "t", existing=True),
        },
    }
    said = {
        step.name: (step.is_loop, step.is_conditional, step.is_existing)
        for step in deployment_steps(made, ScopeKind.GROUP)
    }
    assert said == {
        "many": (True, False, False),
        "perhaps": (False, True, False),
        "surely": (False, False, False),
        "there": (False, False, True),
    }


def test_nothing_has_no_steps() -> None:
    assert deployment_steps({"resources": []}, ScopeKind.GROUP) == ()


@given(st.dictionaries(st.integers(0, 30), st.sets(st.integers(0, 30), max_size=5), max_size=31))
def test_each_stands_deeper_than_what_it_needs_when_there_is_no_circle(edges: dict[int, set[int]]) -> None:
    needs = {node: sorted(need for need in edges.get(node, ()) if need < node) for node in range(31)}
    found = depths(needs)
    assert all(found[node] == max((found[need] + 1 for need in needs[node]), default=0) for node in needs)


def test_circles_have_depths_too() -> None:
    assert depths({"a": ["b"], "b": ["a"], "c": ["b"]}) == {"b": 0, "a": 1, "c": 1}
