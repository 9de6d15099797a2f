"""Symbolic names: the result means the same as the array it was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.check import check
from armlib.compiler.symbolic import with_symbols
from armlib.jsontypes import JsonObject
from armlib.template.jsonc import parse_json
from tests.unit.compiler.samples import NIC, SITE, STORE, deployment, linked, resource, template

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "templates"


def test_names_are_made_of_type_and_name_and_are_stable() -> None:
    bodies = [
        resource(STORE, "data-1"),
        resource(STORE, "[concat('log', parameters('env'))]"),
        resource(STORE, "[parameters('env')]"),
        resource(STORE, "data.1"),
        resource("A.B/1c", "x"),
    ]
    symbols = list(with_symbols(template(*bodies))["resources"])  # type: ignore[arg-type]
    assert symbols == [
        "storageAccounts_data_1",
        "storageAccounts_log_env",
        "storageAccounts_env",
        "storageAccounts_data_1_2",
        "resource_1c_x",
    ]
    assert list(with_symbols(template(bodies[1]))["resources"]) == ["storageAccounts_log_env"]  # type: ignore[arg-type]


def test_references_by_name_find_the_symbol_or_the_id_of_a_loop() -> None:
    whole = template(
        resource(STORE, "st"),
        resource(NIC, "[concat('n', copyIndex())]", copy={"name": "nics", "count": 2}),
        resource(
            SITE,
            "w",
            "[reference('st').x]",
            "[listKeys('ST', 'v')]",
            f"[reference(resourceId('{STORE}', 'st')).x]",
            "[reference('other')]",
        ),
        outputs={"o": {"type": "string", "value": "[reference('st').y]"}},
    )
    made: Any = with_symbols(whole)
    assert list(made["resources"]["sites_w"]["properties"].values()) == [
        "[reference('storageAccounts_st').x]",
        "[listKeys('storageAccounts_st', 'v')]",
        f"[reference(resourceId('{STORE}', 'st')).x]",
        "[reference('other')]",
    ]
    assert made["outputs"]["o"]["value"] == "[reference('storageAccounts_st').y]"
    assert made["languageVersion"] == "2.0"


def test_children_stand_beside_their_parent() -> None:
    child = {"type": "slots", "apiVersion": "v", "name": "[parameters('s')]"}
    made: Any = with_symbols(template(resource(SITE, "w", resources=[child])))
    assert "resources" not in made["resources"]["sites_w"]
    assert made["resources"]["slots_w_s"] == {
        "type": f"{SITE}/slots",
        "apiVersion": "v",
        "name": "[concat('w', '/', parameters('s'))]",
    }


def test_what_is_no_object_is_kept_for_the_check_to_tell() -> None:
    made: Any = with_symbols({"resources": [3, resource(SITE, "w"), None]})
    assert list(made["resources"].values()) == [3, resource(SITE, "w"), None]
    assert [each.code for each in check(linked(made, symbolizes=True), ())] == ["wrong-type", "wrong-type"]


def test_nested_templates_have_symbolic_names_too_when_that_is_asked_for() -> None:
    deep = template(resource(STORE, "st"), resource(SITE, "w", "[reference('st').x]", dependsOn=["st"]))
    nested = template(
        deployment("deep", deep),
        parameters={"n": {}},
        outputs={"o": {"type": "string", "value": "[reference('deep')]"}},
    )
    outer = template(deployment("outer", nested))
    as_it_is: Any = with_symbols(outer)
    assert as_it_is["resources"]["deployments_outer"]["properties"]["template"] == nested
    made: Any = with_symbols(outer, nested=True)
    found = made["resources"]["deployments_outer"]["properties"]["template"]
    assert (found["languageVersion"], found["parameters"]) == ("2.0", {"n": {}})
    assert found["outputs"]["o"]["value"] == "[reference('deployments_deep')]"
    inside = found["resources"]["deployments_deep"]["properties"]["template"]["resources"]
    assert inside["sites_w"]["properties"] == {"m0": "[reference('storageAccounts_st').x]"}
    assert inside["sites_w"]["dependsOn"] == ["storageAccounts_st"]


def test_a_deployment_of_an_old_version_keeps_its_template() -> None:
    old = deployment("old", template(resource(STORE, "st")), apiVersion="2019-10-01")
    made: Any = with_symbols(template(old), nested=True)
    assert made["resources"]["deployments_old"] == old


def test_a_nested_template_without_expressions_gets_a_scope_of_its_own_and_others_are_refused() -> None:
    plain, other = template(resource(STORE, "st")), template(resource(STORE, "[parameters('p')]"))
    unsaid: Any = deployment("unsaid", plain)
    del unsaid["properties"]["expressionEvaluationOptions"]
    made: Any = with_symbols(
        template(unsaid, deployment("plain", plain, scope="Outer"), deployment("other", other, scope=""))
    )
    properties = {body["name"]: body["properties"] for body in made["resources"].values()}
    scopes = {name: each["expressionEvaluationOptions"]["scope"] for name, each in properties.items()}
    assert scopes == {"unsaid": "inner", "plain": "inner", "other": "outer"}
    assert properties["other"]["template"] == other
    found = check(linked(made, symbolizes=True), ())
    assert [each.path for each in found if each.code == "outer-scope"] == [("resources", "deployments_other")]


def test_in_version_2_a_nested_template_has_names_of_its_own_unless_it_says_otherwise() -> None:
    for scope, codes in (("", []), ("inner", []), ("outer", ["outer-scope"])):
        nested = template(
            resource(STORE, "[parameters('p')]"), parameters={"p": {"type": "string", "defaultValue": "a"}}
        )
        whole: JsonObject = {"languageVersion": "2.0", "resources": {"n": deployment("n", nested, scope=scope)}}
        assert [found.code for found in check(linked(whole), ()) if found.code == "outer-scope"] == codes
        (resource_,) = linked(whole).root.resources
        assert resource_.inner is not None
        assert resource_.inner.is_outer == (scope == "outer")


def dependencies(whole: Any, *, symbolizes: bool) -> dict[str, set[str]]:
    found = linked(whole, reduces=False, symbolizes=symbolizes).dependencies
    return {one.id: {other.id for other in others} for one, others in found.items()}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of templates is not here")
def test_real_templates_keep_what_waits_for_what() -> None:
    count = 0
    for entry in json.loads((CORPUS / "manifest.json").read_text())["templates"]:
        if "symbolicNames" in entry["features"] or entry["scope"] != "resourceGroup":
            continue
        whole: Any = parse_json((CORPUS / entry["file"]).read_bytes(), entry["file"])
        named = with_symbols(whole, nested=True)
        assert dependencies(named, symbolizes=True) == dependencies(whole, symbolizes=False), entry["file"]
        count += 1
    assert count > 100
