"""Resource providers: their types and API versions, and whether a subscription may use them.

What is installed of the type definitions says which there are; without them, those that have been used. Every namespace
counts as registered until it is unregistered.
"""

from __future__ import annotations

from typing import Final

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, Kind, parse_address
from armlib.emulator.caller import Caller
from armlib.emulator.definitions import Definitions
from armlib.emulator.providers.lookup import special_types
from armlib.emulator.regions import REGIONS
from armlib.emulator.store import Store
from armlib.jsontypes import JsonObject

_REGISTRATIONS: Final = "registrations"
_FREE: Final = frozenset(
    ("microsoft.resources", "microsoft.authorization", "microsoft.management", "microsoft.features")
)
_LOCATIONS: Final = tuple(region.display_name for region in REGIONS)


class Catalogue:
    """The providers of a state; :meth:`guard` is a guard of ``Resources``."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._known: dict[str, list[JsonObject]] = {}
        self._defined: dict[str, str] | None = None

    def namespaces(self) -> list[str]:
        """Return the namespaces, as they are spelt, sorted."""
        return sorted(self._spelt().values(), key=str.casefold)

    def provider(self, namespace: str, subscription: str | None = None) -> JsonObject | None:
        """Return ``{id, namespace, registrationState, resourceTypes}`` of a namespace, None when it is not known.

        Args:
            namespace: In any case.
            subscription: The id of the subscription that asks; None for the tenant.
        """
        spelt = self._spelt().get(namespace.casefold())
        return None if spelt is None else self._provider(spelt, subscription)

    def _provider(self, spelt: str, subscription: str | None) -> JsonObject:
        namespace = spelt.casefold()
        types = self._types(namespace)
        above = subscription.rstrip("/") if subscription else ""
        free = namespace in _FREE
        provider: JsonObject = {"id": f"{above}/providers/{spelt}", "namespace": spelt}
        if subscription:
            provider["registrationPolicy"] = "RegistrationFree" if free else "RegistrationRequired"
            provider["registrationState"] = self.state(subscription, namespace)
        return {**provider, "resourceTypes": list(types)}

    def providers(self, subscription: str | None = None) -> list[JsonObject]:
        """Return all that are known, sorted by namespace."""
        return [self._provider(spelt, subscription) for spelt in self.namespaces()]

    def state(self, subscription: str, namespace: str) -> str:
        """Return ``Registered`` or ``Unregistered``."""
        kept = self._store.document(_REGISTRATIONS, _key(subscription, namespace))
        return "Registered" if kept is None else str(kept["state"])

    def register(self, subscription: str, namespace: str) -> JsonObject:
        """Let a subscription use a namespace; return the provider.

        Raises:
            Fault: there is no such namespace.
        """
        provider = self._required(subscription, namespace)
        self._store.drop(_REGISTRATIONS, _key(subscription, namespace))
        return {**provider, "registrationState": "Registered"}

    def unregister(self, subscription: str, namespace: str) -> JsonObject:
        """Keep a subscription from using a namespace; return the provider.

        Raises:
            Fault: there is no such namespace, it is needed, or there are resources of it.
        """
        provider = self._required(subscription, namespace)
        folded = namespace.casefold()
        if folded in _FREE:
            raise Fault(
                409,
                "CannotUnregisterRegistrationFreeResourceProvider",
                f"The namespace '{namespace}' cannot be unregistered.",
            )
        key = parse_address(subscription).key
        used = self._store.rows(
            "select id from resources where type >= ? and type < ? and key > ? and key < ? limit 1",
            f"{folded}/",
            f"{folded}0",
            f"{key}/",
            f"{key}0",
        )
        if used:
            raise Fault(
                409,
                "CannotUnregisterInUseResourceProvider",
                f"The subscription has resources of the namespace '{namespace}', such as '{used[0][0]}'. Delete them "
                "first.",
            )
        body: JsonObject = {"state": "Unregistered", "namespace": namespace}
        self._store.keep(_REGISTRATIONS, _key(subscription, namespace), body, scope=key)
        return {**provider, "registrationState": "Unregistered"}

    def guard(self, address: Address, verb: str, caller: Caller) -> None:
        """Raise a fault when what is written is of a namespace that the subscription has unregistered."""
        if verb != "write" or address.kind is not Kind.RESOURCE or not address.subscription:
            return
        if self.state(address.subscription, address.namespace) != "Registered":
            raise Fault(
                409,
                "MissingSubscriptionRegistration",
                "The subscription is not registered to use namespace "
                f"'{address.namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.",
                target=address.id,
            )

    def _required(self, subscription: str, namespace: str) -> JsonObject:
        provider = self.provider(namespace, subscription)
        if provider is None:
            raise Fault(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
        return provider

    def _types(self, namespace: str) -> list[JsonObject]:
        if namespace not in self._known or not self._definitions.installed:
            names = self._definitions.names(namespace)
            types = [(name, self._definitions.versions(name)) for name in names]
            if not names:
                types = self._seen(namespace)
            self._known[namespace] = [_type(name, versions) for name, versions in types]
        return self._known[namespace]

    def _seen(self, namespace: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return the types of a namespace that there are resources of, with the versions they were put with."""
        found: dict[str, tuple[str, list[str]]] = {}
        for type_, id_, version in self._store.types():
            if type_.partition("/")[0] == namespace:
                found.setdefault(type_, (parse_address(id_).type, []))[1].append(version)
        for type_ in special_types():
            if type_.partition("/")[0].casefold() == namespace:
                found.setdefault(type_.casefold(), (type_, []))
        return [(name, tuple(sorted(versions))) for _, (name, versions) in sorted(found.items())]

    def _spelt(self) -> dict[str, str]:
        """Return the namespaces as they are spelt, by what they are in lower case."""
        if self._defined is None:
            names = [self._definitions.names(namespace)[0] for namespace in self._definitions.namespaces()]
            self._defined = {name.partition("/")[0].casefold(): name.partition("/")[0] for name in names}
        found = dict(self._defined)
        for type_, id_, _ in self._store.types():
            found.setdefault(type_.partition("/")[0], parse_address(id_).namespace)
        if not self._definitions.installed:
            for type_ in special_types():
                found.setdefault(type_.partition("/")[0].casefold(), type_.partition("/")[0])
        return found


def _type(name: str, versions: tuple[str, ...]) -> JsonObject:
    newest_first = list(reversed(versions))
    releases = [version for version in newest_first if "-" not in version[10:]]
    shown: JsonObject = {
        "resourceType": name.partition("/")[2],
        "locations": list(_LOCATIONS),
        "apiVersions": list(newest_first),
        "capabilities": "None",
    }
    if newest_first:
        shown["defaultApiVersion"] = (releases or newest_first)[0]
    return shown


def _key(subscription: str, namespace: str) -> str:
    return f"{parse_address(subscription).key} {namespace.casefold()}"
