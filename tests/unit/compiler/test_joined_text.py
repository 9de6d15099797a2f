"""Expressions that were joined to other text are told; texts that only look like it are not."""

from __future__ import annotations

import pytest

from armlib.compiler.check import check
from armlib.compiler.rules.joined_text import inner_expression
from tests.unit.compiler.samples import SITE, deployment, linked, resource, template


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("pre[parameters('p')]", "[parameters('p')]"),
        ("[parameters('p')]-post", "[parameters('p')]"),
        ("/subscriptions/[subscription().subscriptionId]", "[subscription().subscriptionId]"),
        ("https://[reference('a').b['c']]/x", "[reference('a').b['c']]"),
        ("key=[listKeys('a', '2020-01-01').keys[0].value];", "[listKeys('a', '2020-01-01').keys[0].value]"),
        ("a[1] and [concat('x')]", "[concat('x')]"),
        ("[concat('x[parameters(''p'')]')]", None),
        ("[[parameters('p')]", None),
        ("write [[parameters('p')]", None),
        ("see [list](of) and [parameters(", None),
        ("array[0] of [things]", None),
        ("[listing('x')] y", None),
        ("the answer [format('x'", None),
        ("", None),
        ("x [concat('a]', variables('b')[0])] y", "[concat('a]', variables('b')[0])]"),
        ("x [concat('it''s [', 'b')] y [", "[concat('it''s [', 'b')]"),
    ],
)
def test_an_expression_inside_of_a_text_is_found(text: str, expression: str | None) -> None:
    assert inner_expression(text) == expression


def test_a_long_text_is_gone_through_once() -> None:
    assert inner_expression("x [concat(" + "'a]'," * 100_000) is None


def test_each_is_a_warning_at_its_place_in_modules_of_jsonnet_alone() -> None:
    inner = template(resource(SITE, "b", "/x/[parameters('p')]"), parameters={"p": {"type": "string"}})
    whole = template(
        resource(SITE, "a", "[parameters('p')]", "x[parameters('p')]"),
        deployment("n", inner, parameters={"p": "[parameters('p')]"}),
        parameters={"p": {"type": "string"}},
        outputs={"o": {"type": "string", "value": "[parameters('p')]!"}},
    )
    found = [each for each in check(linked(whole)) if each.code == "joined-expression"]
    assert {each.severity.value for each in found} == {"warning"}
    assert [each.path for each in found] == [
        ("resources", 0, "properties", "m1"),
        ("outputs", "o", "value"),
        ("resources", 1, "properties", "template", "resources", 0, "properties", "m0"),
    ]
    assert not [each for each in check(linked(whole, reduces=False)) if each.code == "joined-expression"]
