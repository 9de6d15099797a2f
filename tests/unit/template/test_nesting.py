"""Whose names a nested template uses."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.template.nesting import evaluation_scope, has_own_scope


@pytest.mark.parametrize(
    ("options", "old", "new"),
    [
        (None, False, True),
        ({}, False, True),
        ({"scope": "inner"}, True, True),
        ({"scope": "Inner"}, True, True),
        ({"scope": "Outer"}, False, False),
        ({"scope": "notSpecified"}, False, True),
        ({"scope": 1}, False, True),
        ("[parameters('options')]", False, True),
    ],
)
def test_a_nested_template_has_a_scope_of_its_own_when_it_says_so_or_by_the_version(
    options: Any, old: bool, new: bool
) -> None:
    properties = {"expressionEvaluationOptions": options}
    assert has_own_scope(properties, {}) is old
    assert has_own_scope(properties, {"languageVersion": "1.0"}) is old
    assert has_own_scope(properties, {"languageVersion": "2.0"}) is new


def test_what_is_no_deployment_says_nothing() -> None:
    assert evaluation_scope(None) == evaluation_scope("x") == ""
