"""The provider of a type."""

from __future__ import annotations

from functools import lru_cache

from armlib.emulator.providers.generic import Generic
from armlib.emulator.providers.protocol import Provider

_GENERIC = Generic()


def provider_of(type_: str) -> Provider:
    """Return the provider of a type (in lower case)."""
    return _special().get(type_, _GENERIC)


def is_special(type_: str) -> bool:
    """Return whether a type (in lower case) has a provider of its own."""
    return type_ in _special()


def special_types() -> tuple[str, ...]:
    """Return the types, in lower case, that have a provider of their own, sorted."""
    return tuple(sorted(_special()))


@lru_cache(maxsize=1)
def _special() -> dict[str, Provider]:
    from armlib.emulator.providers import (
        authorization,
        cognitive,
        compute,
        containers,
        databases,
        dns,
        identity,
        keyvault,
        messaging,
        monitor,
        network,
        scopes,
        storage,
        web,
    )

    providers: tuple[Provider, ...] = (
        scopes.ResourceGroups(),
        scopes.Subscriptions(),
        scopes.ManagementGroups(),
        authorization.Locks(),
        authorization.RoleAssignments(),
        cognitive.Accounts(),
        cognitive.SearchServices(),
        cognitive.SynapseWorkspaces(),
        compute.VirtualMachines(),
        compute.ScaleSets(),
        compute.Disks(),
        containers.Registries(),
        containers.Environments(),
        containers.Apps(),
        containers.Groups(),
        containers.Clusters(),
        databases.SqlServers(),
        databases.SqlDatabases(),
        databases.FlexibleServers(),
        databases.Cosmos(),
        databases.Redis(),
        dns.Zones(),
        dns.PrivateZones(),
        dns.Records(),
        dns.Links(),
        identity.UserAssignedIdentities(),
        keyvault.Vaults(),
        keyvault.AccessPolicies(),
        keyvault.Secrets(),
        keyvault.Keys(),
        messaging.Namespaces(),
        messaging.Rules(),
        monitor.Workspaces(),
        monitor.Components(),
        network.Networked(),
        network.VirtualNetworks(),
        network.Subnets(),
        network.SecurityGroups(),
        network.SecurityRules(),
        network.RouteTables(),
        network.Routes(),
        network.PublicAddresses(),
        network.NetworkInterfaces(),
        network.LoadBalancers(),
        network.Firewalls(),
        network.Gateways(),
        network.Circuits(),
        network.PrivateEndpoints(),
        storage.StorageAccounts(),
        storage.Services(),
        storage.Containers(),
        web.Plans(),
        web.Sites(),
        web.Configurations(),
        web.StaticSites(),
    )
    return {type_: provider for provider in providers for type_ in provider.types}
