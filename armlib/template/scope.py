"""What a template can be deployed to, and the ``$schema`` that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from armlib.jsontypes import Json


class ScopeKind(StrEnum):
    """What a template is deployed to."""

    GROUP = "group"
    SUBSCRIPTION = "subscription"
    MANAGEMENT_GROUP = "managementGroup"
    TENANT = "tenant"


SCHEMAS = {
    ScopeKind.GROUP: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    ScopeKind.SUBSCRIPTION: "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    ScopeKind.MANAGEMENT_GROUP: (
        "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#"
    ),
    ScopeKind.TENANT: "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#",
}

_FILES = {
    "deploymenttemplate.json": ScopeKind.GROUP,
    "subscriptiondeploymenttemplate.json": ScopeKind.SUBSCRIPTION,
    "managementgroupdeploymenttemplate.json": ScopeKind.MANAGEMENT_GROUP,
    "tenantdeploymenttemplate.json": ScopeKind.TENANT,
}

# Types that exist only at one kind of scope, for a template that does not say where it goes. A type that several
# scopes have (policies, role assignments, nested deployments) says nothing.
_ONLY_AT = {
    "microsoft.resources/resourcegroups": ScopeKind.SUBSCRIPTION,
    "microsoft.security/pricings": ScopeKind.SUBSCRIPTION,
    "microsoft.security/autoprovisioningsettings": ScopeKind.SUBSCRIPTION,
    "microsoft.security/securitycontacts": ScopeKind.SUBSCRIPTION,
    "microsoft.management/managementgroups": ScopeKind.TENANT,
    "microsoft.management/managementgroups/subscriptions": ScopeKind.TENANT,
    "microsoft.subscription/aliases": ScopeKind.TENANT,
}


def scope_kind_of_schema(schema: str) -> ScopeKind | None:
    """Return the kind of scope that a template with this ``$schema`` goes to; None when it is no template schema.

    The host, the version and a trailing ``#`` do not matter.
    """
    return _FILES.get(schema.rstrip("#").rpartition("/")[2].casefold())


def scope_kind_of_template(template: Mapping[str, Json]) -> ScopeKind:
    """Return the kind of scope that *template* goes to by its ``$schema``; a resource group when that says nothing."""
    schema = template.get("$schema")
    return (scope_kind_of_schema(schema) if isinstance(schema, str) else None) or ScopeKind.GROUP


def only_scope_kind(type_: str) -> ScopeKind | None:
    """Return the one kind of scope that resources of a type live at, None when there are several or it is not known."""
    return _ONLY_AT.get(type_.casefold())


def scope_kind_of_types(types: Iterable[str]) -> ScopeKind:
    """Return the kind of scope that resources of *types*, declared without a ``scope`` of their own, can go to.

    Source: the scopes column of the resource reference; a resource group when nothing speaks for another kind.
    """
    kinds = {only_scope_kind(name) for name in types}
    for kind in (ScopeKind.SUBSCRIPTION, ScopeKind.TENANT):
        if kind in kinds:
            return kind
    return ScopeKind.GROUP
