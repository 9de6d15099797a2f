"""Parameters that explain themselves."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    level = subject.root
    for name, declared in level.parameters.items():
        text = member(member(declared, "metadata"), "description")
        if not isinstance(text, str) or not text.strip():
            yield Finding(
                path=level.at("parameters", name),
                message=f"the parameter '{name}' has no description",
                hint="say what it is for: metadata.description",
            )


RULE = Rule(
    code="description",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="every parameter of the template has a description",
    why="Whoever deploys the template learns what to say from the description; portals and tools show it.",
    bad='{ "parameters": { "size": { "type": "int" } } }',
    good='{ "parameters": { "size": { "type": "int", "metadata": { "description": "Disks of the array" } } } }',
    check=check,
)
