"""The schema of a parameters file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import ParametersSubject
from armlib.lint.walk import member

_KNOWN: Final = re.compile(
    r"https://schema\.management\.azure\.com/schemas/\d{4}-\d{2}-\d{2}/"
    r"(subscription|managementGroup|tenant)?deploymentParameters\.json#?",
    re.IGNORECASE,
)


def check(subject: ParametersSubject) -> Iterator[Finding]:
    schema = member(subject.value, "$schema")
    if not isinstance(schema, str) or not _KNOWN.fullmatch(schema):
        yield Finding(
            path=("$schema",) if schema is not None else (),
            message=f"'{schema}' is no schema of parameters files" if schema else "the file names no schema",
            severity=Severity.WARNING if _is_known_over_http(schema) else None,
            hint="use https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        )


def _is_known_over_http(schema: Any) -> bool:
    return isinstance(schema, str) and _KNOWN.fullmatch(schema.replace("http://", "https://", 1)) is not None


RULE = Rule(
    code="params-schema",
    severity=Severity.ERROR,
    stage=Stage.PARAMETERS,
    summary="$schema of a parameters file is that of parameters files",
    why="Tools tell by it what the file is.",
    bad='{ "$schema": "https://contoso.com/x", "parameters": {} }',
    good='{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",\n'
    '  "parameters": {} }',
    check=check,
    covers=("DeploymentParameters-Should-Have-Schema",),
)
