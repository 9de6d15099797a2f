"""The parameters of a parameters file."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import ParametersSubject
from armlib.lint.walk import member


def check(subject: ParametersSubject) -> Iterator[Finding]:
    found = member(subject.value, "parameters")
    if not isinstance(found, dict):
        yield Finding(
            path=("parameters",) if found is not None else (),
            message="the file has no parameters" if found is None else "'parameters' is no object",
            hint='write "parameters": {}',
        )


RULE = Rule(
    code="params-present",
    severity=Severity.ERROR,
    stage=Stage.PARAMETERS,
    summary="a parameters file has parameters",
    why="A file without them gives nothing, and Azure refuses it.",
    bad='{ "contentVersion": "1.0.0.0" }',
    good='{ "contentVersion": "1.0.0.0", "parameters": {} }',
    check=check,
    covers=("DeploymentParameters-Should-Have-Parameters",),
)
