"""The normal form: expressions with the same one mean the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.compiler.identity import Bindings, atom, group_id, is_known, parent_id, scope_ids
from armlib.expressions.environment import Environment, Names, Scope
from armlib.expressions.evaluate import evaluate
from armlib.expressions.printer import print_expression
from armlib.expressions.syntax import Call, Literal, Node
from armlib.template.scope import ScopeKind

NET = "Microsoft.Network/virtualNetworks"


def bindings(kind: ScopeKind = ScopeKind.GROUP, **variables: Any) -> Bindings:
    return Bindings(scope_ids(kind), variables)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[concat('a', 'b')]", "ab"),
        ("[format('{0}-{1}', 'A', 2)]", "a-2"),
        ("[format('{{{0}}}', 'a')]", "{a}"),
        ("[toLower(string('A'))]", "a"),
        ("[[A]", "[[a]"),
        ("[parameters('P')]", "[PARAMETERS('p')]"),
        ("[concat(parameters('p'), '')]", "[parameters('p')]"),
        ("[variables('x')]", "x-value"),
        ("[variables('O').y.Z[1]]", "second"),
        ("[variables('o')['y'].z[0]]", "[parameters('p')]"),
        ("[last(split('a/b', '/'))]", "b"),
        ("[split(concat(parameters('p'), '/b'), '/')[0]]", "[parameters('p')]"),
        ("[copyIndex('loop')]", "[copyIndex()]"),
        ("[copyIndex('loop', 1)]", "[copyindex(1)]"),
        ("[uniqueString( resourceGroup().id )]", "[UNIQUESTRING(resourcegroup().id)]"),
        (f"[resourceId('{NET}', 'v')]", f"[resourceId(resourceGroup().name, '{NET}', 'V')]"),
        (f"[resourceId('{NET}/', 'v')]", f"[resourceId('{NET}', 'v')]"),
        (f"[resourceId('{NET}/subnets', 'v', 's')]", f"[concat(resourceId('{NET}', 'v'), '/subnets/s')]"),
        (f"[extensionResourceId(resourceGroup().id, '{NET}', 'v')]", f"[resourceId('{NET}', 'v')]"),
        (
            "[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'g')]",
            "[concat(subscription().id, '/resourceGroups/g')]",
        ),
        ("[managementGroupResourceId('A.B/c', 'x')]", "[extensionResourceId(managementGroup().id, 'A.B/c', 'x')]"),
    ],
)
def test_different_spellings_have_one_normal_form(one: str, other: str) -> None:
    names = bindings(x="x-value", o={"y": {"z": ["[parameters('p')]", "second"]}})
    assert names.text(one) == names.text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[parameters('p')]", "[variables('p')]"),
        ("[parameters('p')]", "parameters('p')"),
        ("[concat(parameters('p'), 'a')]", "[concat('a', parameters('p'))]"),
        ("[copyIndex()]", "[copyIndex(1)]"),
        (f"[resourceId('g', '{NET}', 'v')]", f"[resourceId('{NET}', 'v')]"),
        ("[format('{0:N0}', 1)]", "1"),
    ],
)
def test_what_may_differ_has_another_normal_form(one: str, other: str) -> None:
    assert bindings().text(one) != bindings().text(other)


def test_the_scope_decides_what_resource_id_gives() -> None:
    text = "[resourceId('A.B/c', 'x')]"
    assert (
        bindings(ScopeKind.TENANT).text(text) == bindings(ScopeKind.MANAGEMENT_GROUP).text(text) == "/providers/a.b/c/x"
    )
    assert bindings(ScopeKind.SUBSCRIPTION).text(text) == bindings().text("[subscriptionResourceId('A.B/c', 'x')]")
    parts = (bindings().text(f"[{each}]") for each in ("subscription().subscriptionId", "resourceGroup().name"))
    assert bindings().text(text).startswith(group_id(*parts))


def test_variables_that_lead_to_themselves_end() -> None:
    names = bindings(a="[variables('b')]", b="[concat('x', variables('a'))]")
    assert not is_known(names.text("[variables('a')]"))
    assert names.mentions("[variables('a')]") == ()


def test_variables_that_double_at_each_step_cost_nothing() -> None:
    doubled: Any = {
        f"v{number}": f"[concat(variables('v{number - 1}'), variables('v{number - 1}'))]" for number in range(1, 60)
    }
    names = bindings(v0="[resourceId('A.B/c', 'x')]", **doubled)
    assert not is_known(names.text("[variables('v59')]"))
    assert len(names.mentions("[variables('v59')]")) <= 1
    lists: Any = {f"v{number}": [f"[variables('v{number - 1}')]"] * 2 for number in range(1, 30)}
    assert len(bindings(v0="[resourceId('A.B/c', 'x')]", **lists).mentions("[variables('v29')]")) == 1


def test_parents_are_found_up_to_the_scope() -> None:
    id_ = bindings().text(f"[resourceId('{NET}/subnets', 'a', parameters('x/y'))]")
    assert parent_id(id_) == bindings().text(f"[resourceId('{NET}', 'a')]")
    assert parent_id(parent_id(id_)) == bindings().text("[resourceGroup().id]")
    assert parent_id("/providers/a.b/c/x") == ""


PARAMETERS = {"p": "Value", "q": "a/B"}
TEXTS: st.SearchStrategy[Node] = st.recursive(
    st.builds(Literal, st.text("aB/-'", max_size=4))
    | st.sampled_from(sorted(PARAMETERS)).map(lambda name: Call("parameters", (Literal(name),))),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Call("concat", tuple(parts)))
        | st.tuples(inner, inner).map(lambda parts: Call("format", (Literal("{1}-{0}{{"), *parts)))
        | inner.map(lambda part: Call("toUpper", (part,)))
    ),
    max_leaves=8,
)


@given(TEXTS)
def test_the_normal_form_is_what_the_expression_evaluates_to(tree: Node) -> None:
    text = print_expression(tree)
    normal = bindings().text(text)
    for name, value in PARAMETERS.items():
        normal = normal.replace(atom(f"parameters({name})"), value.lower())
    assert normal == str(evaluate(text, Environment(template=Names(PARAMETERS), scope=Scope()))).lower()
