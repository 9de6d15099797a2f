"""Data that is encrypted at rest, and audits that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, Wanted, is_false, is_true, not_true, wanted
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Resource, TemplateSubject

_LEAST_DAYS = 90
_PLAIN = "leaves data without encryption"
_ENCRYPTION = ("microsoft.sql/servers/databases/transparentdataencryption",)
_TABLE = (
    *(
        Wanted(type=type_, path=("properties", "state"), bad=is_false, says=_PLAIN, hint="say Enabled", value="Enabled")
        for type_ in _ENCRYPTION
    ),
    *(
        Wanted(
            type=type_, path=("properties", "status"), bad=is_false, says=_PLAIN, hint="say Enabled", value="Enabled"
        )
        for type_ in _ENCRYPTION
    ),
    Wanted(
        type="microsoft.automation/automationaccounts/variables",
        path=("properties", "isEncrypted"),
        bad=not_true,
        says="leaves the variable readable",
        hint="say true",
        value=True,
    ),
    Wanted(
        type="microsoft.sql/servers/auditingsettings",
        path=("properties", "state"),
        bad=is_false,
        says="keeps no audit",
        hint="say Enabled",
        value="Enabled",
    ),
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    yield from wanted(subject, _TABLE)
    for resource in subject.of_type("microsoft.sql/servers/auditingsettings"):
        yield from _retention(resource, subject)


def _retention(resource: Resource, subject: TemplateSubject) -> Iterator[Finding]:
    days: Any = resource.value("properties", "retentionDays")
    storage = resource.value("properties", "storageEndpoint")
    monitored = is_true(resource.value("properties", "isAzureMonitorTargetEnabled"))
    name = (resource.level.text(resource.name) or "").rpartition("/")[2].lower()
    if isinstance(days, UNKNOWN) or name != "default" or _is_analytics(resource, subject):
        return
    if (monitored and storage in (None, "")) or (storage is None and days is None):
        return
    if not isinstance(days, int) or days == 0 or days >= _LEAST_DAYS:
        return
    yield Finding(
        path=resource.place("properties", "retentionDays"),
        message=f"the audit of '{resource.label}' is kept for {days} days only",
        hint=f"keep it for {_LEAST_DAYS} days or more, or for ever with 0",
    )


def _is_analytics(resource: Resource, subject: TemplateSubject) -> bool:
    servers = [resource.parent] if resource.parent is not None else list(subject.of_type("microsoft.sql/servers"))
    for server in servers:
        kinds = (server.value("kind"), server.value("properties", "kind"))
        if any("analytics" in str(kind).lower() for kind in kinds) and (
            server is resource.parent or any(each is resource for each in server.children)
        ):
            return True
    return False


RULE = Rule(
    code="tde-audit",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="databases and automation variables are encrypted, and audits are kept for 90 days or more",
    why="A copied file of a database that is not encrypted can be read by everybody, and attacks are often found only "
    "after months.",
    bad='{ "resources": [ { "type": "Microsoft.Automation/automationAccounts/variables", "name": "a/v",\n'
    '  "properties": { "isEncrypted": false } } ] }',
    good='{ "resources": [ { "type": "Microsoft.Automation/automationAccounts/variables", "name": "a/v",\n'
    '  "properties": { "isEncrypted": true } } ] }',
    check=check,
    fix="sets what is written to the safe value",
    covers=("TA-000021", "TA-000027", "TA-000028"),
)
