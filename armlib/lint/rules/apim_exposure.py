"""API Management services and what they let in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, is_true
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Resource, TemplateSubject

_LEAST_VERSION: Final = "2019-12-01"
_IN_NETWORKS: Final = ("developer", "premium")  # the tiers that can be put into a virtual network


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for service in subject.of_type("microsoft.apimanagement/service"):
        yield from _version(service)
        yield from _network(service)
    for tenant in subject.of_type("microsoft.apimanagement/service/tenant"):
        if is_true(tenant.value("properties", "enabled")):
            yield Finding(
                path=tenant.place("properties", "enabled"),
                message=f"the direct management endpoint '{tenant.label}' is open",
                hint="set enabled to false, and use Azure Resource Manager",
            )
    for subscription in subject.of_type("microsoft.apimanagement/service/subscriptions"):
        scope, state = (subscription.value("properties", name) for name in ("scope", "state"))
        if isinstance(scope, str) and scope.rstrip("/").lower().endswith("/apis") and str(state).lower() == "active":
            yield Finding(
                path=subscription.place("properties", "scope"),
                message=f"the subscription '{subscription.label}' opens all APIs",
                hint="give it the scope of one product or API",
            )


def _tier(service: Resource) -> str:
    found = service.value("sku", "name")
    return found.lower() if isinstance(found, str) else ""


def _version(service: Resource) -> Iterator[Finding]:
    least: Any = service.value("properties", "apiVersionConstraint", "minApiVersion")
    if _tier(service) == "consumption" or isinstance(least, UNKNOWN):
        return
    if isinstance(least, str) and least[:10] >= _LEAST_VERSION:
        return
    yield Finding(
        path=service.place("properties", "apiVersionConstraint", "minApiVersion"),
        message=f"the service '{service.label}' answers management calls that give away its secrets",
        hint=f"set apiVersionConstraint.minApiVersion to {_LEAST_VERSION} or later",
        severity=None if least else Severity.NOTE,
    )


def _network(service: Resource) -> Iterator[Finding]:
    kind: Any = service.value("properties", "virtualNetworkType")
    if _tier(service) not in _IN_NETWORKS or isinstance(kind, UNKNOWN) or str(kind).lower() in ("external", "internal"):
        return
    yield Finding(
        path=service.place("properties", "virtualNetworkType"),
        message=f"the service '{service.label}' is in no virtual network",
        hint="set virtualNetworkType to External or Internal",
        severity=Severity.NOTE,
    )


RULE = Rule(
    code="apim-exposure",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="an API Management service is managed through Azure alone, and opens no more APIs than it must",
    why="The direct management endpoint and old management versions give away secrets, and a subscription to all APIs "
    "opens those that are added later, too.",
    bad='{ "resources": [ { "type": "Microsoft.ApiManagement/service/tenant", "name": "s/access",\n'
    '  "properties": { "enabled": true } } ] }',
    good='{ "resources": [ { "type": "Microsoft.ApiManagement/service/tenant", "name": "s/access",\n'
    '  "properties": { "enabled": false } } ] }',
    check=check,
    covers=("TA-000033", "TA-000034", "TA-000036", "TA-000037"),
)
