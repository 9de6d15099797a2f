"""Keys and passwords where an identity would do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, Wanted, is_false, is_true, wanted
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject


def _key(type_: str, name: str = "disableLocalAuth") -> Wanted:
    return Wanted(
        type=type_,
        path=("properties", name),
        bad=is_false,
        says="lets in who has a key",
        hint="say true, and give roles to identities",
    )


_TABLE = (
    *(
        _key(type_)
        for type_ in (
            "microsoft.documentdb/databaseaccounts",
            "microsoft.eventhub/namespaces",
            "microsoft.servicebus/namespaces",
            "microsoft.relay/namespaces",
            "microsoft.cognitiveservices/accounts",
            "microsoft.appconfiguration/configurationstores",
            "microsoft.search/searchservices",
            "microsoft.signalrservice/signalr",
            "microsoft.signalrservice/webpubsub",
            "microsoft.automation/automationaccounts",
            "microsoft.batch/batchaccounts",
            "microsoft.eventgrid/topics",
            "microsoft.eventgrid/domains",
            "microsoft.devices/iothubs",
        )
    ),
    Wanted(
        type="microsoft.containerregistry/registries",
        path=("properties", "adminUserEnabled"),
        bad=is_true,
        says="lets in who has the password of the one administrator",
        hint="say false, and give AcrPull to identities",
        value=False,
    ),
    Wanted(
        type="microsoft.storage/storageaccounts",
        path=("properties", "allowSharedKeyAccess"),
        bad=is_true,
        says="lets in who has a key of the account",
        hint="say false, and give roles to identities",
        absent=Severity.NOTE,
    ),
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    yield from wanted(subject, _TABLE)
    for resource in subject.of_type("microsoft.servicefabric/clusters"):
        tenant: Any = resource.value("properties", "azureActiveDirectory", "tenantId")
        if not tenant and not isinstance(tenant, UNKNOWN):
            yield Finding(
                path=resource.place("properties", "azureActiveDirectory", "tenantId"),
                message=f"clients of the cluster '{resource.label}' are not known by Microsoft Entra ID",
                hint="say azureActiveDirectory with tenantId and the two applications",
            )


RULE = Rule(
    code="local-auth",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="services know their callers by identity, not by a key that is switched on beside it",
    why="A key is the same for all who have it: it leaks, is not renewed, and nobody can say who used it.",
    bad='{ "resources": [ { "type": "Microsoft.ContainerRegistry/registries", "name": "r",\n'
    '  "properties": { "adminUserEnabled": true } } ] }',
    good='{ "resources": [ { "type": "Microsoft.ContainerRegistry/registries", "name": "r",\n'
    '  "properties": { "adminUserEnabled": false } } ] }',
    check=check,
    fix="sets adminUserEnabled to false",
    covers=("TA-000026",),
)
