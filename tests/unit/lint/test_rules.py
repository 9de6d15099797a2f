"""Every rule on its own examples, and what all of them have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.azuretypes.install import install
from armlib.config import Types as TypeSettings
from armlib.diagnostics import Severity
from armlib.lint.reading import template_subject
from armlib.lint.registry import NAMES, RULES, SUPPRESSION
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import (
    FormSubject,
    NoTypes,
    ParametersSubject,
    SourceSubject,
    Surroundings,
    Types,
)
from armlib.lint.types import types_of
from armlib.template.jsonc import parse_json

PUBLISHED = Path(__file__).parents[4] / "shared" / "azure-types"
TYPED = {"unknown-type", "unknown-property", "readonly-write", "required-missing", "enum-value", "wrong-value"}
ISSUE = [
    "secret-param-secure",
    "secure-default",
    "output-secret",
    "secure-sink",
    "secure-in-nested",
    "secure-in-params-file",
    "command-secret",
    "admin-literal",
    "location-param",
    "env-url",
    "api-recent",
    "module-recent",
    "unknown-type",
    "unknown-property",
    "readonly-write",
    "required-missing",
    "enum-value",
    "unused",
    "redundant-depends",
    "depends-if",
    "id-by-function",
    "parent-link",
    "ambiguous-id",
    "stable-id",
    "limits",
    "nested-name",
    "debug-setting",
    "hardcoded-output",
    "blank-values",
    "description",
    "module-shape",
    "naming",
    "tags",
    "vm-image-stable",
    "https-only",
    "public-access",
    "ftps-debug-cors",
    "local-auth",
    "vault-protect",
    "tde-audit",
    "aks-rbac",
    "overwrite-risk",
]
OWN = [rule for rule in RULES.values() if rule is not SUPPRESSION]


@pytest.fixture(scope="module")
def storage_types(tmp_path_factory: pytest.TempPathFactory) -> Types:
    """The definitions of storage accounts."""
    if not PUBLISHED.exists():
        pytest.skip("the published definitions are not beside the checkout")
    path = tmp_path_factory.mktemp("types") / "types.sqlite3"
    return types_of(TypeSettings(store=install(str(PUBLISHED), ["Microsoft.Storage"], path=path).path))


def findings(rule: Rule, text: str, types: Types | None = None) -> list[Finding]:
    """Return what *rule* finds in *text*, a file of its stage."""
    around = Surroundings(types=types or NoTypes())
    subject: Any
    if rule.stage is Stage.SOURCE:
        subject = SourceSubject(text=text, file="main.jsonnet", around=around)
        return list(rule.check(subject))
    value = parse_json(text, "file.json")
    assert isinstance(value, dict)
    if rule.stage is Stage.PARAMETERS:
        subject = ParametersSubject(value, around=around)
    elif rule.stage is Stage.FORM:
        subject = FormSubject(value, {"parameters": {"a": {"type": "string"}}}, around)
    else:
        subject = template_subject(value, around)
    return list(rule.check(subject))


@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.code)
def test_the_bad_example_is_found_and_the_good_one_is_not(rule: Rule, request: pytest.FixtureRequest) -> None:
    types = request.getfixturevalue("storage_types") if rule.code in TYPED else None
    assert findings(rule, rule.bad, types)
    assert not findings(rule, rule.good, types)


@pytest.mark.parametrize("rule", [RULES[code] for code in sorted(TYPED)], ids=lambda rule: rule.code)
def test_nothing_is_said_of_types_that_are_not_installed(rule: Rule) -> None:
    assert not findings(rule, rule.bad)


def test_the_rules_are_those_that_were_asked_for_and_more() -> None:
    assert len(ISSUE) == 42
    assert set(ISSUE) <= set(RULES)


def test_there_is_one_file_a_rule() -> None:
    files = {path.stem for path in (Path(__file__).parents[3] / "armlib" / "lint" / "rules").glob("*.py")} - {
        "__init__"
    }
    assert files == set(NAMES)
    assert {name.replace("_", "-") for name in NAMES} == set(RULES) - {SUPPRESSION.code}


@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.code)
def test_a_rule_says_what_a_reader_needs(rule: Rule) -> None:
    assert not rule.summary.endswith(".")
    assert rule.why.endswith(".")
    assert "\n" not in rule.summary
    assert max(map(len, [*rule.bad.splitlines(), *rule.good.splitlines()])) <= 160


@pytest.mark.parametrize("value", [{}, {"resources": 3}, {"resources": [None, 1, {"type": 3, "name": []}]}])
@pytest.mark.parametrize("rule", [r for r in OWN if r.stage in (Stage.TEMPLATE, Stage.RESOURCES)], ids=lambda r: r.code)
def test_a_malformed_template_breaks_no_rule(rule: Rule, value: Any) -> None:
    for finding in rule.check(template_subject(value)):
        assert finding.message


MALFORMED: tuple[Any, ...] = (
    None,
    1,
    "x",
    "[",
    [],
    {},
    [[]],
    {"a": None},
    True,
    "[parameters('none')]",
    "[variables('v')]",
)


def variations() -> Iterator[Any]:
    """Yield templates in which each member in turn has a value that it cannot have."""
    types = sorted({word for rule in OWN for word in rule.bad.split('"') if word.startswith("Microsoft.")})
    for type_ in types:
        for value in MALFORMED:
            body = {"type": type_, "name": "a/b", "apiVersion": value, "properties": value, "dependsOn": value}
            yield {
                "variables": {"v": "[variables('v')]"},
                "resources": [body, {**body, "resources": value, "tags": value}],
            }
    for section in ("parameters", "variables", "outputs", "functions", "metadata", "$schema", "contentVersion"):
        for value in MALFORMED:
            yield {section: value, "resources": []}
            yield {section: {"a": value, "copy": value}, "resources": {"a": value}}


def test_values_that_cannot_be_break_no_rule() -> None:
    rules = [rule for rule in OWN if rule.stage in (Stage.TEMPLATE, Stage.RESOURCES)]
    for template in variations():
        subject = template_subject(template)
        for rule in rules:
            try:
                list(rule.check(subject))
            except Exception as error:
                raise AssertionError(f"{rule.code} fails on {json.dumps(template)}") from error


@pytest.mark.parametrize("stage", [Stage.FORM, Stage.PARAMETERS])
@pytest.mark.parametrize(
    "value",
    [{"parameters": value} for value in MALFORMED]
    + [
        {"parameters": {"outputs": value, "basics": value, "steps": [value, {"elements": value}], "config": value}}
        for value in MALFORMED
    ]
    + [
        {"parameters": {"basics": [{"name": value, "type": "Microsoft.Common.TextBox", "constraints": value}]}}
        for value in MALFORMED
    ],
)
def test_malformed_forms_and_parameters_break_no_rule(stage: Stage, value: Any) -> None:
    for rule in OWN:
        if rule.stage is stage:
            list(rule.check(FormSubject(value, value) if stage is Stage.FORM else ParametersSubject(value, value)))


def test_errors_are_for_what_is_surely_wrong() -> None:
    notes = {"description", "naming", "tags", "blank-values", "uri-by-function", "redundant-depends", "vm-size-param"}
    assert all(RULES[code].severity is Severity.NOTE for code in notes)
