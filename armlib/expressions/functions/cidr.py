"""CIDR functions: ``parseCidr``, ``cidrSubnet``, ``cidrHost``, for IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, TypeAlias

from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.registry import Function
from armlib.expressions.functions.types import integer, text

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_CIDR = re.compile(r"([0-9A-Fa-f:.]+)/([0-9]{1,3})\Z")


def parse_cidr(value: Any) -> dict[str, Any]:
    """Return the network, its mask, and its first and last address; host bits of *value* are cleared.

    An IPv4 network sets its own address and the broadcast address apart when it has more than two; an IPv6 network does
    not.
    """
    network = _network("parseCidr", value)
    first, last = network.network_address, network.broadcast_address
    result = {"network": _shown(first), "netmask": str(network.netmask)}
    if isinstance(network, ipaddress.IPv4Network):
        result["broadcast"] = str(last)
        if network.num_addresses > 2:
            first, last = first + 1, last - 1
    return {**result, "firstUsable": _shown(first), "lastUsable": _shown(last), "cidr": network.prefixlen}


def cidr_subnet(value: Any, length: Any, index: Any) -> str:
    """Return the subnet number *index*, from 0, with a prefix of *length* bits."""
    network = _network("cidrSubnet", value)
    prefix, number = integer("cidrSubnet", 1, length), integer("cidrSubnet", 2, index)
    if not network.prefixlen <= prefix <= network.max_prefixlen:
        raise _fault(
            "cidrSubnet",
            f"the new CIDR '{prefix}' must be from {network.prefixlen} to {network.max_prefixlen} for the network "
            f"'{network}'.",
        )
    if not 0 <= number < 1 << (prefix - network.prefixlen):
        raise _fault(
            "cidrSubnet",
            f"the subnet index '{number}' is out of range; the network '{network}' has "
            f"{1 << (prefix - network.prefixlen)} subnets of size '/{prefix}'.",
        )
    step = number << (network.max_prefixlen - prefix)
    return f"{_shown(network.network_address + step)}/{prefix}"


def cidr_host(value: Any, index: Any) -> str:
    """Return the usable address number *index*, from 0.

    The network's own address is not usable, nor is the broadcast address of IPv4, save in a network of two.
    """
    network = _network("cidrHost", value)
    number = integer("cidrHost", 1, index)
    size = network.num_addresses
    offset = 0 if size <= 2 else 1
    usable = 0 if size == 1 else size if size == 2 else size - 1 - (network.version == 4)
    if not 0 <= number < usable:
        raise _fault(
            "cidrHost",
            f"the host index '{number}' is out of range; the network '{network}' has {usable} usable addresses.",
        )
    return _shown(network.network_address + offset + number)


def _network(function: str, value: Any) -> _Network:
    content = text(function, 0, value)
    match = _CIDR.match(content)
    try:
        if match is not None:
            return ipaddress.ip_network((match[1], int(match[2])), strict=False)
    except ValueError:
        pass
    raise _fault(function, f"the value '{content[:100]}' is not a valid network in CIDR notation.")


def _shown(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return *address* as .NET prints it: the last half of an IPv4-mapped one with dots, in every Python version."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(address) if mapped is None else f"::ffff:{mapped}"


def _fault(function: str, problem: str) -> EvaluationFault:
    return EvaluationFault(
        f"Unable to evaluate template language function '{function}': {problem} "
        f"Please see https://aka.ms/arm-functions#{function.lower()} for usage details.",
        function=function,
    )


FUNCTIONS = (
    Function(name="parseCidr", minimum=1, maximum=1, run=parse_cidr, result="object"),
    Function(name="cidrSubnet", minimum=3, maximum=3, run=cidr_subnet, result="string"),
    Function(name="cidrHost", minimum=2, maximum=2, run=cidr_host, result="string"),
)
