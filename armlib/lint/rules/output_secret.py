"""Outputs hold no secrets."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject, is_secure
from armlib.lint.walk import member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        if use.section != "outputs":
            continue
        name = str(use.path[len(use.level.path) + 1]) if len(use.path) > len(use.level.path) + 1 else ""
        if is_secure(member(use.level.outputs, name), use.level.body):
            continue
        found = use.level.secret_in(use.node)
        if found:
            yield Finding(
                path=use.path,
                message=f"the output '{name}' gives away {found}",
                hint="let who needs it ask for it, keep it in a key vault, or give the output a secure type",
            )


RULE = Rule(
    code="output-secret",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="no output holds a secure parameter or the answer of a list function",
    why="Outputs are kept in the deployment history and printed by tools.",
    bad='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "outputs": { "key": { "type": "string", "value": "[parameters(\'key\')]" } } }',
    good='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "outputs": { "length": { "type": "int", "value": "[length(parameters(\'key\'))]" } } }',
    check=check,
    covers=("Outputs-Must-Not-Contain-Secrets",),
)
