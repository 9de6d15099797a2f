"""What a template or module must have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity, nearest
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member
from armlib.template.canonical import TEMPLATE_MEMBERS

_VERSION: Final = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)
_SECTIONS: Final = frozenset(name.lower() for name in TEMPLATE_MEMBERS)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    level = subject.root
    version = member(level.body, "contentVersion")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        yield Finding(
            path=level.at("contentVersion") if version is not None else (),
            message="the template has no contentVersion" if version is None else f"{version!r} is no contentVersion",
            hint='write "contentVersion": "1.0.0.0"',
        )
    if member(level.body, "resources") is None:
        yield Finding(message="the template has no resources", hint="write an empty list when it deploys nothing")
    for name in level.body:
        if name.lower() not in _SECTIONS:
            close = nearest(name, TEMPLATE_MEMBERS)
            yield Finding(
                path=(name,),
                message=f"a template has no section '{name}'",
                hint=f"did you mean '{close}'?" if close else None,
            )


RULE = Rule(
    code="module-shape",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="the template has a contentVersion, resources, and nothing that Azure does not know",
    why="Azure refuses a template without them, and ignores or refuses sections that it does not know.",
    bad='{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",\n'
    '  "contentVersion": "1", "resources": [] }',
    good='{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",\n'
    '  "contentVersion": "1.0.0.0", "resources": [] }',
    check=check,
)
