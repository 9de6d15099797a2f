from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.deployment.context import ContextError, read_context
from armlib.deployment.expand import evaluate_expression, expand
from armlib.deployment.scopes import ScopeError, parse_scope
from armlib.deployment.show import show, show_expansion
from armlib.deployment.template_hash import template_hash
from armlib.deployment.tree import as_tree
from armlib.template.scope import ScopeKind
from tests.unit.deployment.samples import (
    ACCOUNT,
    GROUP,
    SCHEMAS,
    ZERO,
    account,
    errors,
    expanded,
    nested,
    only_error,
    output,
    shown,
    symbolic,
    template,
    values,
)

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "arm-api" / "derived" / "template-hash" / "vectors.json"


# Scopes and contexts.


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/", ScopeKind.TENANT),
        ("/subscriptions/s", ScopeKind.SUBSCRIPTION),
        ("/SUBSCRIPTIONS/s/resourcegroups/g/", ScopeKind.GROUP),
        ("/providers/Microsoft.Management/managementGroups/m", ScopeKind.MANAGEMENT_GROUP),
        ("Microsoft.Management/managementGroups/m", ScopeKind.MANAGEMENT_GROUP),
    ],
)
def test_scopes_are_read_in_any_case(text: str, kind: ScopeKind) -> None:
    assert parse_scope(text).kind is kind


@pytest.mark.parametrize("text", ["", "x", "/subscriptions", "/subscriptions/s/resourceGroups", "/subscriptions/s/x/y"])
def test_a_text_that_is_no_scope_is_an_error(text: str) -> None:
    with pytest.raises(ScopeError):
        parse_scope(text)


def test_the_context_says_where_and_who() -> None:
    context = {
        "subscriptionId": "s",
        "tenantId": "t",
        "resourceGroup": {"name": "g", "location": "l", "tags": {"a": "b"}},
        "deploymentName": "d",
        "deployer": {"objectId": "o"},
        "templateLink": {"uri": "https://example.com/a.json"},
        "utcNow": "2024-02-29T12:34:56Z",
    }
    text = template(
        parameters={"now": {"type": "string", "defaultValue": "[utcNow()]"}},
        outputs={
            "group": output("[resourceGroup().id]"),
            "location": output("[resourceGroup().location]"),
            "tag": output("[resourceGroup().tags.a]"),
            "tenant": output("[subscription().tenantId]"),
            "name": output("[deployment().name]"),
            "link": output("[deployment().properties.templateLink.uri]"),
            "deployer": output("[deployer().objectId]"),
            "now": output("[parameters('now')]"),
        },
    )
    assert values(shown(text, context=context)) == {
        "group": "/subscriptions/s/resourceGroups/g",
        "location": "l",
        "tag": "b",
        "tenant": "t",
        "name": "d",
        "link": "https://example.com/a.json",
        "deployer": "o",
        "now": "20240229T123456Z",
    }


def test_what_the_context_does_not_say_is_a_group_of_zeros() -> None:
    assert values(shown(template(outputs={"o": output("[resourceGroup().id]")}))) == {"o": GROUP}


def test_what_is_not_known_of_a_scope_is_left() -> None:
    text = template(
        outputs={"o": output("[subscription().displayName]"), "l": output("[deployment().properties.templateLink.uri]")}
    )
    assert values(shown(text)) == {
        "o": "[subscription().displayName]",
        "l": "[deployment().properties.templateLink.uri]",
    }


@pytest.mark.parametrize(
    ("context", "part"),
    [
        ([], "the context is not an object"),
        ({"subscriptionID": "s"}, "no member 'subscriptionID'"),
        ({"mocks": {"references": {}}}, "no member 'references'"),
        ({"tenantId": 1}, "tenantId of the context is not a text"),
        ({"resourceGroup": "g"}, "resourceGroup of the context is not an object"),
        ({"mocks": {"providers": {}}}, "mocks.providers"),
        ({"utcNow": "yesterday"}, "no ISO 8601 time"),
    ],
)
def test_a_wrong_context_is_told(context: Any, part: str) -> None:
    with pytest.raises(ContextError, match=part):
        read_context(context)


def test_a_scope_of_another_kind_than_the_schema_is_a_warning() -> None:
    found = expanded(template("subscription"), scope=parse_scope(f"/subscriptions/{ZERO}/resourceGroups/g"))
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["scope-mismatch"]


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("subscription", "[resourceGroup().name]"),
        ("managementGroup", "[subscription().id]"),
        ("tenant", "[managementGroup().id]"),
    ],
)
def test_a_scope_function_at_another_scope_is_an_error(kind: str, expression: str) -> None:
    assert "is not expected at this location" in only_error(template(kind, outputs={"o": output(expression)})).message


def test_the_same_template_gives_the_same_guids() -> None:
    text = template(
        parameters={name: {"type": "string", "defaultValue": "[newGuid()]"} for name in "ab"},
        outputs={name: output(f"[parameters('{name}')]") for name in "ab"},
    )
    first, second = values(shown(text)), values(shown(text))
    assert first == second
    assert first["a"] != first["b"]


def test_the_clock_is_read_only_when_it_is_given() -> None:
    text = template(
        parameters={"now": {"type": "string", "defaultValue": "[utcNow('yyyy')]"}},
        outputs={"o": output("[parameters('now')]")},
    )
    assert values(shown(text)) == {"o": "[utcNow('yyyy')]"}
    found = expand(text, {}, read_context({}, now=datetime(2031, 1, 1, tzinfo=UTC)))
    assert show(found.outputs["o"]["value"]) == "2031"


# One expression.


@pytest.mark.parametrize(
    "text", ["[concat(variables('v'), parameters('p'))]", " concat(variables('v'), parameters('p')) "]
)
def test_one_expression_is_evaluated_in_the_template(text: str) -> None:
    where = template(parameters={"p": {"type": "string"}}, variables={"v": "a"}, resources=[account("x")])
    assert evaluate_expression(text, where, {"p": "b"}) == ("ab", ())


def test_one_expression_may_read_resources_and_fails_with_its_place() -> None:
    where = template(resources=[account("x", properties={"a": 1})])
    assert evaluate_expression("reference('x').a", where)[0] == 1
    value, (found,) = evaluate_expression("[add(1, 'x')]", where)
    assert value is None
    assert found.excerpt is not None
    assert found.excerpt.text == "[add(1, 'x')]"


# The hash.


@pytest.mark.skipif(not VECTORS.is_file(), reason=f"the vectors are not at {VECTORS}")
def test_template_hashes_are_those_of_the_service() -> None:
    for vector in json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]:
        assert template_hash(vector["template"]) == vector["templateHash"], vector["name"]


def test_the_hash_ignores_the_order_of_members_and_the_generators_own() -> None:
    one = template(parameters={"p": {"type": "string", "defaultValue": "x"}})
    other = {name: one[name] for name in reversed(one)}
    assert template_hash(one) == template_hash(other)
    generator: dict[str, Any] = {"name": "bicep", "version": "1"}
    hashed = {**one, "metadata": {"_generator": {**generator, "templateHash": "1"}}}
    assert template_hash(hashed) == template_hash({**one, "metadata": {"_generator": generator}})


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=30) | st.integers(-(2**63), 2**63 - 1), max_size=5))
def test_any_template_has_a_hash(variables: dict[str, Any]) -> None:
    assert 0 <= int(template_hash(template(variables=variables))) < 2**64


# As text.


def test_the_tree_shows_resources_by_scope_in_order_and_the_outputs() -> None:
    inner = template(resources=[account("in")])
    text = symbolic(
        parameters={"pw": {"type": "securestring"}},
        resources={
            "b": account("b", location="eastus", dependsOn=["a"]),
            "a": account("a"),
            "n": nested("n", inner, resourceGroup="g"),
        },
        outputs={"o": output("[parameters('pw')]")},
    )
    assert as_tree(expanded(text, {"pw": "hunter2"})) == (
        f"{GROUP}\n"
        "├── Microsoft.Storage/storageAccounts a as a (2022-09-01)\n"
        "└── Microsoft.Storage/storageAccounts b as b (2022-09-01)\n"
        "      location eastus\n"
        "      after Microsoft.Storage/storageAccounts/a\n"
        f"/subscriptions/{ZERO}/resourceGroups/g\n"
        "├── Microsoft.Resources/deployments n as n (2022-09-01)\n"
        "└── Microsoft.Storage/storageAccounts in (2022-09-01)\n"
        "outputs\n"
        "└── o (String) = ***\n"
        f"template hash {template_hash(text)}\n"
    )


def test_the_tree_of_nothing_says_so() -> None:
    assert as_tree(expanded(template())).startswith("nothing is deployed\n")


# Bad input.


def loop(count: Any) -> dict[str, Any]:
    return template(resources=[account("[concat('a', copyIndex())]", copy={"name": "l", "count": count})])


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return template(variables={"v": value})


def doubling(count: int) -> dict[str, Any]:
    names = {f"v{n}": [f"[variables('v{n + 1}')]"] * 2 for n in range(count)}
    return template(variables={**names, f"v{count}": "x"})


def bomb(levels: int) -> dict[str, Any]:
    inner = loop(800)
    for level in range(levels):
        inner = template(
            resources=[nested(f"[concat('n{level}', copyIndex())]", inner, copy={"name": "l", "count": 800})]
        )
    return inner


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (loop(10**9), "copy-count"),
        (doubling(60), "expression-limit"),
        (bomb(2), "template-limit"),
        (template(variables={"v": "x" * (5 << 20)}), "template-limit"),
        (template(outputs={"o": output("[range(0, 2147483647)]", "array")}), "expression-evaluation"),
        (template(outputs={"o": output("[" + "string(" * 3000 + "1" + ")" * 3000 + "]")}), "expression-too-deep"),
        (template(variables={f"v{n}": "" for n in range(5000)}), "template-limit"),
        (template(outputs={f"o{n}": output("") for n in range(65)}), "template-limit"),
    ],
)
def test_a_bomb_is_refused(text: dict[str, Any], code: str) -> None:
    found = errors(expanded(text))
    assert {found_code for found_code, _ in found} == {code}


def test_deep_values_are_evaluated_or_refused() -> None:
    assert expanded(deep(200)).succeeded
    expansion = expanded(deep(900))
    assert expansion.succeeded or {code for code, _ in errors(expansion)} <= {"expression-limit", "template-limit"}


TOP = ("$schema", "languageVersion", "parameters", "variables", "functions", "resources", "outputs", "asserts")
RESOURCE = (
    "apiVersion",
    "copy",
    "condition",
    "scope",
    "properties",
    "resources",
    "dependsOn",
    "existing",
    "subscriptionId",
)
DEEPER = ("name", "type", "count", "input", "template", "value", "defaultValue", "$ref", "items", "mode", "members")
TEXTS = ("[", "[x]", "[variables('a')]", "[parameters('a')]", "[reference('a').b]", "[[a]", "#/definitions/a", "A.B/c")

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(TEXTS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*TOP, *RESOURCE, *DEEPER)), inner, max_size=4)
    ),
    max_leaves=12,
)
_TYPES = st.sampled_from(["A.B/c", "Microsoft.Resources/deployments", "A.B/c/d", "x"])


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*TOP, "definitions", "apiProfile"), _JSON)))
def test_whatever_is_in_a_template_ends_in_diagnostics(text: dict[str, Any]) -> None:
    show_expansion(expand(text))


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({"type": _TYPES, "name": _JSON}, optional=dict.fromkeys(RESOURCE, _JSON)))
def test_whatever_is_in_a_resource_ends_in_diagnostics(declared: dict[str, Any]) -> None:
    show_expansion(expand({"$schema": SCHEMAS["group"], "resources": [declared, account("b", dependsOn=["a"])]}))
    show_expansion(expand({"languageVersion": "2.0", "resources": {"a": declared, "b": account("b", dependsOn=["a"])}}))


def test_ids_of_the_shown_resources_are_whole() -> None:
    assert shown(template(resources=[account("a")]))["resources"][0]["id"] == ACCOUNT + "a"
