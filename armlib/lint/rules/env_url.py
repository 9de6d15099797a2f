"""Addresses of the cloud come from environment()."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.jsontypes import JsonPath
from armlib.lint.foreign import own_values
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Level, TemplateSubject

# host -> what environment() calls it, in clouds where that is another one
_HOSTS: Final = {
    "management.azure.com": "resourceManager",
    "management.core.windows.net": "authentication.audiences",
    "login.microsoftonline.com": "authentication.loginEndpoint",
    "login.windows.net": "authentication.loginEndpoint",
    "graph.windows.net": "graph",
    "gallery.azure.com": "gallery",
    "batch.core.windows.net": "batch",
    "rest.media.azure.net": "media",
    "datalake.azure.net": "activeDirectoryDataLake",
    "core.windows.net": "suffixes.storage",
    "database.windows.net": "suffixes.sqlServerHostname",
    "vault.azure.net": "suffixes.keyvaultDns",
    "azuredatalakestore.net": "suffixes.azureDatalakeStoreFileSystem",
    "azuredatalakeanalytics.net": "suffixes.azureDatalakeAnalyticsCatalogAndJob",
    "azurefd.net": "suffixes.azureFrontDoorEndpointSuffix",
    "azurecr.io": "suffixes.acrLoginServer",
    "api.loganalytics.io": "logAnalytics",
    "asazure.windows.net": "",
    "trafficmanager.net": "",
}
_ONLY_ADDRESSED = frozenset({"azurecr.io", "azurefd.net"})  # images and sites of others are found there, too
_HOST: Final = re.compile(
    r"(?<![A-Za-z0-9-])(" + "|".join(map(re.escape, _HOSTS)) + r")(?![A-Za-z0-9-]|\.[A-Za-z])", re.IGNORECASE
)
_PROSE: Final = frozenset({"description", "displayname", "metadata", "comments", "$schema", "policyrule", "message"})


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        for section in ("parameters", "variables", "outputs"):
            yield from _in_section(level, section)
    for resource in subject.resources:
        prose: JsonPath | None = None
        for path, key, value in own_values(resource):
            if prose is not None and path[: len(prose)] == prose:
                continue
            prose = path if key.lower() in _PROSE else None
            if prose is None and isinstance(value, str):
                yield from _in_text(value, path)


def _in_section(level: Level, section: str) -> Iterator[Finding]:
    pending: list[tuple[JsonPath, Any]] = [(level.at(section), level.body.get(section))]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            yield from _in_text(value, path)
        elif isinstance(value, dict):
            pending += [((*path, name), value[name]) for name in reversed(value) if name.lower() not in _PROSE]
        elif isinstance(value, list):
            pending += [((*path, number), value[number]) for number in range(len(value) - 1, -1, -1)]


def _in_text(text: str, path: JsonPath) -> Iterator[Finding]:
    if "." not in text or text.lstrip().startswith(("{", "<", "#!")):  # a document or script of its own
        return
    for found in _HOST.finditer(text):
        host = found[1].lower()
        before = text[: found.start()].lower()
        if before.endswith("schema.") or "privatelink" in before or (host in _ONLY_ADDRESSED and "//" not in before):
            continue
        yield Finding(
            path=path,
            message=f"the address '{found[1]}' is that of the public cloud alone",
            hint=f"use environment().{_HOSTS[host]}" if _HOSTS[host] else "take it from a parameter",
        )
        return


RULE = Rule(
    code="env-url",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="addresses of the cloud's endpoints come from environment()",
    why="They differ between the public cloud and those of governments and countries; a template with a fixed address "
    "works in one of them.",
    bad='{ "variables": { "api": "https://management.azure.com" } }',
    good='{ "variables": { "api": "[environment().resourceManager]" } }',
    check=check,
    covers=("DeploymentTemplate-Must-Not-Contain-Hardcoded-Uri",),
)
