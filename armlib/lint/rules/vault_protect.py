"""Key vaults that can be restored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, Wanted, is_false, wanted
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject

_VAULTS = "microsoft.keyvault/vaults"
_TABLE = (
    Wanted(
        type=_VAULTS,
        path=("properties", "enableSoftDelete"),
        bad=is_false,
        says="loses what is deleted at once",
        hint="say true; Azure does not allow false any more",
        value=True,
    ),
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    yield from wanted(subject, _TABLE)
    for vault in subject.of_type(_VAULTS):
        found: Any = vault.value("properties", "enablePurgeProtection")
        creates: Any = vault.value("properties", "createMode")
        if isinstance(found, UNKNOWN) or found is True or str(creates).lower() == "recover":
            continue
        yield Finding(
            path=vault.place("properties", "enablePurgeProtection"),
            message=f"what is deleted in the vault '{vault.label}' can be purged at once",
            hint="set enablePurgeProtection to true; it cannot be taken back",
            severity=None if found is False else Severity.NOTE,
        )


RULE = Rule(
    code="vault-protect",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="a key vault keeps what is deleted, and does not let it be purged before its time",
    why="Who deletes and purges a key makes all that is encrypted with it unreadable, for ever.",
    bad='{ "resources": [ { "type": "Microsoft.KeyVault/vaults", "name": "v",\n'
    '  "properties": { "enableSoftDelete": false } } ] }',
    good='{ "resources": [ { "type": "Microsoft.KeyVault/vaults", "name": "v",\n'
    '  "properties": { "enableSoftDelete": true, "enablePurgeProtection": true } } ] }',
    check=check,
    fix="sets enableSoftDelete to true",
)
