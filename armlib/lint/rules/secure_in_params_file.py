"""Secrets in parameters files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.names import names_a_secret
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import ParametersSubject, is_secure
from armlib.lint.walk import member

_PLACEHOLDER: Final = re.compile(
    r"^GEN[-_]|^<.*>$|^\$\(.*\)$|^\$\{.*\}$|^#\{.*\}#?$|^\{\{.*\}\}$|^\[.*\]$|^\*+$|^(changeme|todo|replace|your)",
    re.IGNORECASE,
)


def check(subject: ParametersSubject) -> Iterator[Finding]:
    declared = member(subject.template, "parameters")
    for name, entry in subject.entries.items():
        value = member(entry, "value")
        if not _says_something(value):
            continue
        known = member(declared, name)
        secure = is_secure(known, subject.template or {}) if known is not None else names_a_secret(name)
        if secure:
            yield Finding(
                path=("parameters", name, "value"),
                message=f"the secret '{name}' is written into the file",
                hint='refer to a key vault: {"reference": {"keyVault": …, "secretName": …}}, or give it when deploying',
            )


def _says_something(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and not _PLACEHOLDER.search(value)
    return bool(value) and not isinstance(value, (bool, int, float))


RULE = Rule(
    code="secure-in-params-file",
    severity=Severity.ERROR,
    stage=Stage.PARAMETERS,
    summary="no secret is written into a parameters file",
    why="The file is kept with the sources, for everybody who may read them, and for ever.",
    bad='{ "parameters": { "adminPassword": { "value": "Pa55w0rd" } } }',
    good='{ "parameters": { "adminPassword": { "reference": {\n'
    '  "keyVault": { "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v" },\n'
    '  "secretName": "admin" } } } }',
    check=check,
)
