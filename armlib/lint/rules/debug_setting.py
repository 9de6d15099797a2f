"""Nested deployments write no debug log."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Remove, Rule, Stage
from armlib.lint.subject import DEPLOYMENTS, TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for resource in subject.of_type(DEPLOYMENTS):
        detail = resource.value("properties", "debugSetting", "detailLevel")
        if isinstance(detail, str) and detail.lower() != "none":
            place = resource.place("properties", "debugSetting")
            yield Finding(
                path=place,
                message=f"the deployment '{resource.label}' logs {detail}, secrets included",
                hint="remove debugSetting",
                edits=(Remove(path=place),),
            )


RULE = Rule(
    code="debug-setting",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="no nested deployment has a debugSetting",
    why="It keeps requests and responses in the deployment history; list functions and secrets stand in them.",
    bad='{ "resources": [ { "type": "Microsoft.Resources/deployments", "name": "inner",\n'
    '  "properties": { "mode": "Incremental", "debugSetting": { "detailLevel": "RequestContent" } } } ] }',
    good='{ "resources": [ { "type": "Microsoft.Resources/deployments", "name": "inner",\n'
    '  "properties": { "mode": "Incremental" } } ] }',
    check=check,
    fix="removes the debugSetting",
    covers=("Deployment-Resources-Must-Not-Be-Debug",),
)
