"""Apps without plain FTP, remote debugging, and calls from every origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, is_true
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.sites import Site, sites
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for site in sites(subject):
        if site.kind or site.resource is None:
            yield from _ftps(site)
            yield from _debugging(site)
            yield from _origins(site)


def _ftps(site: Site) -> Iterator[Finding]:
    found = site.setting("ftpsState")
    if isinstance(found.value, UNKNOWN) or str(found.value).lower() in ("ftpsonly", "disabled"):
        return
    if found.value is None and (site.resource is None or site.resource.lower_type != "microsoft.web/sites"):
        return
    yield Finding(
        path=found.path,
        message=f"'{site.anchor.label}' takes plain FTP" + (", as nothing is said" if found.value is None else ""),
        hint="set ftpsState to Disabled or FtpsOnly",
        severity=Severity.NOTE if found.value is None else None,
    )


def _debugging(site: Site) -> Iterator[Finding]:
    found = site.setting("remoteDebuggingEnabled")
    if not isinstance(found.value, UNKNOWN) and is_true(found.value):
        yield Finding(
            path=found.path, message=f"'{site.anchor.label}' can be debugged from outside", hint="set it to false"
        )


def _origins(site: Site) -> Iterator[Finding]:
    found = site.setting("cors")
    origins: Any = member(found.value, "allowedOrigins")
    if isinstance(origins, list) and "*" in origins:
        yield Finding(
            path=(*found.path, "allowedOrigins"),
            message=f"'{site.anchor.label}' can be called by scripts of every site",
            hint="list the origins that need it",
        )


RULE = Rule(
    code="ftps-debug-cors",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="an app takes no plain FTP, is not debugged from outside, and is not open to scripts of every site",
    why="Plain FTP sends passwords that can be read, a remote debugger runs what it is sent, and with every origin "
    "allowed any web page acts in the name of its visitor.",
    bad='{ "resources": [ { "type": "Microsoft.Web/sites", "name": "a",\n'
    '  "properties": { "siteConfig": { "ftpsState": "AllAllowed" } } } ] }',
    good='{ "resources": [ { "type": "Microsoft.Web/sites", "name": "a",\n'
    '  "properties": { "siteConfig": { "ftpsState": "Disabled" } } } ] }',
    check=check,
    covers=(
        "TA-000002",
        "TA-000003",
        "TA-000006",
        "TA-000008",
        "TA-000009",
        "TA-000012",
        "TA-000014",
        "TA-000015",
        "TA-000018",
    ),
)
