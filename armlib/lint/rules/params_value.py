"""The values of a parameters file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.jsontypes import JsonPath
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import ParametersSubject
from armlib.lint.walk import key_of, member

_VAULT: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.KeyVault/vaults/[A-Za-z0-9-]+", re.IGNORECASE
)
_SECRET: Final = re.compile(r"[A-Za-z0-9-]{1,127}", re.ASCII)


def check(subject: ParametersSubject) -> Iterator[Finding]:
    for name, entry in subject.entries.items():
        problem = _problem(entry)
        if problem:
            steps, message = problem
            yield Finding(path=("parameters", name, *steps), message=f"the parameter '{name}' {message}")


def _problem(entry: Any) -> tuple[JsonPath, str] | None:
    if not isinstance(entry, dict):
        return (), "is no object with a value"
    if key_of(entry, "value") is not None or key_of(entry, "expression") is not None:
        return None
    reference = member(entry, "reference")
    if reference is None:
        return (), "has neither a value nor a reference"
    vault, secret = member(member(reference, "keyVault"), "id"), member(reference, "secretName")
    if not isinstance(vault, str) or not _VAULT.fullmatch(vault):
        return ("reference", "keyVault", "id"), f"refers to '{vault}', which is no id of a key vault"
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        return ("reference", "secretName"), f"refers to '{secret}', which cannot be the name of a secret"
    return None


RULE = Rule(
    code="params-value",
    severity=Severity.ERROR,
    stage=Stage.PARAMETERS,
    summary="each parameter has a value, or a reference to a secret of a key vault that can be read",
    why="Azure refuses the file, or does not find the secret.",
    bad='{ "parameters": { "size": {} } }',
    good='{ "parameters": { "size": { "value": 3 } } }',
    check=check,
    covers=("DeploymentParameters-Should-Have-Value",),
)
