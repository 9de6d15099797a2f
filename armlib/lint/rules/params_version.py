"""The contentVersion of a parameters file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import ParametersSubject
from armlib.lint.walk import member

_VERSION: Final = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)


def check(subject: ParametersSubject) -> Iterator[Finding]:
    version = member(subject.value, "contentVersion")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        yield Finding(
            path=("contentVersion",) if version is not None else (),
            message="the file has no contentVersion" if version is None else f"{version!r} is no contentVersion",
            hint='write "contentVersion": "1.0.0.0"',
        )


RULE = Rule(
    code="params-version",
    severity=Severity.ERROR,
    stage=Stage.PARAMETERS,
    summary="a parameters file has a contentVersion",
    why="Azure refuses the file without it.",
    bad='{ "contentVersion": 1, "parameters": {} }',
    good='{ "contentVersion": "1.0.0.0", "parameters": {} }',
    check=check,
    covers=("DeploymentParameters-Should-Have-ContentVersion",),
)
