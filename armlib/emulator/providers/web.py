"""App Service: plans, sites, slots, their configuration, and static sites.

Source: the REST API of Microsoft.Web, 2023-12-01.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, name_taken, objects_at, text_at
from armlib.emulator.providers.made_up import address, hexadecimal, key
from armlib.emulator.providers.protocol import Act, Gone, Implied, Provider, Put, View
from armlib.jsontypes import Json, JsonObject

_SITE_NAME: Final = re.compile(r"(?=.{2,60}\Z)[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]\Z")
_SITE: Final = "Microsoft.Web/sites"
_TIERS: Final = {
    "F": "Free",
    "D": "Shared",
    "B": "Basic",
    "S": "Standard",
    "P": "Premium",
    "I": "Isolated",
    "Y": "Dynamic",
    "EP": "ElasticPremium",
    "WS": "WorkflowStandard",
    "FC": "FlexConsumption",
}
_SKU: Final = re.compile(r"([A-Za-z]+)\d*[A-Za-z]*(v\d)?\Z")
_LISTS: Final = (
    "appsettings",
    "connectionstrings",
    "azurestorageaccounts",
    "authsettings",
    "metadata",
    "backup",
    "pushsettings",
    "publishingcredentials",
)


class Plans(Generic):
    """``Microsoft.Web/serverfarms``."""

    types = ("Microsoft.Web/serverfarms",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Write its size out, and say that it is ready."""
        filled = super().fill(put)
        sku = filled.get("sku")
        if isinstance(sku, dict) and isinstance(sku.get("name"), str):
            filled["sku"] = {**_sku(sku["name"]), **sku}
        filled.setdefault("kind", "app")
        made = {
            "status": "Ready",
            "provisioningState": "Succeeded",
            "geoRegion": text_at(put.body, "location"),
            "resourceGroup": put.address.group.rpartition("/")[2],
            "subscription": put.address.subscription.rpartition("/")[2],
        }
        defaults = {"reserved": False, "perSiteScaling": False, "numberOfWorkers": 1}
        return completed(filled, defaults=defaults, made=made)

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer with how many sites it has."""
        return completed(stored, made={"numberOfSites": len(view.referrers(str(stored["id"]), _SITE))})

    def may_delete(self, gone: Gone) -> None:
        """Refuse while it has sites."""
        names = [str(site["name"]) for site in gone.view.referrers(gone.address.id, _SITE)]
        if names:
            raise Fault(
                409,
                "Conflict",
                f"Server farm '{gone.address.name}' cannot be deleted because it has web app(s) {', '.join(names)} "
                "assigned to it.",
                target=gone.address.id,
            )


class Sites(Generic):
    """``Microsoft.Web/sites``, and slots."""

    types = ("Microsoft.Web/sites", "Microsoft.Web/sites/slots")
    below = (
        *(f"config/{name}/list" for name in _LISTS),
        "host/default/listkeys",
        "functions/*/listkeys",
        "hostruntime/*",
    )

    def check(self, put: Put) -> None:
        """Want a name that nobody else has, and a plan."""
        name = put.address.name
        if not _SITE_NAME.match(name):
            raise Fault(
                400,
                "BadRequest",
                f"The site name '{name}' is invalid: it has 2 to 60 letters, digits and hyphens, none of them at an "
                "end.",
                target=put.id,
            )
        if len(put.address.names) == 1 and name_taken(put):
            raise Fault(409, "Conflict", f"Website with given name {name} already exists.", target=put.id)
        plan = text_at(put.properties, "serverFarmId")
        if plan.startswith("/") and put.view.checks_references and not put.preflight and not put.view.exists(plan):
            farm = plan.rpartition("/")[2]
            raise Fault(404, "NotFound", f"Cannot find the server farm with name {farm}: '{plan}'.", target=put.id)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a host and addresses; its settings are shown by another way only."""
        filled = super().fill(put)
        host = "-".join(put.address.names).casefold()
        settings = filled["properties"].get("siteConfig")
        shown = (
            {name: value for name, value in settings.items() if name not in _HIDDEN}
            if isinstance(settings, dict)
            else {}
        )
        outbound = ",".join(address(f"outbound {number} of {put.id}") for number in range(4))
        kind = filled.setdefault("kind", "app")
        made = {
            "siteConfig": shown,
            "state": "Running",
            "hostNames": [f"{host}.azurewebsites.net"],
            "repositorySiteName": put.address.names[0],
            "usageState": "Normal",
            "enabledHostNames": [f"{host}.azurewebsites.net", f"{host}.scm.azurewebsites.net"],
            "availabilityState": "Normal",
            "defaultHostName": f"{host}.azurewebsites.net",
            "inboundIpAddress": address(f"inbound of {put.id}"),
            "outboundIpAddresses": outbound,
            "possibleOutboundIpAddresses": outbound,
            "customDomainVerificationId": hexadecimal(f"domains of {put.address.subscription}", 64).upper(),
            "lastModifiedTimeUtc": put.view.now,
            "resourceGroup": put.address.group.rpartition("/")[2],
        }
        defaults = {
            "enabled": True,
            "hostNameSslStates": [
                {"name": f"{host}.azurewebsites.net", "sslState": "Disabled", "hostType": "Standard"},
                {"name": f"{host}.scm.azurewebsites.net", "sslState": "Disabled", "hostType": "Repository"},
            ],
            "reserved": "linux" in str(kind),
            "httpsOnly": False,
            "clientAffinityEnabled": True,
        }
        return completed(filled, defaults=defaults, made=made)

    def implied(self, put: Put) -> Sequence[Implied]:
        """Make the configuration that the site says of itself."""
        settings = put.properties.get("siteConfig")
        if not isinstance(settings, dict):
            return [] if put.existing is not None else [(f"{put.id}/config/web", put.api_version, {})]
        rest: JsonObject = {name: value for name, value in settings.items() if name not in _HIDDEN}
        made: list[Implied] = [(f"{put.id}/config/web", put.api_version, {"properties": rest})]
        if isinstance(settings.get("appSettings"), list):
            values = {
                str(each["name"]): each["value"]
                for each in objects_at(settings, "appSettings")
                if isinstance(each.get("name"), str) and "value" in each
            }
            made.append((f"{put.id}/config/appsettings", put.api_version, {"properties": values}))
        return made

    def act(self, call: Act) -> Json:
        """List settings, keys and credentials; none of them opens anything."""
        action = call.action.casefold()
        if action == "config/publishingcredentials/list":
            return {
                "id": f"{call.id}/config/publishingcredentials",
                "name": "publishingcredentials",
                "type": f"{call.address.type}/config",
                "properties": {
                    "publishingUserName": f"${call.address.name}",
                    "publishingPassword": key(f"publishing to {call.id}", 45),
                },
            }
        if action.startswith("config/"):
            name = action.split("/")[1]
            return {
                "id": f"{call.id}/config/{name}",
                "name": name,
                "type": f"{call.address.type}/config",
                "properties": {},
            }
        if action == "host/default/listkeys":
            return {
                "masterKey": key(f"master key of {call.id}", 42),
                "functionKeys": {"default": key(f"function key of {call.id}", 42)},
                "systemKeys": {},
            }
        if action.startswith("functions/"):
            return {"default": key(f"{action} of {call.id}", 42)}
        return None


class Configurations(Generic):
    """``sites/config``: settings go in, and only their lists show them."""

    types = ("Microsoft.Web/sites/config", "Microsoft.Web/sites/slots/config")

    def fill(self, put: Put) -> dict[str, Any]:
        """Keep what is sent; there is no state."""
        filled = super().fill(put)
        if isinstance(filled.get("properties"), dict):
            filled["properties"].pop("provisioningState", None)
        return filled

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer without the settings that only lists show."""
        if str(stored["name"]).casefold() in _LISTS:
            return {name: value for name, value in stored.items() if name != "properties"}
        return stored

    def act(self, call: Act) -> Json:
        """List the settings, without those that are secret."""
        if call.action.casefold() == "list":
            return call.kept
        return None


class StaticSites(Generic):
    """``Microsoft.Web/staticSites``."""

    types = ("Microsoft.Web/staticSites",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a host."""
        made = {"defaultHostname": f"{put.address.name.casefold()}-{hexadecimal(put.id, 9)}.1.azurestaticapps.net"}
        return completed(super().fill(put), made={**made, "customDomains": [], "provider": "None"})

    def act(self, call: Act) -> Json:
        """List the key for deployments; it opens nothing."""
        if call.action.casefold() == "listsecrets":
            return {"properties": {"apiKey": key(f"deployment key of {call.id}", 48)}}
        return super().act(call)


_HIDDEN: Final = frozenset(
    ("appSettings", "connectionStrings", "azureStorageAccounts", "metadata", "publishingPassword")
)


def _sku(name: str) -> dict[str, Any]:
    """Return the tier, size and family of a plan's size, ``P1v3``."""
    found = _SKU.match(name)
    family = found[1] if found else name
    version = found[2] if found and found[2] else ""
    tier = _TIERS.get(family.upper(), "Standard")
    return {"name": name, "tier": tier + version.upper(), "size": name, "family": family + version, "capacity": 1}


PROVIDERS: Final[tuple[Provider, ...]] = (
    Plans(),
    Sites(),
    Configurations(),
    StaticSites(),
)
