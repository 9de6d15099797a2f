"""The rules, beyond what the golden cases show."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.compiler.check import check
from armlib.diagnostics import Severity, error
from armlib.template.scope import ScopeKind
from tests.unit.compiler.samples import SITE, VNET, deployment, linked, resource, template


def found(whole: Any, kind: ScopeKind = ScopeKind.GROUP, **options: Any) -> list[tuple[str, Any]]:
    return [(each.code, each.path) for each in check(linked(whole, kind), **options)]


def test_a_template_that_is_right_has_nothing_told() -> None:
    whole = template(
        resource(
            SITE,
            "[parameters('n')]",
            "[[text]",
            "[contoso.f(1)]",
            tags="[parameters('t')]",
            zones=["1"],
            condition="[not(false())]",
        ),
        resource(f"{SITE}/config", "[concat(parameters('n'), '/web')]"),
        parameters={"n": {"type": "String"}, "t": {"type": "OBJECT", "defaultValue": {"id": "[newGuid()]"}}},
        functions=[
            {
                "namespace": "contoso",
                "members": {
                    "f": {
                        "parameters": [{"name": "x", "type": "int"}],
                        "output": {"type": "int", "value": "[parameters('X')]"},
                    }
                },
            }
        ],
        outputs={
            "o": {"type": "Int", "value": 1},
            "l": {"type": "array", "copy": {"count": 1, "input": "[copyIndex()]"}},
        },
    )
    assert found(whole) == []


@pytest.mark.parametrize(
    ("members", "code", "path"),
    [
        ({"properties": 1}, "wrong-type", ("properties",)),
        ({"properties": "[parameters('x')]"}, "unknown-parameter", ("properties",)),
        ({"tags": []}, "wrong-type", ("tags",)),
        ({"copy": {"name": "l"}}, "missing-member", ("copy",)),
        ({"dependsOn": [{}]}, "wrong-type", ("dependsOn", 0)),
        ({"dependsOn": ["[parameters('x')]"]}, "unknown-parameter", ("dependsOn", 0)),
        ({"sku": {"name": "[concat()]"}}, "argument-count", ("sku", "name")),
        ({"apiVersion": None}, "missing-member", ()),
        ({"name": ""}, "missing-member", ()),
        ({"type": 3}, "wrong-type", ("type",)),
        ({"type": "Sites"}, "resource-type", ("type",)),
        ({"name": "a/b"}, "name-segments", ("name",)),
        (
            {"properties": {"a": ["x", {"b": "[" + "a" * 25_000 + "()]"}]}},
            "expression-too-long",
            ("properties", "a", 1, "b"),
        ),
    ],
)
def test_what_is_wrong_with_a_resource_is_told_where_it_is(members: Any, code: str, path: Any) -> None:
    assert (code, ("resources", 0, *path)) in found(template(resource(SITE, "w", **members)))


def test_each_problem_is_told_once_however_often_a_text_stands_there() -> None:
    whole = template(*(resource(SITE, f"w{number}", "[parameters('x')]") for number in range(5)))
    assert [code for code, _ in found(whole)] == ["unknown-parameter"]


def test_duplicates_are_told_with_what_may_exclude_them_in_mind() -> None:
    def severities(*members: Any) -> list[Severity]:
        return [each.severity for each in check(linked(template(*(resource(SITE, "w", **one) for one in members))))]

    assert severities({}, {}) == [Severity.ERROR]
    on, off = {"condition": "[equals(1, 1)]"}, {"condition": "[equals(1, 2)]"}
    assert severities(on, off) == []
    assert severities(on, on) == [Severity.WARNING]
    assert severities(on, {}) == [Severity.WARNING]
    same = template(resource(VNET, "v"), resource("MICROSOFT.network/VirtualNetworks", "[concat('V', '')]"))
    assert [code for code, _ in found(same)] == ["duplicate-resource"]
    apart = template(resource("A.B/c", "x", scope="[resourceId('A.B/c', 'y')]"), resource("A.B/c", "x"))
    assert found(apart) == []


def test_limits_are_told_and_can_be_left_out() -> None:
    large = {"text": "x" * (1024 * 1024)}
    whole = template(*(resource(SITE, f"w{number}", properties=large) for number in range(5)))
    codes = [(code, path) for code, path in found(whole)]
    assert codes == [("limit", ()), *(("limit", ("resources", number)) for number in range(5))]
    assert found(whole, limits=False) == []
    many = template(*(resource(SITE, f"w{number}") for number in range(801)))
    assert found(many) == [("limit", ("resources",))]
    nested = template(deployment("d" * 65, many))
    place = ("resources", 0, "properties", "template", "resources")
    assert found(nested) == [("limit", ("resources", 0, "name")), ("limit", place)]
    counted = template(resource(SITE, "a", copy={"name": "l", "count": 800}), resource(SITE, "b"))
    assert found(counted) == [("limit", ("resources",))]


@pytest.mark.parametrize("size", [256, 257])
def test_256_parameters_and_variables_are_taken(size: int) -> None:
    names = [f"n{number}" for number in range(size)]
    whole = template(parameters={name: {"type": "int"} for name in names}, variables=dict.fromkeys(names, 1))
    assert len(found(whole)) == (0 if size == 256 else 2)


def test_functions_are_told_where_they_do_not_belong() -> None:
    whole = template(
        parameters={"p": {"type": "string", "defaultValue": "[listKeys('x', 'y').k]"}},
        variables={"v": "[reference('x')]"},
        outputs={"o": {"type": "object", "value": "[reference('x')]"}},
    )
    assert found(whole) == [
        ("function-not-allowed", ("parameters", "p", "defaultValue")),
        ("function-not-allowed", ("variables", "v")),
    ]


def test_the_group_of_a_nested_deployment_can_be_asked_for() -> None:
    inner = template(resource(SITE, "w", "[resourceGroup().location]", "'[resourceGroup()] in a text'"))
    whole = template(deployment("d", inner, resourceGroup="g", location="l"))
    assert [code for code, _ in found(whole, ScopeKind.SUBSCRIPTION)] == ["joined-expression"]  # and no group is missed
    wrong = template(resource("A.B/c", "x", "[concat('resourceGroup()', resourceGroup().name)]"))
    assert found(wrong, ScopeKind.SUBSCRIPTION) == [("wrong-scope", ("resources", 0, "properties", "m0"))]
    assert found(template(resource("A.B/c", "x", "[concat('resourceGroup()')]")), ScopeKind.TENANT) == []


def test_an_outer_template_uses_the_names_around_it() -> None:
    inner = template(resource(SITE, "w", "[variables('around')]"), variables={"inside": 1})
    assert found(template(deployment("d", inner, scope="outer"), variables={"around": "x"})) == []
    inner = template(resource(SITE, "w", "[variables('inside')]"), variables={"inside": "x"})
    assert [code for code, _ in found(template(deployment("d", inner, scope="outer")))] == ["unknown-variable"]
    assert found(template(deployment("d", inner))) == []


def test_rules_of_others_are_run_too() -> None:
    assert found(template(), rules=[lambda linked: [error("mine", "x")]]) == [("mine", ())]
