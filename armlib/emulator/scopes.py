"""The tenant, subscriptions, resource groups and management groups."""

from __future__ import annotations

from armlib.emulator.addresses import Kind, parse_address
from armlib.emulator.caller import ANYONE, Caller
from armlib.emulator.refusals import not_found
from armlib.emulator.resources import Resources, Stored
from armlib.emulator.settings import Settings
from armlib.emulator.store import Store
from armlib.jsontypes import JsonObject

API_VERSION = "2025-04-01"
_GROUPS = "microsoft.resources/resourcegroups"
_SUBSCRIPTIONS = "microsoft.resources/subscriptions"
_MANAGEMENT_GROUPS = "microsoft.management/managementgroups"


class Scopes:
    """What resources lie in; all of it can also be put, got and deleted by its id, through ``Resources``."""

    def __init__(self, resources: Resources, store: Store, settings: Settings) -> None:
        self._resources = resources
        self._store = store
        self._settings = settings

    @property
    def tenant(self) -> JsonObject:
        """The tenant, as lists of tenants have it."""
        id_ = self._settings.tenant_id
        return {
            "id": f"/tenants/{id_}",
            "tenantId": id_,
            "displayName": "Local",
            "countryCode": "",
            "domains": ["local.example"],
            "tenantCategory": "Home",
            "defaultDomain": "local.example",
            "tenantType": "AAD",
        }

    @property
    def root(self) -> str:
        """The id of the root management group."""
        return f"/providers/Microsoft.Management/managementGroups/{self._settings.tenant_id}"

    @property
    def subscription(self) -> str:
        """The id of the subscription that is there from the start."""
        return f"/subscriptions/{self._settings.subscription_id}"

    def begin(self) -> None:
        """Make what is there from the start, unless it is."""
        if self._store.find(parse_address(self.subscription).key) and self._store.find(parse_address(self.root).key):
            return
        with self._store.write():
            self._resources.put(self.root, API_VERSION, {"properties": {"displayName": "Tenant Root Group"}})
            self._resources.put(self.subscription, API_VERSION, {"displayName": "Local subscription"})

    def subscriptions(self) -> list[JsonObject]:
        """Return the subscriptions."""
        return [row.value for row in self._store.of_type(_SUBSCRIPTIONS)]

    def management_groups(self) -> list[JsonObject]:
        """Return the management groups."""
        return [row.value for row in self._store.of_type(_MANAGEMENT_GROUPS)]

    def groups(self, subscription: str | None = None) -> list[JsonObject]:
        """Return the resource groups of the subscription with the id *subscription*, or all."""
        if subscription is None:
            return [row.value for row in self._store.of_type(_GROUPS)]
        self._resources.get(subscription)
        return [row.value for row in self._store.of_type(_GROUPS, parse_address(subscription).key)]

    def exists(self, id_: str) -> bool:
        """Return whether a scope is there."""
        address = parse_address(id_)
        return address.kind is Kind.TENANT or self._resources.find(id_) is not None

    def require(self, id_: str) -> None:
        """Raise the service's fault when a scope is not there."""
        if not self.exists(id_):
            self._resources.get(id_)
            raise not_found(parse_address(id_))

    def put_group(
        self, id_: str, location: str, tags: dict[str, str] | None = None, *, caller: Caller = ANYONE
    ) -> Stored:
        """Make a resource group, or give it other tags."""
        body: JsonObject = {"location": location, **({"tags": dict(tags)} if tags is not None else {})}
        return self._resources.put(id_, API_VERSION, body, caller=caller)
