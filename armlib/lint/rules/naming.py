"""Names of parameters, variables and outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject

_CAMEL: Final = re.compile(r"_{0,2}[a-z][A-Za-z0-9]*", re.ASCII)  # _artifactsLocation is a name of Azure


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        if level.is_generated:
            continue
        sections = (("parameters", level.parameters), ("variables", level.variables), ("outputs", level.outputs))
        for section, names in sections:
            seen: dict[str, str] = {}
            for name in names:
                first = seen.setdefault(name.lower(), name)
                if first != name:
                    yield Finding(
                        path=(*level.at(section), name),
                        message=f"'{name}' and '{first}' are the same name to Azure",
                        severity=Severity.WARNING,
                    )
                elif not _CAMEL.fullmatch(name):
                    yield Finding(
                        path=level.at(section, name),
                        message=f"the name '{name}' in {section} is not in camelCase",
                    )


RULE = Rule(
    code="naming",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="names are written in camelCase, and differ by more than case",
    why=(
        "Names are matched without regard to case: two that differ in nothing else are one. One way of "
        "writing them spares a look at the declaration."
    ),
    bad='{ "parameters": { "Disk_Size": { "type": "int" } } }',
    good='{ "parameters": { "diskSize": { "type": "int" } } }',
    check=check,
)
