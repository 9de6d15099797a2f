"""Apps keep their logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, is_true
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.sites import sites
from armlib.lint.subject import TemplateSubject

_LOGS: Final = ("detailedErrorLoggingEnabled", "httpLoggingEnabled", "requestTracingEnabled")


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for site in sites(subject):
        if site.kind != "app" or site.is_linux:
            continue
        missing = [
            (name, found)
            for name in _LOGS
            if not isinstance((found := site.setting(name)).value, UNKNOWN) and not is_true(found.value)
        ]
        if site.resource is None and all(found.value is None for _, found in missing):
            continue
        if missing:
            yield Finding(
                path=missing[0][1].path,
                message=f"'{site.anchor.label}' keeps no logs: {', '.join(name for name, _ in missing)}",
                hint="set them to true",
            )


RULE = Rule(
    code="app-logs",
    severity=Severity.NOTE,
    stage=Stage.RESOURCES,
    summary="a web app on Windows logs requests, detailed errors and traces",
    why="Without them, nobody can say afterwards what an attacker did.",
    bad='{ "resources": [ { "type": "Microsoft.Web/sites", "name": "a", "kind": "app",\n'
    '  "properties": { "siteConfig": { "httpLoggingEnabled": false } } } ] }',
    good=(
        '{ "resources": [ { "type": "Microsoft.Web/sites", "name": "a", "kind": "app", "properties": { '
        '"siteConfig": {\n'
        '  "detailedErrorLoggingEnabled": true, "httpLoggingEnabled": true, "requestTracingEnabled": '
        "true } } } ] }"
    ),
    check=check,
    covers=("TA-000001",),
)
