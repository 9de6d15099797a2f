"""The limits that Azure sets a template."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Level, TemplateSubject
from armlib.template.canonical import json_bytes
from armlib.template.limits import (
    MAX_EXPRESSION_CHARACTERS,
    MAX_OUTPUTS,
    MAX_PARAMETERS,
    MAX_RESOURCES,
    MAX_TEMPLATE_BYTES,
    MAX_VARIABLES,
)

_NEAR = 0.9  # of a limit, from where it is told


def check(subject: TemplateSubject) -> Iterator[Finding]:
    size = len(json_bytes(subject.template, compact=True))
    yield from _compared(size, MAX_TEMPLATE_BYTES, "bytes", subject.root, "")
    for level in subject.levels:
        resources = sum(_instances(each.value("copy", "count")) for each in level.resources if not each.is_existing)
        for count, limit, section in (
            (len(level.parameters), MAX_PARAMETERS, "parameters"),
            (len(level.variables), MAX_VARIABLES, "variables"),
            (resources, MAX_RESOURCES, "resources"),
            (len(level.outputs), MAX_OUTPUTS, "outputs"),
        ):
            yield from _compared(count, limit, section, level, section)
    for use in subject.uses:
        if len(use.text) - 2 > MAX_EXPRESSION_CHARACTERS:
            yield Finding(
                path=use.path,
                message=f"the expression has {len(use.text) - 2:,} characters, over {MAX_EXPRESSION_CHARACTERS:,}",
                hint="split it into variables",
            )


def _instances(count: object) -> int:
    return count if isinstance(count, int) and not isinstance(count, bool) else 1


def _compared(count: int, limit: int, what: str, level: Level, section: str) -> Iterator[Finding]:
    if count <= limit * _NEAR:
        return
    where = "the template" if level.owner is None else f"the nested template '{level.owner.label}'"
    yield Finding(
        path=level.at(section) if section else level.path,
        message=f"{where} has {count:,} {what}, and Azure takes at most {limit:,}",
        hint="put some of it into nested or linked templates, or several values into an object",
        severity=None if count > limit else Severity.NOTE,
    )


RULE = Rule(
    code="limits",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="the template keeps to Azure's limits, and is not within a tenth of one",
    why="Azure refuses a template beyond them: 4 MB, 256 parameters, 256 variables, 800 resources, 64 outputs, 24,576 "
    "characters an expression. Close to a limit, it is only told.",
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "[concat(\'a\', copyIndex())]",\n'
    '  "copy": { "name": "all", "count": 801 } } ] }',
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "[concat(\'a\', copyIndex())]",\n'
    '  "copy": { "name": "all", "count": 80 } } ] }',
    check=check,
)
