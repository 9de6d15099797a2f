"""Resource groups, subscriptions and management groups, which are put and deleted as resources are."""

from __future__ import annotations

from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import SUCCEEDED, Generic, completed, envelope, text_at, value_at
from armlib.emulator.providers.made_up import guid
from armlib.emulator.providers.protocol import Provider, Put
from armlib.emulator.refusals import location_required
from armlib.jsontypes import JsonObject


class ResourceGroups(Generic):
    """``Microsoft.Resources/resourceGroups``."""

    types = ("Microsoft.Resources/resourceGroups",)

    def check(self, put: Put) -> None:
        """Want a location, and the one it has."""
        location = put.body.get("location")
        if not isinstance(location, str) or not location.strip():
            raise location_required()
        was = put.existing.get("location") if put.existing else None
        if isinstance(was, str) and normal_location(was) != normal_location(location):
            raise Fault(
                409,
                "InvalidResourceGroupLocation",
                f"Invalid resource group location '{location}'. The Resource group already exists in location '{was}'.",
            )

    def fill(self, put: Put) -> JsonObject:
        """Keep location, tags and ``managedBy``."""
        filled: dict[str, Any] = {
            "id": put.id,
            "name": put.address.name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": put.existing["location"] if put.existing else normal_location(str(put.body["location"])),
        }
        for name in ("tags", "managedBy"):
            if put.body.get(name) is not None:
                filled[name] = put.body[name]
        return {**filled, "properties": {"provisioningState": SUCCEEDED}}


class Aliases(Generic):
    """``Microsoft.Subscription/aliases``: a new subscription, or another name for one that is there."""

    types = ("Microsoft.Subscription/aliases",)

    def fill(self, put: Put) -> JsonObject:
        """Tell the id of the subscription; any id is taken as one that exists."""
        filled = super().fill(put)
        known = text_at(put.properties, "subscriptionId")
        made = {"subscriptionId": known or guid(f"subscription of {put.id}"), "provisioningState": SUCCEEDED}
        return completed(filled, made=made)


class Subscriptions(Generic):
    """Subscriptions, which the local ARM makes when they are first used."""

    types = ("Microsoft.Resources/subscriptions",)

    def fill(self, put: Put) -> JsonObject:
        """Return a subscription that can be used."""
        name = put.address.name
        shown = put.body.get("displayName") or (put.existing or {}).get("displayName") or f"Local subscription {name}"
        filled: dict[str, Any] = {
            "id": put.id,
            "subscriptionId": name,
            "tenantId": put.view.tenant,
            "displayName": shown,
            "state": "Enabled",
            "authorizationSource": "RoleBased",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
            "managedByTenants": [],
        }
        if put.body.get("tags") is not None:
            filled["tags"] = put.body["tags"]
        return filled


class ManagementGroups(Generic):
    """``Microsoft.Management/managementGroups``."""

    types = ("Microsoft.Management/managementGroups",)

    def check(self, put: Put) -> None:
        """Want the parent to be there."""
        parent = _parent(put)
        if parent and put.view.checks_references and not put.preflight and not put.view.exists(parent):
            name = parent.rpartition("/")[2]
            raise Fault(404, "NotFound", f"The management group '{name}' cannot be found.", target=parent)

    def fill(self, put: Put) -> JsonObject:
        """Return the group below its parent, the root when none is named."""
        root = put.view.tenant
        parent = _parent(put) or f"/providers/Microsoft.Management/managementGroups/{root}"
        details: dict[str, Any] = {"version": 1, "updatedTime": put.view.now, "updatedBy": "local"}
        if put.address.name.casefold() != root.casefold():
            details["parent"] = {"id": parent, "name": parent.rpartition("/")[2]}
        was = value_at(put.existing, "properties", "details", "updatedTime")
        if was is not None:
            details["updatedTime"] = was
        filled = envelope(put)
        shown = put.properties.get("displayName") or put.address.name
        filled["type"] = "Microsoft.Management/managementGroups"
        filled["properties"] = {"tenantId": root, "displayName": shown, "details": details}
        return filled


def normal_location(location: str) -> str:
    """Return a location as the service compares them: ``westeurope``."""
    return location.replace(" ", "").casefold()


def _parent(put: Put) -> str | None:
    return text_at(put.properties, "details", "parent", "id") or None


PROVIDERS: Final[tuple[Provider, ...]] = (
    ResourceGroups(),
    Subscriptions(),
    Aliases(),
    ManagementGroups(),
)
