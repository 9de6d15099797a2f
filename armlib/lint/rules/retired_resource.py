"""Resources that Azure has retired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject

_TYPES: Final = {
    "microsoft.classiccompute/virtualmachines": "use Microsoft.Compute/virtualMachines",
    "microsoft.classiccompute/domainnames": "use Microsoft.Compute/cloudServices",
    "microsoft.classicstorage/storageaccounts": "use Microsoft.Storage/storageAccounts",
    "microsoft.classicnetwork/virtualnetworks": "use Microsoft.Network/virtualNetworks",
}
_EXTENSIONS: Final = ("managedidentityextensionforwindows", "managedidentityextensionforlinux")


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for resource in subject.deployed:
        hint = _TYPES.get(resource.lower_type)
        if hint:
            yield Finding(path=resource.place("type"), message=f"{resource.type} is retired", hint=hint)
        elif resource.lower_type.endswith("/extensions"):
            kind: Any = resource.value("properties", "type")
            if isinstance(kind, str) and kind.lower() in _EXTENSIONS:
                yield Finding(
                    path=resource.place("properties", "type"),
                    message=f"the extension {kind} is retired",
                    hint="remove it; a machine with an identity gets its tokens from the metadata service",
                )


RULE = Rule(
    code="retired-resource",
    severity=Severity.ERROR,
    stage=Stage.RESOURCES,
    summary="no resource or extension is one that Azure has retired",
    why="It cannot be deployed any more, or gets no security fixes.",
    bad='{ "resources": [ { "type": "Microsoft.ClassicStorage/storageAccounts", "name": "s", "properties": {} } ] }',
    good='{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "name": "s", "properties": {} } ] }',
    check=check,
    covers=("ManagedIdentityExtension-must-not-be-used", "TA-000030", "TA-000031"),
)
