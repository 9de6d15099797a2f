"""Apps have a managed identity."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.sites import sites
from armlib.lint.subject import TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for site in sites(subject):
        if site.resource is None or not site.kind or site.resource.lower_type != "microsoft.web/sites":
            continue
        identity = site.resource.value("identity", "type")
        if isinstance(identity, UNKNOWN) or (isinstance(identity, str) and "assigned" in identity.lower()):
            continue
        yield Finding(
            path=site.resource.place("identity", "type"),
            message=f"the app '{site.resource.label}' has no managed identity",
            hint="give it an identity of type SystemAssigned or UserAssigned, and roles in place of keys",
        )


RULE = Rule(
    code="managed-identity",
    severity=Severity.NOTE,
    stage=Stage.RESOURCES,
    summary="an app has a managed identity",
    why="An app without one needs keys and connection strings to reach other services, which leak and must be renewed.",
    bad='{ "resources": [ { "type": "Microsoft.Web/sites", "name": "a", "properties": {} } ] }',
    good='{ "resources": [ { "type": "Microsoft.Web/sites", "name": "a",\n'
    '  "identity": { "type": "SystemAssigned" }, "properties": {} } ] }',
    check=check,
    covers=("TA-000007", "TA-000013", "TA-000019"),
)
