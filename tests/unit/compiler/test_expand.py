"""Modules inside templates, beyond what the golden cases show."""

from __future__ import annotations

from typing import Any

from armlib.compiler.expand import Child, expand, inlined
from armlib.template.scope import ScopeKind
from tests.unit.compiler.samples import SITE, STORE, resource, template


def module(name: str, **members: Any) -> Any:
    return {"type": "armlib/modules", "name": name, "properties": {"module": "m"}, **members}


def expanded(whole: Any, *children: Any) -> tuple[Any, list[str]]:
    made = [Child(key=number, file=f"{number}.json", template=child) for number, child in enumerate(children)]
    done, found = expand(whole, made, "main.json", ScopeKind.GROUP)
    return done, [each.code for each in found]


def test_outputs_may_lead_through_several_modules() -> None:
    first = template(resource(STORE, "a"), outputs={"x": {"value": {"deep": ["[parameters('p')]", 1]}}})
    second = template(outputs={"y": {"value": "[reference('one').outputs.x.value.deep[0]]"}})
    whole = template(
        module("one"), module("two"), resource(SITE, "w", "[concat(reference('TWO').outputs.Y.value, 'z')]")
    )
    done, found = expanded(whole, first, second)
    assert found == []
    assert done["resources"][1]["properties"] == {"m0": "[concat(parameters('p'), 'z')]"}


def test_outputs_that_wait_for_each_other_are_a_cycle() -> None:
    first = template(outputs={"x": {"value": "[reference('two').outputs.y.value]"}})
    second = template(outputs={"y": {"value": "[reference('one').outputs.x.value]"}})
    _, found = expanded(
        template(module("one"), module("two"), resource(SITE, "w", "[reference('one').outputs.x.value]")), first, second
    )
    assert "module-cycle" in found


def test_conditions_are_joined_and_dependencies_passed_on() -> None:
    child = template(resource(STORE, "a"), resource(STORE, "b", condition="[parameters('q')]", dependsOn=["a"]))
    whole = template(
        module("one", condition="[parameters('p')]", dependsOn=["w"]),
        resource(SITE, "w"),
        resource(SITE, "x", dependsOn=["one"]),
    )
    done, _ = expanded(whole, child)
    first, second, _, last = done["resources"]
    assert (first["condition"], first["dependsOn"]) == ("[parameters('p')]", ["w"])
    assert (second["condition"], second["dependsOn"]) == ("[and(parameters('p'), parameters('q'))]", ["w", "a"])
    assert last["dependsOn"] == [f"[resourceId('{STORE}', 'a')]", f"[resourceId('{STORE}', 'b')]"]


def test_what_cannot_be_carried_over_is_an_error() -> None:
    _, found = expanded(template(module("one", copy={"name": "l", "count": 2}, scope="x")), template())
    assert found == ["module-resource", "module-resource"]


def test_a_module_with_symbolic_names_is_taken_beside_resources_inside_of_others() -> None:
    child = {"type": "slots", "apiVersion": "v", "name": "s"}
    symbolic: Any = {"resources": {"st": resource(STORE, "a")}, "outputs": {"x": {"value": "q"}}}
    reader = resource(SITE, "v", "[reference('m').outputs.x.value]")
    whole: Any = {"resources": [resource(SITE, "w", resources=[child]), 3, module("m"), reader]}
    made = [Child(key=2, file="m.json", template=symbolic)]
    done, found = expand(whole, made, "main.json", ScopeKind.GROUP)
    resources: Any = done["resources"]
    assert found == []
    assert list(resources) == ["sites_w", "slots_w_s", "resource__1", "st", "sites_v"]
    assert resources["sites_v"]["properties"] == {"m0": "q"}


def test_a_template_with_symbolic_names_takes_modules_without() -> None:
    whole: Any = {
        "languageVersion": "2.0",
        "resources": {"m": module("one"), "w": resource(SITE, "w", dependsOn=["one"])},
    }
    done, _ = expand(
        whole, [Child(key="m", file="c", template=template(resource(STORE, "a")))], "main", ScopeKind.GROUP
    )
    assert list(done["resources"]) == ["storageAccounts_a", "w"]  # type: ignore[arg-type]
    assert done["resources"]["w"]["dependsOn"] == ["storageAccounts_a"]  # type: ignore[index,call-overload]


def test_inlining_replaces_parameters_and_renames_variables() -> None:
    whole = template(
        resource(
            STORE,
            "[variables('v')]",
            "[parameters('given')]",
            "[parameters('own')]",
            "[parameters('nothing')]",
            "[parameters('made')]",
        ),
        parameters={
            "given": {"type": "object"},
            "own": {"type": "string", "defaultValue": "[concat(parameters('given').a, 'x')]"},
            "nothing": {"type": "string", "nullable": True},
            "made": {"type": "string", "defaultValue": "[newGuid()]"},
            "missing": {"type": "string"},
        },
        variables={"v": "[parameters('own')]", "copy": [{"name": "l", "count": 1, "input": "[copyIndex('L')]"}]},
        outputs={"o": {"value": "[variables('L')]"}, "m": {"value": "[parameters('missing')]"}},
    )
    done, found = inlined(whole, {"Given": {"a": "[resourceGroup().name]"}}, "my-net")
    body: Any = done["resources"]
    assert body[0]["name"] == "[variables('my_net_v')]"
    assert list(body[0]["properties"].values()) == [
        {"a": "[resourceGroup().name]"},
        "[concat(createObject('a', resourceGroup().name).a, 'x')]",
        "[null()]",
        "[parameters('my_net_made')]",
    ]
    assert done["variables"] == {
        "my_net_v": "[concat(createObject('a', resourceGroup().name).a, 'x')]",
        "copy": [{"name": "my_net_l", "count": 1, "input": "[copyIndex('my_net_l')]"}],
    }
    assert done["parameters"] == {"my_net_made": {"type": "string", "defaultValue": "[newGuid()]"}}
    assert done["outputs"]["o"] == {"value": "[variables('my_net_L')]"}  # type: ignore[index,call-overload]
    assert [each.code for each in found] == ["missing-parameter"]
