"""The published behaviour of Azure's template engine and of its re-implementations, one test a case.

The cases lie beside the checkout, in ``../shared/conformance/arm-functions``; another folder of the same form can be
named in ``ARMLIB_CONFORMANCE``. A case of the tiers ``engine``, ``docs`` and ``community`` must pass; one of a
re-implementation may be excused here, with the reason why Azure differs.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from armlib.deployment.context import Context, read_context
from armlib.deployment.expand import Expansion, expand
from armlib.deployment.template_hash import template_hash
from armlib.expressions.printer import print_expression
from armlib.expressions.simplify import is_known, reveal
from armlib.expressions.values import Unknown
from armlib.template.scope import ScopeKind

SHARED = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "arm-functions"
FOLDER = Path(os.environ.get("ARMLIB_CONFORMANCE", SHARED))
NOW = datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)

SCOPES = {
    "resourceGroup": ScopeKind.GROUP,
    "subscription": ScopeKind.SUBSCRIPTION,
    "managementGroup": ScopeKind.MANAGEMENT_GROUP,
    "tenant": ScopeKind.TENANT,
}

EXCUSED: dict[str, str] = {}
"""Cases of re-implementations that Azure decides otherwise, and why."""

DISPUTED = {
    "docs/comparison/equals": (
        "the page compares 'demo' with 'Demo' and prints True; its earlier versions compare 'a' with 'a'. The same "
        "documentation has operators of their own to compare without regard to case, and Bicep compiles those to "
        "equals(toLower(a), toLower(b))"
    )
}
"""Cases of the documentation that other evidence speaks against, and which."""


def cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.json")) if FOLDER.is_dir() else ():
        for case in json.loads(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=case["id"], marks=marks_of(case))


def marks_of(case: dict[str, Any]) -> list[pytest.MarkDecorator]:
    if case["id"] in DISPUTED:
        return [pytest.mark.xfail(reason=DISPUTED[case["id"]], strict=True)]
    if case["id"] in EXCUSED:
        assert case["tier"] == "reimplementation", "only a re-implementation may be wrong"
        return [pytest.mark.xfail(reason=EXCUSED[case["id"]], strict=True)]
    return []


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the conformance data is not at {FOLDER}")
@pytest.mark.parametrize("case", list(cases()))
def test_published_result(case: dict[str, Any]) -> None:
    try:
        check_case(case)
    except AssertionError:
        if case.get("suspect"):
            pytest.skip("the published value is suspect, and armlib gives another")
        raise


def check_case(case: dict[str, Any]) -> None:
    expected = case["expected"]
    if "templateHash" in expected:
        assert template_hash(case["template"]) == expected["templateHash"]
    if expected.keys() == {"templateHash"}:
        return  # the parameters of these templates are not published
    expansion = evaluated(case)
    if "error" in expected:
        fails_with(expansion, expected["error"]["contains"])
        return
    problems = [diagnostic.message for diagnostic in expansion.diagnostics if diagnostic.severity == "error"]
    assert not problems
    for name, output in expected.get("outputs", {}).items():
        check_output(expansion, name, output)
    if "resources" in expected:
        check_resources(expansion, expected["resources"])
    for symbol, resource in expected.get("resourcesBySymbol", {}).items():
        check_symbol(expansion, symbol, resource)
    for name, value in expected.get("asserts", {}).items():
        assert plain(expansion.asserts[name]) == value


def evaluated(case: dict[str, Any]) -> Expansion:
    """What the template comes to.

    The sources take the evaluated body of a resource for all there is to know of it, where armlib leaves open what the
    service adds; so a second run gives the bodies as the answers of ``reference``.
    """
    context = read_context(case.get("context") or {}, now=NOW)
    scope = context.scope(SCOPES[case["scope"]])

    def run(given: Context) -> Expansion:
        return expand(case["template"], case.get("parameters") or {}, given, scope=scope)

    expansion = run(context)
    if all(is_known(output.get("value")) for output in expansion.outputs.values()):
        return expansion
    bodies = {
        resource.id.casefold(): {"properties": plain(resource.body.get("properties"))}
        for resource in expansion.resources
        if isinstance(resource.id, str)
    }
    mocks = replace(context.mocks, reference={**bodies, **context.mocks.reference})
    return run(replace(context, mocks=mocks))


def fails_with(expansion: Expansion, part: str) -> None:
    problems = [diagnostic.message for diagnostic in expansion.diagnostics if diagnostic.severity == "error"]
    assert problems, f"no error; outputs: {shown(expansion.outputs)}"
    assert any(part.lower() in problem.lower() for problem in problems), problems


def check_output(expansion: Expansion, name: str, expected: dict[str, Any]) -> None:
    assert name in expansion.outputs
    output = expansion.outputs[name]
    assert str(output["type"]).lower().removeprefix("secure") == expected["type"].lower()
    value = plain(output.get("value"))
    if "pattern" in expected:
        assert re.fullmatch(expected["pattern"], value)
    elif "value" in expected:
        assert without_hash(value, expected["value"]) == expected["value"]


def without_hash(value: Any, expected: Any) -> Any:
    """The published hash of ``deployment()`` belongs to a text that is not published."""
    if isinstance(value, dict) and isinstance(expected, dict) and "templateHash" in (value.get("properties") or {}):
        published = (expected.get("properties") or {}).get("templateHash")
        properties = {key: item for key, item in value["properties"].items() if key != "templateHash"}
        if published is not None:
            properties["templateHash"] = published
        return {**value, "properties": properties}
    return value


def check_resources(expansion: Expansion, expected: list[dict[str, Any]]) -> None:
    made = [as_published(resource) for resource in expansion.resources]
    for wanted in expected:
        assert any(covers(resource, wanted) for resource in made), (wanted, made)
    assert len(made) == len(expected), made


def check_symbol(expansion: Expansion, symbol: str, expected: dict[str, Any]) -> None:
    found = [resource for resource in expansion.resources if resource.symbolic_name == symbol]
    symbols = {resource.id: resource.symbolic_name for resource in expansion.resources}
    for resource in found:
        published = as_published(resource)
        published["dependsOn"] = [symbols.get(id_, id_) for id_ in published["dependsOn"]]
        if covers(published, expected):
            return
    raise AssertionError(found)


def as_published(resource: Any) -> dict[str, Any]:
    """A resource in the form of the cases: body and identity in one object."""
    return {
        **{key: plain(value) for key, value in resource.body.items()},
        "id": plain(resource.id),
        "type": resource.type,
        "name": plain(resource.name),
        "apiVersion": plain(resource.api_version),
        "dependsOn": [plain(item) for item in resource.depends_on],
    }


def covers(value: Any, expected: Any) -> bool:
    """Whether *value* has all the members of *expected*; arrays must be equal."""
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(key in value and covers(value[key], expected[key]) for key in expected)
    return bool(value == expected)


def plain(value: Any) -> Any:
    """*value* without marks of secrets, and with unknown parts as expressions."""
    return shown(reveal(value))


def shown(value: Any) -> Any:
    if isinstance(value, Unknown):
        return print_expression(value.expression) if value.known is None else shown(value.known)
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value
