"""Arithmetic on address blocks, by the rules of ARM's parseCidr, cidrSubnet and cidrHost, and a little more."""

from __future__ import annotations

import ipaddress
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse(cidr: str) -> dict[str, str | int]:
    """Return the parts of the block *cidr*; *size* is how many addresses it has, as text (an IPv6 block has many)."""
    block = _network(cidr)
    first, last = _usable(block)
    parts: dict[str, str | int] = {
        "network": str(block.network_address),
        "netmask": str(block.netmask),
        "firstUsable": str(block.network_address + first),
        "lastUsable": str(block.network_address + last),
        "cidr": block.prefixlen,
        "size": str(block.num_addresses),
        "version": block.version,
    }
    if block.version == 4:
        parts["broadcast"] = str(block.broadcast_address)
    return parts


def subnet(cidr: str, length: int, index: int) -> str:
    """Return block number *index*, from 0, of those with the prefix *length* in the block *cidr*."""
    block = _network(cidr)
    _check_length(block, length)
    count = 1 << (length - block.prefixlen)
    if not 0 <= index < count:
        raise ValueError(f"{block} has {count} blocks with prefix length {length}; there is no number {index}")
    return str(_block_at(block, int(block.network_address) + index * _size(block, length), length))


def host(cidr: str, index: int) -> str:
    """Return usable address number *index*, from 0, of the block *cidr*."""
    block = _network(cidr)
    first, last = _usable(block)
    if not 0 <= index <= last - first:
        raise ValueError(f"{block} has {last - first + 1} usable addresses; there is no number {index}")
    return str(block.network_address + first + index)


def subnets(cidr: str, lengths: list[int]) -> list[str]:
    """Return blocks with the prefix *lengths*, one after the other in the block *cidr*, each at its own boundary."""
    block = _network(cidr)
    position, found = int(block.network_address), []
    for length in lengths:
        _check_length(block, length)
        size = _size(block, length)
        position = -(-position // size) * size
        if position + size - 1 > int(block.broadcast_address):
            raise ValueError(f"{block} has no room left for a block with prefix length {length}")
        found.append(str(_block_at(block, position, length)))
        position += size
    return found


def contains(cidr: str, inner: str) -> bool:
    """Return whether the address or block *inner* lies in the block *cidr*."""
    block, other = _network(cidr), _network(inner)
    return (
        block.version == other.version
        and block.network_address <= other.network_address  # type: ignore[operator]
        and other.broadcast_address <= block.broadcast_address  # type: ignore[operator]
    )


def overlaps(one: str, other: str) -> bool:
    """Return whether two blocks share an address."""
    return contains(one, other) or contains(other, one)


def _network(cidr: str) -> Network:
    """Return the block that *cidr*, a block or one of its addresses with a prefix length, names."""
    _, slash, length = cidr.partition("/")
    if slash and not (length.isascii() and length.isdigit()):
        raise ValueError(f'"{cidr}" is not an address block like "10.0.0.0/16"')
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError as error:
        raise ValueError(f'"{cidr}" is not an address block like "10.0.0.0/16"') from error


def _usable(block: Network) -> tuple[int, int]:
    """Return the first and the last usable address of *block*, counted from its first.

    The first and last of an IPv4 block are kept for the network and the broadcast, unless it has only one or two; of an
    IPv6 block the first.
    """
    last = block.num_addresses - 1
    if last < 2:
        return 0, last
    return (1, last - 1) if block.version == 4 else (1, last)


def _check_length(block: Network, length: int) -> None:
    if not block.prefixlen <= length <= block.max_prefixlen:
        raise ValueError(
            f"the prefix length must be {block.prefixlen} to {block.max_prefixlen} in {block}, not {length}"
        )


def _size(block: Network, length: int) -> int:
    return 1 << (block.max_prefixlen - length)


def _block_at(block: Network, address: int, length: int) -> Network:
    return type(block)((address, length))
