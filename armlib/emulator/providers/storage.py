"""Storage accounts, their services and containers.

Source: the REST API of Microsoft.Storage, 2023-05-01.
"""

from __future__ import annotations

import re
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, kept_from_before, name_taken
from armlib.emulator.providers.made_up import key
from armlib.emulator.providers.protocol import Act, Provider, Put
from armlib.emulator.regions import paired_region
from armlib.jsontypes import Json

_NAME: Final = re.compile(r"[a-z0-9]{3,24}\Z")
_CONTAINER: Final = re.compile(r"(\$root|\$web|\$logs|[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9])\Z")
_SERVICES: Final = ("blob", "file", "queue", "table")
_OF_KIND: Final = {
    "filestorage": ("file",),
    "blobstorage": ("dfs", "blob"),
    "blockblobstorage": ("dfs", "web", "blob"),
    "storage": ("blob", "queue", "table", "file"),
}
_ALL: Final = ("dfs", "web", "blob", "queue", "table", "file")
_ZONES: Final = {"web": "z13.web"}
_FLAT_KEYS: Final = "2015-06-15"  # the last version that answers ``{key1, key2}``


class StorageAccounts(Generic):
    """``Microsoft.Storage/storageAccounts``."""

    types = ("Microsoft.Storage/storageAccounts",)
    always = tuple(f"{service}Services/default" for service in _SERVICES)

    def check(self, put: Put) -> None:
        """Want a name that nobody else has."""
        name = put.address.name
        if not _NAME.match(name):
            raise Fault(
                400,
                "AccountNameInvalid",
                f"{name} is not a valid storage account name. Storage account name must be between 3 and 24 "
                "characters in length and use numbers and lower-case letters only.",
                target=put.id,
            )
        if name_taken(put):
            raise Fault(
                409, "StorageAccountAlreadyTaken", f"The storage account named {name} is already taken.", target=put.id
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Add endpoints, regions, the tier, and when it was made."""
        filled = super().fill(put)
        location = str(put.body.get("location", ""))
        sku = put.body.get("sku")
        sku_name = str(sku.get("name", "")) if isinstance(sku, dict) else ""
        made: dict[str, Any] = {
            "provisioningState": "Succeeded",
            "primaryEndpoints": _endpoints(put, ""),
            "primaryLocation": location,
            "statusOfPrimary": "available",
            "creationTime": kept_from_before(put, "creationTime", put.view.now),
        }
        pair = paired_region(location)
        if "GRS" in sku_name or "GZRS" in sku_name:
            made |= {"secondaryLocation": pair or location, "statusOfSecondary": "available"}
            if sku_name.startswith("Standard_RA"):
                made["secondaryEndpoints"] = _endpoints(put, "-secondary")
        if isinstance(sku, dict):
            filled["sku"] = {**sku, "tier": sku_name.partition("_")[0] or "Standard"}
        filled.setdefault("kind", "StorageV2")
        return completed(filled, defaults={"supportsHttpsTrafficOnly": True}, made=made)

    def act(self, call: Act) -> Json:
        """List keys and signatures; none of them opens anything."""
        action = call.action.casefold()
        if action in ("listkeys", "regeneratekey"):
            if call.api_version[:10] <= _FLAT_KEYS:
                return {name: key(f"{name} of {call.id}") for name in ("key1", "key2")}
            return {
                "keys": [
                    {"keyName": name, "value": key(f"{name} of {call.id}"), "permissions": "FULL"}
                    for name in ("key1", "key2")
                ]
            }
        if action in ("listaccountsas", "listservicesas"):
            name = "accountSasToken" if action == "listaccountsas" else "serviceSasToken"
            return {name: f"sv=2022-11-02&sig={key(f'signature of {call.id}', 32)}"}
        return super().act(call)


class Services(Generic):
    """The services of an account."""

    types = tuple(f"Microsoft.Storage/storageAccounts/{service}Services" for service in _SERVICES)

    def check(self, put: Put) -> None:
        """Want the one name that there is."""
        if put.address.name.casefold() != "default":
            raise Fault(
                400, "InvalidResourceName", f"The name of the service must be 'default', and not '{put.address.name}'."
            )


class Containers(Generic):
    """Containers of blobs."""

    types = ("Microsoft.Storage/storageAccounts/blobServices/containers",)

    def check(self, put: Put) -> None:
        """Want a name that can be a host's."""
        if not _CONTAINER.match(put.address.name):
            raise Fault(
                400,
                "ContainerOperationFailure",
                "The specified resource name contains invalid characters: a container's name has 3 to 63 lower-case "
                f"letters, digits and single hyphens, and '{put.address.name}' has not.",
                target=put.id,
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Say that nobody leases it."""
        made = {
            "leaseStatus": "Unlocked",
            "leaseState": "Available",
            "lastModifiedTime": put.view.now,
            "deleted": False,
            "hasLegalHold": False,
            "hasImmutabilityPolicy": False,
        }
        return completed(super().fill(put), defaults={"publicAccess": "None"}, made=made)


def _endpoints(put: Put, suffix: str) -> dict[str, str]:
    kinds = _OF_KIND.get(str(put.body.get("kind", "")).casefold(), _ALL)
    name = put.address.name.casefold() + suffix
    return {kind: f"https://{name}.{_ZONES.get(kind, kind)}.core.windows.net/" for kind in kinds}


PROVIDERS: Final[tuple[Provider, ...]] = (
    StorageAccounts(),
    Services(),
    Containers(),
)
