"""Parameters that are handed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import literal, member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        call, resource = use.node, use.resource
        if (
            resource is None
            or resource.inner is None
            or not isinstance(call, Call)
            or call.name.lower() != "parameters"
        ):
            continue
        steps = [str(step) for step in use.path[len(resource.path) :]]
        if len(steps) != 4 or [step.lower() for step in steps[:2]] != ["properties", "parameters"]:
            continue
        outer = use.level.parameter(literal(call.arguments[0]) or "") if call.arguments else None
        inner = member(resource.inner.parameters, steps[2])
        given, wanted = _type(outer, use.level.names.body), _type(inner, resource.inner.body)
        if given and wanted and given.lower() != wanted.lower():
            yield Finding(
                path=use.path,
                message=f"the parameter '{steps[2]}' of '{resource.label}' has the type {wanted}, and is given {given}",
                hint=f"declare it as {given} there, too",
                severity=Severity.ERROR if given.lower().startswith("secure") else None,
            )


def _type(declared: Any, template: dict[str, Any]) -> str | None:
    for _ in range(16):
        found = member(declared, "type")
        if isinstance(found, str):
            return found
        reference = member(declared, "$ref")
        if not isinstance(reference, str):
            return None
        declared = member(member(template, "definitions"), reference.removeprefix("#/definitions/"))
    return None


RULE = Rule(
    code="param-type-consistent",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="a parameter that is handed on to a nested template has the same type there",
    why=(
        "A secure parameter that is handed on to a plain one is kept as plain text; other types that "
        "differ are refused when it is too late."
    ),
    bad='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Resources/deployments", "name": "a", "properties": {\n'
    '    "expressionEvaluationOptions": { "scope": "inner" },\n'
    '    "parameters": { "key": { "value": "[parameters(\'key\')]" } },\n'
    '    "template": { "parameters": { "key": { "type": "string" } }, "resources": [] } } } ] }',
    good='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Resources/deployments", "name": "a", "properties": {\n'
    '    "expressionEvaluationOptions": { "scope": "inner" },\n'
    '    "parameters": { "key": { "value": "[parameters(\'key\')]" } },\n'
    '    "template": { "parameters": { "key": { "type": "securestring" } }, "resources": [] } } } ] }',
    check=check,
    covers=("Parameter-Types-Should-Be-Consistent",),
)
