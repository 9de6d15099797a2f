"""SQL, Cosmos DB, PostgreSQL and MySQL servers, and Redis.

Source: the REST APIs of Microsoft.Sql, 2021-11-01, Microsoft.DocumentDB, 2024-05-15, Microsoft.DBforPostgreSQL,
2022-12-01, and Microsoft.Cache, 2023-08-01.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, kept_from_before, name_taken, objects_at, text_at
from armlib.emulator.providers.made_up import guid, key
from armlib.emulator.providers.protocol import Act, Implied, Provider, Put
from armlib.jsontypes import Json

_SERVER_NAME: Final = re.compile(r"(?=.{1,63}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z")
_CONNECTIONS: Final = ("Primary SQL", "Secondary SQL", "Primary Read-Only SQL", "Secondary Read-Only SQL")
_COSMOS_NAME: Final = re.compile(r"(?=.{3,44}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z")


class SqlServers(Generic):
    """``Microsoft.Sql/servers``."""

    types = ("Microsoft.Sql/servers",)

    def check(self, put: Put) -> None:
        """Want a name that nobody else has."""
        name = put.address.name
        if not _SERVER_NAME.match(name):
            raise Fault(
                400,
                "InvalidServerName",
                f"'{name}' is an invalid name because it contains characters that are not valid: a server's name has "
                "lower-case letters, digits and hyphens, and no hyphen at an end.",
                target=put.id,
            )
        if name_taken(put):
            raise Fault(
                409, "NameAlreadyExists", f"The name '{name}' already exists. Choose a different name.", target=put.id
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a host."""
        filled = super().fill(put)
        filled["kind"] = "v12.0"
        made = {
            "fullyQualifiedDomainName": f"{put.address.name}.database.windows.net",
            "state": "Ready",
            "privateEndpointConnections": [],
        }
        filled["properties"].pop("provisioningState", None)
        defaults = {"version": "12.0", "publicNetworkAccess": "Enabled"}
        return completed(filled, defaults=defaults, made=made)

    def implied(self, put: Put) -> Sequence[Implied]:
        """Make the database that every server has."""
        if put.existing is not None:
            return ()
        body = {
            "location": text_at(put.body, "location"),
            "sku": {"name": "System", "tier": "System"},
            "properties": {},
        }
        return [(f"{put.id}/databases/master", put.api_version, body)]


class SqlDatabases(Generic):
    """``Microsoft.Sql/servers/databases``."""

    types = ("Microsoft.Sql/servers/databases",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Say that it is there, and what it is."""
        filled = super().fill(put)
        sku = filled.get("sku")
        known = sku if isinstance(sku, dict) else {"name": "GP_Gen5_2", "tier": "GeneralPurpose"}
        filled["sku"] = known
        filled["properties"].pop("provisioningState", None)
        made = {
            "status": "Online",
            "databaseId": guid(f"database {put.id}"),
            "creationDate": kept_from_before(put, "creationDate", put.view.now),
            "currentServiceObjectiveName": known.get("name"),
            "currentSku": known,
            "defaultSecondaryLocation": text_at(put.body, "location"),
        }
        defaults = {
            "collation": "SQL_Latin1_General_CP1_CI_AS",
            "maxSizeBytes": 34359738368,
            "zoneRedundant": False,
            "requestedServiceObjectiveName": known.get("name"),
        }
        return completed(filled, defaults=defaults, made=made)


class FlexibleServers(Generic):
    """``flexibleServers`` of PostgreSQL and MySQL."""

    types = ("Microsoft.DBforPostgreSQL/flexibleServers", "Microsoft.DBforMySQL/flexibleServers")

    def check(self, put: Put) -> None:
        """Want a name that nobody else has."""
        if name_taken(put):
            raise Fault(
                409,
                "ServerNameAlreadyExists",
                f"Specified server name is already used: '{put.address.name}'.",
                target=put.id,
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a host."""
        service = "postgres" if "postgresql" in put.address.type_key else "mysql"
        filled = super().fill(put)
        filled["properties"].pop("provisioningState", None)
        made = {
            "fullyQualifiedDomainName": f"{put.address.name.casefold()}.{service}.database.azure.com",
            "state": "Ready",
        }
        return completed(filled, made=made)


class Cosmos(Generic):
    """``Microsoft.DocumentDB/databaseAccounts``."""

    types = ("Microsoft.DocumentDB/databaseAccounts",)

    def check(self, put: Put) -> None:
        """Want a name that nobody else has."""
        name = put.address.name
        if not _COSMOS_NAME.match(name):
            raise Fault(
                400,
                "BadRequest",
                f"Database account name '{name}' is not valid: it has 3 to 44 lower-case letters, digits and hyphens.",
                target=put.id,
            )
        if name_taken(put):
            raise Fault(
                400, "BadRequest", f"Dns record for {name} under zone Document is already taken.", target=put.id
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it endpoints, and its regions."""
        filled = super().fill(put)
        name = put.address.name.casefold()
        regions = [_region(name, region) for region in objects_at(filled, "properties", "locations")]
        regions = regions or [_region(name, {"locationName": text_at(put.body, "location"), "failoverPriority": 0})]
        writers = regions if filled["properties"].get("enableMultipleWriteLocations") is True else regions[:1]
        filled.setdefault("kind", "GlobalDocumentDB")
        made = {
            "provisioningState": "Succeeded",
            "documentEndpoint": f"https://{name}.documents.azure.com:443/",
            "instanceId": guid(f"account {put.id}"),
            "locations": regions,
            "readLocations": regions,
            "writeLocations": writers,
            "failoverPolicies": [
                {
                    "id": region["id"],
                    "locationName": region["locationName"],
                    "failoverPriority": region["failoverPriority"],
                }
                for region in regions
            ],
        }
        defaults = {
            "databaseAccountOfferType": "Standard",
            "enableAutomaticFailover": False,
            "consistencyPolicy": {
                "defaultConsistencyLevel": "Session",
                "maxIntervalInSeconds": 5,
                "maxStalenessPrefix": 100,
            },
        }
        return completed(filled, defaults=defaults, made=made)

    def act(self, call: Act) -> Json:
        """List keys and what is made of them; they open nothing."""
        action = call.action.casefold()
        keys = {f"{name}MasterKey": key(f"{name} of {call.id}") for name in ("primary", "secondary")}
        readers = {
            f"{name}ReadonlyMasterKey": key(f"{name} of readers of {call.id}") for name in ("primary", "secondary")
        }
        if action == "listkeys":
            return {**keys, **readers}
        if action in ("readonlykeys", "listreadonlykeys"):
            return dict(readers)
        if action == "listconnectionstrings":
            endpoint = text_at(call.resource, "properties", "documentEndpoint")
            described = zip(_CONNECTIONS, [*keys.values(), *readers.values()], strict=True)
            return {
                "connectionStrings": [
                    {
                        "connectionString": f"AccountEndpoint={endpoint};AccountKey={value};",
                        "description": f"{description} Connection String",
                    }
                    for description, value in described
                ]
            }
        return super().act(call)


class Redis(Generic):
    """``Microsoft.Cache/redis``."""

    types = ("Microsoft.Cache/Redis",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a host and ports."""
        made = {
            "hostName": f"{put.address.name.casefold()}.redis.cache.windows.net",
            "port": 6379,
            "sslPort": 6380,
            "provisioningState": "Succeeded",
        }
        return completed(super().fill(put), defaults={"redisVersion": "6.0", "enableNonSslPort": False}, made=made)

    def act(self, call: Act) -> Json:
        """List keys; they open nothing."""
        if call.action.casefold() in ("listkeys", "regeneratekey"):
            return {f"{name}Key": key(f"{name} of {call.id}", 32) for name in ("primary", "secondary")}
        return super().act(call)


def _region(account: str, region: dict[str, Any]) -> dict[str, Any]:
    name = text_at(region, "locationName")
    place = f"{account}-{name.replace(' ', '').casefold()}"
    return {
        "id": place,
        "documentEndpoint": f"https://{place}.documents.azure.com:443/",
        "provisioningState": "Succeeded",
        "failoverPriority": 0,
        "isZoneRedundant": False,
        **region,
    }


PROVIDERS: Final[tuple[Provider, ...]] = (
    SqlServers(),
    SqlDatabases(),
    FlexibleServers(),
    Cosmos(),
    Redis(),
)
