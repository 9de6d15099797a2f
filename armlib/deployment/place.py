"""What is at the place that a template is deployed to: its resource group, its subscription, its tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from armlib.deployment.context import Context, at_scope
from armlib.deployment.fault import Fault
from armlib.deployment.scopes import DeploymentScope
from armlib.deployment.target import Reader
from armlib.template.scope import ScopeKind


def context_at(reader: Reader, scope: DeploymentScope, given: Context) -> Context:
    """Return *given* with what the target says of *scope*: what its scope functions are to give.

    A resource group that is not there keeps the location that *given* has for it.
    """
    context = at_scope(given, scope)
    if scope.kind in {ScopeKind.GROUP, ScopeKind.SUBSCRIPTION}:
        found = _read(reader, f"/subscriptions/{scope.subscription_id}")
        kept = ("id", "subscriptionId", "tenantId", "displayName")
        context = replace(
            context,
            tenant_id=str(found.get("tenantId") or context.tenant_id),
            subscription={**{name: found[name] for name in kept if name in found}, **context.subscription},
        )
    if scope.kind is ScopeKind.GROUP:
        group = _read(reader, str(scope.id))
        context = replace(context, resource_group={**context.resource_group, **group})
    if scope.kind is ScopeKind.MANAGEMENT_GROUP:
        context = replace(context, management_group={**_read(reader, str(scope.id)), **context.management_group})
    return context


def _read(reader: Reader, id_: str) -> Mapping[str, Any]:
    """Return what is at *id_*, nothing when it is not there or must not be read: no template depends on it then."""
    try:
        return reader.get(id_) or {}
    except Fault as fault:
        if fault.status in {403, 404}:
            return {}
        raise
