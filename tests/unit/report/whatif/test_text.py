"""A what-if as text: to the letter what the Azure CLI prints, and what armlib has to add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from armlib.deployment.whatif.changes import what_if
from armlib.report.whatif.text import as_text, render_result, split_scope
from tests.unit.deployment.whatif.samples import GROUP, NETWORKS, State, resource, unknown

PRINTED = Path(__file__).parents[5] / "shared" / "arm-api" / "derived" / "what-if-print"
SAMPLES = sorted(path.stem for path in PRINTED.glob("*.json"))


@pytest.mark.skipif(not SAMPLES, reason="what the Azure CLI printed is not beside the checkout")
@pytest.mark.parametrize("colour", [False, True], ids=["plain", "color"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_azure_cli_prints_the_same(name: str, colour: bool) -> None:
    result = json.loads((PRINTED / f"{name}.json").read_text(encoding="utf-8"))
    printed = (PRINTED / f"{name}.{'color' if colour else 'plain'}.txt").read_text(encoding="utf-8")
    assert render_result(result, colour=colour, notice=True) == printed


def change(kind: str, name: str = "st", **members: Any) -> dict[str, Any]:
    return {"resourceId": f"{GROUP}/providers/Contoso.Shop/shops/{name}", "changeType": kind, **members}


def rendered(*changes: dict[str, Any], **members: Any) -> str:
    return render_result({"status": "Succeeded", "properties": {"changes": list(changes), **members}})


def test_the_whole_text_of_a_creation() -> None:
    after = {"name": "st", "properties": {"rules": [{"name": "a", "in": {"b": 1, "c": [True, None]}}, [2.5]], "x": {}}}
    assert rendered(change("Create", after=after)) == (
        "Resource and property changes are indicated with this symbol:\n"
        "  + Create\n"
        "\n"
        "The deployment will update the following scope:\n"
        "\n"
        f"Scope: {GROUP}\n"
        "\n"
        "  + Contoso.Shop/shops/st\n"
        "\n"
        '      name:         "st"\n'
        "      properties.rules: [\n"
        "        0:\n"
        "\n"
        '          name: "a"\n'
        "          in.b: 1\n"
        "          in.c: [\n"
        "            0: true\n"
        "            1: null\n"
        "          ]\n"
        "\n"
        "        1: [\n"
        "          0: 2.5\n"
        "        ]\n"
        "      ]\n"
        "      properties.x: {}\n"
        "\n"
        "Resource changes: 1 to create."
    )


def test_changes_of_several_shapes() -> None:
    delta = [
        {"path": "a", "propertyChangeType": "Modify", "before": "b", "after": {"c": 1}},
        {"path": "list", "propertyChangeType": "Create", "after": ["x"]},
        {"path": "nested", "propertyChangeType": "Array", "children": [
            {"path": "0", "propertyChangeType": "Array", "children": [
                {"path": "10", "propertyChangeType": "Create", "after": 1},
                {"path": "9", "propertyChangeType": "Delete", "before": 2},
            ]},
        ]},
    ]  # fmt: skip
    text = rendered(change("Modify", delta=delta))
    assert text[text.index("  ~ Contoso") : text.index("\n\nResource changes")] == (
        "  ~ Contoso.Shop/shops/st\n"
        "    + list: [\n"
        '        0: "x"\n'
        "      ]\n"
        '    ~ a: "b"\n'
        "      =>\n"
        "\n"
        "        c: 1\n"
        "\n"
        "    ~ nested: [\n"
        "      ~ 0: [\n"
        "        - 9:  2\n"
        "        + 10: 1\n"
        "        ]\n"
        "      ]"
    )


def test_a_diagnostic_stands_alone() -> None:
    note = {"level": "Error", "code": "C", "target": "t", "message": "m"}
    assert rendered(diagnostics=[note]) == "\nResource changes: no change.\n\nDiagnostics (1): \nt (C) m\n"


def test_what_comes_from_outside_cannot_drive_the_terminal() -> None:
    evil = "a\x1b[2Jb\n  - c"
    body = {"name": evil, evil: evil}
    delta = [{"path": evil, "propertyChangeType": "Modify", "before": evil, "after": [evil]}]
    notes = [{"level": "Warning", "code": evil, "target": evil, "message": evil}]
    text = rendered(
        change("Create", evil, after=body),
        change("Modify", evil, delta=delta),
        change("Unsupported", unsupportedReason=evil),
        diagnostics=notes,
    )
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("id_", "scope", "rest"),
    [
        (f"{GROUP}/providers/A.B/c/d", GROUP, "A.B/c/d"),
        (f"{GROUP}/providers/A.B/c/d/providers/E.F/g/h", GROUP, "A.B/c/d/providers/E.F/g/h"),
        ("/SUBSCRIPTIONS/ABC/resourceGroups/rg", "/subscriptions/abc", "resourceGroups/rg"),
        ("/subscriptions/abc/providers/A.B/c/d", "/subscriptions/abc", "A.B/c/d"),
        (
            "/providers/Microsoft.Management/managementGroups/m/providers/A.B/c/d",
            "/providers/Microsoft.Management/managementGroups/m",
            "A.B/c/d",
        ),
        ("/providers/A.B/c/d", "/", "A.B/c/d"),
        ("[concat('a')]", "(known only to the deployment)", "[concat('a')]"),
    ],
)
def test_ids_are_split_into_scope_and_rest(id_: str, scope: str, rest: str) -> None:
    assert split_scope(id_) == (scope, rest)


# What armlib adds


def test_risks_and_drift_stand_at_the_end_the_gravest_first() -> None:
    sent: dict[str, Any] = {"location": "westeurope", "tags": {"a": "1"}, "properties": {"subnets": [{"name": "a"}]}}
    there = {**sent, "tags": {"a": "2"}, "properties": {"subnets": [{"name": "a"}, {"name": "b"}]}}
    state = State()
    state.put(resource(NETWORKS, "v", **sent), there)
    found = what_if([resource(NETWORKS, "v", **{**sent, "location": "eastus"})], state, scope=GROUP)
    text = as_text(found)
    assert text[text.index("\nRisks") :] == (
        "\n"
        "Risks (2):\n"
        f"  replace  {NETWORKS}/v location: a resource cannot be moved to another region\n"
        f"  list  {NETWORKS}/v properties.subnets: the template's list replaces the whole: "
        "an element that the template does not list goes\n"
        "\n"
        "Changed beside the template since it was deployed (1):\n"
        f"  {NETWORKS}/v: tags.a, properties.subnets[1]\n"
    )
    assert "Risks" not in as_text(found, risks=False)
    assert as_text(found, notice=True).startswith("Note: ")


def test_no_change_is_one_line() -> None:
    assert as_text(what_if([], State(), scope=GROUP)) == "Resource changes: no change.\n"


def test_what_was_left_out_is_explained() -> None:
    state = State(keeps_sent=False)
    state.put(resource(), {"location": "West Europe", "properties": {"a": 1, "long": "x" * 100}})
    found = what_if([resource(location="westeurope", properties={"b": [unknown()], "a": None})], state, scope=GROUP)
    text = as_text(found, explain=True)
    assert text[text.index("\nDifferences") :] == (
        "\n"
        "Differences that are no changes (3):\n"
        "\n"
        "  Microsoft.Storage/storageAccounts/st\n"
        '    location: "West Europe" => "westeurope" (the service writes the same in another way)\n'
        "    properties.a: 1 (a default of the service: the template does not mention it)\n"
        f'    properties.long: "{"x" * 58}… (a default of the service: the template does not mention it)\n'
    )
