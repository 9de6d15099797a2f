"""Addresses of subnets: which one a resource gets, and ranges that lie in others and do not overlap.

Source: the REST API of Microsoft.Network, 2023-11-01; "Azure Virtual Network error codes".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import object_at, objects_at, text_at
from armlib.emulator.providers.made_up import seed
from armlib.emulator.providers.protocol import Put
from armlib.jsontypes import Json

Network = IPv4Network | IPv6Network

_RESERVED: Final = 4  # addresses at the start of a subnet that Azure keeps, and one at its end


def with_addresses(put: Put, configurations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return *configurations* with an address from the subnet that each one names.

    The address is a function of the id, unless another resource has it; then it is the next one that is free.
    """
    given: list[dict[str, Any]] = []
    taken: set[str] = set()
    for configuration in configurations:
        properties = dict(object_at(configuration, "properties"))
        subnet = text_at(properties, "subnet", "id")
        if subnet:
            if not text_at(properties, "privateIPAddress"):
                properties["privateIPAddress"] = _free(put, subnet, text_at(configuration, "name"), taken)
                properties.setdefault("privateIPAllocationMethod", "Dynamic")
            taken.add(text_at(properties, "privateIPAddress"))
            properties.setdefault("privateIPAddressVersion", "IPv4")
        given.append({**configuration, "properties": properties})
    return given


def _free(put: Put, subnet: str, name: str, taken: set[str]) -> str:
    before = _address_before(put, subnet, name)
    if before and before not in taken:
        return before
    found = put.view.get(subnet)
    ranges = subnet_ranges(subnet, found.get("properties")) if found is not None else []
    network = next((each for each in ranges if each.version == 4), ip_network("10.0.0.0/24"))
    room = network.num_addresses - _RESERVED - 1
    used = taken | _used(put, subnet)
    start = int.from_bytes(seed(f"address of {name} of {put.id}", 8), "big") % max(room, 1)
    for step in range(max(room, 0)):
        candidate = str(network[_RESERVED + (start + step) % room])
        if candidate not in used:
            return candidate
    raise Fault(
        400,
        "SubnetIsFull",
        f"Subnet {subnet.rpartition('/')[2]} with address prefix {network} does not have enough capacity for 1 IP "
        "addresses.",
        target=put.id,
    )


def _address_before(put: Put, subnet: str, name: str) -> str:
    for list_ in ("ipConfigurations", "frontendIPConfigurations"):
        for configuration in objects_at(put.existing, "properties", list_):
            same = text_at(configuration, "properties", "subnet", "id").casefold() == subnet.casefold()
            if same and text_at(configuration, "name").casefold() == name.casefold():
                return text_at(configuration, "properties", "privateIPAddress")
    return ""


def _used(put: Put, subnet: str) -> set[str]:
    return {
        text_at(configuration, "properties", "privateIPAddress")
        for user in put.view.referrers(subnet)
        if str(user["id"]).casefold() != put.address.key
        for list_ in ("ipConfigurations", "frontendIPConfigurations")
        for configuration in objects_at(user, "properties", list_)
        if text_at(configuration, "properties", "subnet", "id").casefold() == subnet.casefold()
    }


def check_address(put: Put, configuration: dict[str, Any]) -> None:
    """Raise a fault unless *configuration* can have the address that it asks for: one of its subnet, and free."""
    subnet = text_at(configuration, "properties", "subnet", "id")
    wanted = text_at(configuration, "properties", "privateIPAddress")
    found = put.view.get(subnet) if subnet and wanted else None
    if found is None:
        return
    try:
        address_ = ip_address(wanted)
    except ValueError as error:
        why = f"The address '{wanted}' of {put.id} is no IP address."
        raise Fault(400, "InvalidIPAddressFormat", why, target=put.id) from error
    ranges = subnet_ranges(subnet, found.get("properties"))
    if not any(address_ in network for network in ranges):
        raise Fault(
            400,
            "PrivateIPAddressNotInSubnet",
            f"Private static IP address {wanted} does not belong to the range of subnet prefix "
            f"{', '.join(map(str, ranges))}.",
            target=put.id,
        )
    if wanted in _used(put, subnet):
        raise Fault(
            400,
            "PrivateIPAddressIsAllocated",
            f"IP configuration {put.id}/ipConfigurations/{configuration.get('name')} is using the private IP address "
            f"{wanted} which is already allocated to another resource.",
            target=put.id,
        )


def prefixes_of(value: Json, *names: str) -> list[str]:
    """Return the texts below *names* in *value*, each a text or a list of texts."""
    found: list[str] = []
    for name in names:
        given = value.get(name) if isinstance(value, dict) else None
        found += [str(each) for each in given] if isinstance(given, list) else [given] if isinstance(given, str) else []
    return found


def subnet_ranges(id_: str, properties: Json) -> list[Network]:
    """Return the ranges of a subnet with these *properties*; *id_* is told when one cannot be read."""
    return ranges_of(id_, prefixes_of(properties, "addressPrefix") or prefixes_of(properties, "addressPrefixes"))


def ranges_of(id_: str, prefixes: Iterable[str]) -> list[Network]:
    """Return *prefixes* as ranges of addresses.

    Raises:
        Fault: One is not in CIDR notation; *id_* is what it belongs to.
    """
    return [_range(id_, prefix) for prefix in prefixes]


def _range(id_: str, prefix: str) -> Network:
    try:
        return ip_network(prefix)
    except ValueError:
        pass
    try:
        right = ip_network(prefix, strict=False)
    except ValueError as error:
        raise Fault(
            400,
            "InvalidAddressPrefixFormat",
            f"Address prefix {prefix} of resource {id_} is not formatted correctly. It should follow CIDR notation, "
            "for example 10.0.0.0/24.",
            target=id_,
        ) from error
    raise Fault(
        400,
        "InvalidCIDRNotation",
        f"The address prefix {prefix} in resource {id_} has an invalid CIDR notation. For the given prefix length, the "
        f"address prefix should be {right}.",
        target=id_,
    )


def check_ranges(
    name: str,
    ranges: Sequence[Network],
    spaces: Sequence[Network],
    others: Mapping[str, Sequence[Network]],
    network: str,
) -> None:
    """Raise a fault unless the *ranges* of the subnet *name* lie in the *spaces* of *network*, beside the *others*."""
    for wanted in ranges:
        same = [space for space in spaces if space.version == wanted.version]
        if spaces and not any(wanted.subnet_of(space) for space in same):  # type: ignore[arg-type]
            raise Fault(
                400,
                "NetcfgInvalidSubnet",
                f"Subnet '{name}' is not valid in virtual network '{network}'.",
            )
        for other, taken in others.items():
            if any(wanted.version == each.version and wanted.overlaps(each) for each in taken):
                raise Fault(
                    400,
                    "NetcfgSubnetRangesOverlap",
                    f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing "
                    f"subnet in virtual network '{network}': '{other}'.",
                )
