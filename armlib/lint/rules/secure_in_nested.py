"""Nested templates with outer scope use no secrets."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        if use.level.is_inner or use.level.owner is None:
            continue
        secret = use.level.secret_in(use.node)
        if secret:
            yield Finding(
                path=use.path,
                message=f"the nested template '{use.level.owner.label}' is evaluated in the scope around it, "
                f"and {secret} is written into it as plain text",
                hint='say "expressionEvaluationOptions": {"scope": "inner"} and pass a secure parameter',
            )


RULE = Rule(
    code="secure-in-nested",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a nested template that is evaluated in the outer scope uses no secure parameter and no list function",
    why=(
        "With outer scope, the expressions are worked out before the nested template is handed on, so "
        "the secret stands in the nested deployment as plain text."
    ),
    bad='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Resources/deployments", "name": "inner", "properties": { "template": {\n'
    '    "resources": [ { "type": "Contoso.Shop/shops", "name": "s",\n'
    '      "properties": { "key": "[parameters(\'key\')]" } } ] } } } ] }',
    good='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Resources/deployments", "name": "inner", "properties": {\n'
    '    "expressionEvaluationOptions": { "scope": "inner" },\n'
    '    "parameters": { "key": { "value": "[parameters(\'key\')]" } },\n'
    '    "template": { "parameters": { "key": { "type": "securestring" } },\n'
    '      "resources": [ { "type": "Contoso.Shop/shops", "name": "s",\n'
    '        "properties": { "key": "[parameters(\'key\')]" } } ] } } } ] }',
    check=check,
    covers=("Secure-Params-In-Nested-Deployments",),
)
