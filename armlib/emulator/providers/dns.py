"""DNS zones, public and private, and their records.

Source: the REST APIs of Microsoft.Network/dnsZones, 2018-05-01, and privateDnsZones, 2020-06-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, text_at
from armlib.emulator.providers.made_up import seed
from armlib.emulator.providers.protocol import Gone, Implied, Provider, Put, View
from armlib.jsontypes import JsonObject

_RECORDS: Final = ("A", "AAAA", "CAA", "CNAME", "DS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "TLSA", "TXT")
_TOP: Final = {"com": 0, "net": 1, "org": 2, "info": 3}


class Zones(Generic):
    """``Microsoft.Network/dnsZones``: its name servers, and the records that it begins with."""

    types = ("Microsoft.Network/dnsZones",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Name the servers."""
        made = {"nameServers": _name_servers(put.id), "maxNumberOfRecordSets": 10000}
        return completed(super().fill(put), defaults={"zoneType": "Public"}, made=made)

    def implied(self, put: Put) -> Sequence[Implied]:
        """Make the records at the top of the zone."""
        if put.existing is not None:
            return ()
        servers = _name_servers(put.id)
        start = {
            "TTL": 3600,
            "SOARecord": {
                "host": servers[0],
                "email": "azuredns-hostmaster.microsoft.com",
                "serialNumber": 1,
                "refreshTime": 3600,
                "retryTime": 300,
                "expireTime": 2419200,
                "minimumTTL": 300,
            },
        }
        names = {"TTL": 172800, "NSRecords": [{"nsdname": server} for server in servers]}
        return [
            (f"{put.id}/SOA/@", put.api_version, {"properties": start}),
            (f"{put.id}/NS/@", put.api_version, {"properties": names}),
        ]

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer with how many records there are."""
        return completed(stored, made={"numberOfRecordSets": _count(stored, view)})


class PrivateZones(Generic):
    """``Microsoft.Network/privateDnsZones``."""

    types = ("Microsoft.Network/privateDnsZones",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Say how much there may be."""
        made = {
            "maxNumberOfRecordSets": 25000,
            "maxNumberOfVirtualNetworkLinks": 1000,
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            "provisioningState": "Succeeded",
        }
        return completed(super().fill(put), made=made)

    def implied(self, put: Put) -> Sequence[Implied]:
        """Make the record at the top of the zone."""
        if put.existing is not None:
            return ()
        start = {
            "ttl": 3600,
            "soaRecord": {
                "host": "azureprivatedns.net",
                "email": "azureprivatedns-host.microsoft.com",
                "serialNumber": 1,
                "refreshTime": 3600,
                "retryTime": 300,
                "expireTime": 2419200,
                "minimumTtl": 10,
            },
        }
        return [(f"{put.id}/SOA/@", put.api_version, {"properties": start})]

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer with how many records and links there are."""
        links = view.list(f"{stored['type']}/virtualNetworkLinks", str(stored["id"]))
        made = {"numberOfRecordSets": _count(stored, view), "numberOfVirtualNetworkLinks": len(links)}
        return completed(stored, made=made)


class Records(Generic):
    """The sets of records of a zone."""

    types = tuple(
        f"Microsoft.Network/{zone}/{record}" for zone in ("dnsZones", "privateDnsZones") for record in _RECORDS
    )

    def check(self, put: Put) -> None:
        """Want no alias at the top of the zone."""
        if put.address.type_key.endswith("/cname") and put.address.name == "@":
            raise Fault(
                400,
                "BadRequest",
                "CNAME record sets with name '@' are not supported: the top of a zone has other records.",
                target=put.id,
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the whole name."""
        zone = put.address.names[0]
        name = zone if put.address.name == "@" else f"{put.address.name}.{zone}"
        filled = super().fill(put)
        filled["properties"].pop("provisioningState", None)
        made: dict[str, Any] = {"fqdn": f"{name}."}
        if "/dnszones/" in put.address.type_key:
            made["provisioningState"] = "Succeeded"
        return completed(filled, made=made)

    def may_delete(self, gone: Gone) -> None:
        """Keep the records at the top of a zone as long as the zone is there."""
        is_own = gone.address.type_key.endswith(("/soa", "/ns")) and gone.address.name == "@"
        zone = gone.address.id.rsplit("/", 2)[0]
        if is_own and not gone.leaves(zone):
            kind = gone.address.type.rpartition("/")[2]
            raise Fault(
                400,
                "BadRequest",
                f"The record set of type '{kind}' at the top of a zone cannot be deleted.",
                target=zone,
            )


class Links(Generic):
    """``privateDnsZones/virtualNetworkLinks``."""

    types = ("Microsoft.Network/privateDnsZones/virtualNetworkLinks",)

    def check(self, put: Put) -> None:
        """Want the network to be there, and linked once."""
        network = text_at(put.properties, "virtualNetwork", "id")
        if put.preflight or not network:
            return
        if put.view.checks_references and not put.view.exists(network):
            raise Fault(400, "BadRequest", f"The virtual network '{network}' was not found.", target=put.id)
        for other in put.view.list(put.address.type, put.id.rsplit("/", 2)[0]):
            is_same = str(other["id"]).casefold() == put.address.key
            if not is_same and text_at(other, "properties", "virtualNetwork", "id").casefold() == network.casefold():
                raise Fault(
                    409,
                    "Conflict",
                    f"A virtual network cannot be linked to a zone twice; '{other['name']}' links '{network}' already.",
                    target=put.id,
                )

    def fill(self, put: Put) -> dict[str, Any]:
        """Say that it is linked."""
        made = {"virtualNetworkLinkState": "Completed", "provisioningState": "Succeeded"}
        return completed(super().fill(put), defaults={"registrationEnabled": False}, made=made)

    def may_delete(self, gone: Gone) -> None:
        """Let it go."""


def _count(zone: JsonObject, view: View) -> int:
    return sum(len(view.list(f"{zone['type']}/{record}", str(zone["id"]))) for record in _RECORDS)


def _name_servers(zone: str) -> list[str]:
    number = 1 + seed(f"servers of {zone}", 1)[0] % 9
    return [f"ns{at + 1}-0{number}.azure-dns.{top}." for top, at in _TOP.items()]


PROVIDERS: Final[tuple[Provider, ...]] = (
    Zones(),
    PrivateZones(),
    Records(),
    Links(),
)
