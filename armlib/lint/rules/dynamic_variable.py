"""Variables whose name is put together."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import calls


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        for call in calls(use.node, "variables"):
            inner = call.arguments[0] if call.arguments else None
            if isinstance(inner, Call) and inner.name.lower() in ("concat", "format"):
                yield Finding(
                    path=use.path,
                    message=f"the name of a variable is put together with {inner.name}()",
                    hint="make the variables one object, and take a member: variables('images')[parameters('os')]",
                )


RULE = Rule(
    code="dynamic-variable",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="the name of a variable is not put together",
    why="What it refers to is found by nobody: not by a search, nor by the check for variables that are not used.",
    bad='{ "variables": { "a": "[variables(concat(\'image\', parameters(\'os\')))]" } }',
    good='{ "variables": { "a": "[variables(\'images\')[parameters(\'os\')]]" } }',
    check=check,
    covers=("Dynamic-Variable-References-Should-Not-Use-Concat",),
)
