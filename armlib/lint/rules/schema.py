"""The schema of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member
from armlib.template.scope import SCHEMAS, ScopeKind

_KNOWN: Final = re.compile(
    r"https://schema\.management\.azure\.com/schemas/\d{4}-\d{2}-\d{2}(-preview)?/"
    r"(deploymentTemplate|subscriptionDeploymentTemplate|managementGroupDeploymentTemplate|tenantDeploymentTemplate)\.json#?",
    re.IGNORECASE,
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        schema = member(level.body, "$schema")
        if isinstance(schema, str) and _KNOWN.fullmatch(schema):
            continue
        if schema is None and level.owner is not None:  # Azure takes a nested template without one
            continue
        yield Finding(
            path=level.at("$schema") if schema is not None else level.path,
            message=f"'{schema}' is no known schema of templates" if schema else "the template names no schema",
            hint="use " + SCHEMAS[ScopeKind.GROUP],
            severity=Severity.WARNING if _is_known_over_http(schema) else None,
        )


def _is_known_over_http(schema: Any) -> bool:
    return isinstance(schema, str) and _KNOWN.fullmatch(schema.replace("http://", "https://", 1)) is not None


RULE = Rule(
    code="schema",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="$schema is one of the known schemas of templates, over https",
    why="Azure and editors tell by the schema what the template is deployed to.",
    bad='{ "$schema": "https://contoso.com/deploymentTemplate.json", "resources": [] }',
    good='{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",\n'
    '  "resources": [] }',
    check=check,
    covers=("DeploymentTemplate-Schema-Is-Correct",),
)
