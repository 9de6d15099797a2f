"""Named values of API Management."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, is_true
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    types = ("microsoft.apimanagement/service/namedvalues", "microsoft.apimanagement/service/properties")
    for value in subject.of_type(*types):
        vault: Any = value.value("properties", "keyVault", "secretIdentifier")
        if is_true(value.value("properties", "secret")) and not vault and not isinstance(vault, UNKNOWN):
            yield Finding(
                path=value.place("properties", "secret"),
                message=f"the secret '{value.label}' is kept in API Management itself",
                hint="keep it in a key vault, and say keyVault.secretIdentifier",
            )


RULE = Rule(
    code="apim-secret",
    severity=Severity.NOTE,
    stage=Stage.RESOURCES,
    summary="secrets among the named values of API Management are kept in a key vault",
    why="A key vault renews secrets, and logs who reads them.",
    bad='{ "resources": [ { "type": "Microsoft.ApiManagement/service/namedValues", "name": "s/v",\n'
    '  "properties": { "displayName": "v", "secret": true, "value": "x" } } ] }',
    good='{ "resources": [ { "type": "Microsoft.ApiManagement/service/namedValues", "name": "s/v",\n'
    '  "properties": { "displayName": "v", "secret": true,\n'
    '    "keyVault": { "secretIdentifier": "https://contoso.vault.azure.net/secrets/v" } } } ] }',
    check=check,
    covers=("TA-000035",),
)
