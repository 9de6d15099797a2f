"""The provider of a type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final

from armlib.emulator.providers.generic import Generic
from armlib.emulator.providers.protocol import Provider

_GENERIC = Generic()
# the modules for each namespace, in lower case; one is imported when a type of it is met
_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "microsoft.app": ("containers",),
    "microsoft.authorization": ("authorization",),
    "microsoft.cache": ("databases",),
    "microsoft.cognitiveservices": ("cognitive",),
    "microsoft.compute": ("compute",),
    "microsoft.containerinstance": ("containers",),
    "microsoft.containerregistry": ("containers",),
    "microsoft.containerservice": ("containers",),
    "microsoft.dbformysql": ("databases",),
    "microsoft.dbforpostgresql": ("databases",),
    "microsoft.documentdb": ("databases",),
    "microsoft.eventhub": ("messaging",),
    "microsoft.insights": ("monitor",),
    "microsoft.keyvault": ("keyvault",),
    "microsoft.managedidentity": ("identity",),
    "microsoft.management": ("scopes",),
    "microsoft.network": ("network", "dns"),
    "microsoft.operationalinsights": ("monitor",),
    "microsoft.resources": ("scopes",),
    "microsoft.search": ("cognitive",),
    "microsoft.servicebus": ("messaging",),
    "microsoft.sql": ("databases",),
    "microsoft.storage": ("storage",),
    "microsoft.subscription": ("scopes",),
    "microsoft.synapse": ("cognitive",),
    "microsoft.web": ("web",),
}


@lru_cache(maxsize=4096)
def provider_of(type_: str) -> Provider:
    """Return the provider of a type (in lower case)."""
    return _special(type_.partition("/")[0]).get(type_, _GENERIC)


def is_special(type_: str) -> bool:
    """Return whether a type (in lower case) has a provider of its own."""
    return type_ in _special(type_.partition("/")[0])


def special_types() -> tuple[str, ...]:
    """Return the types, as Azure spells them, that have a provider of their own, sorted."""
    spelt = {each for namespace in _MODULES for provider in _special(namespace).values() for each in provider.types}
    return tuple(sorted(spelt, key=str.casefold))


@lru_cache(maxsize=4096)
def _special(namespace: str) -> Mapping[str, Provider]:
    """Return the providers in the modules for a namespace, by type in lower case."""
    found: dict[str, Provider] = {}
    for name in _MODULES.get(namespace, ()):
        for provider in import_module(f"armlib.emulator.providers.{name}").PROVIDERS:
            found |= {type_.casefold(): provider for type_ in provider.types}
    return found
