"""Virtual networks, subnets, network interfaces, public addresses, load balancers, and the rest of Microsoft.Network.

Source: the REST API of Microsoft.Network, 2023-11-01; "Azure Virtual Network error codes".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.addressing import (
    Network,
    check_address,
    check_ranges,
    prefixes_of,
    ranges_of,
    subnet_ranges,
    with_addresses,
)
from armlib.emulator.providers.generic import Generic, completed, object_at, objects_at, text_at, value_at
from armlib.emulator.providers.made_up import address, address6, guid, seed
from armlib.emulator.providers.protocol import Gone, Implied, Provider, Put, View
from armlib.jsontypes import JsonObject

_NETWORK: Final = "microsoft.network/"
_SUBNET: Final = "Microsoft.Network/virtualNetworks/subnets"
_NIC: Final = "Microsoft.Network/networkInterfaces"
_CREATED: Final = {"provisioningState": "Succeeded"}
# what lives in a subnet; a firewall rule of a storage account that names one does not
_IN_SUBNETS: Final = frozenset(
    [
        "microsoft.network/networkinterfaces",
        "microsoft.network/loadbalancers",
        "microsoft.network/applicationgateways",
        "microsoft.network/virtualnetworkgateways",
        "microsoft.network/azurefirewalls",
        "microsoft.network/bastionhosts",
        "microsoft.network/privateendpoints",
        "microsoft.network/privatelinkservices",
        "microsoft.compute/virtualmachinescalesets",
        "microsoft.containerservice/managedclusters",
        "microsoft.app/managedenvironments",
        "microsoft.apimanagement/service",
        "microsoft.sql/managedinstances",
        "microsoft.netapp/netappaccounts/capacitypools/volumes",
    ]
)
_HOLD_ADDRESSES: Final = frozenset(
    [
        "microsoft.network/networkinterfaces",
        "microsoft.network/loadbalancers",
        "microsoft.network/applicationgateways",
        "microsoft.network/virtualnetworkgateways",
        "microsoft.network/azurefirewalls",
        "microsoft.network/bastionhosts",
        "microsoft.network/natgateways",
    ]
)


class Networked(Generic):
    """What all resources of the namespace do: parts get ids, and what is named must be there."""

    types: tuple[str, ...] = (
        "Microsoft.Network/applicationGateways",
        "Microsoft.Network/applicationSecurityGroups",
        "Microsoft.Network/bastionHosts",
        "Microsoft.Network/connections",
        "Microsoft.Network/ddosProtectionPlans",
        "Microsoft.Network/natGateways",
        "Microsoft.Network/privateLinkServices",
        "Microsoft.Network/publicIPPrefixes",
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    )
    # lists of the properties whose items are resources of their own, and the segment of their type
    children: ClassVar[Mapping[str, str]] = {}

    def check(self, put: Put) -> None:
        """Want what is named to be there."""
        if put.preflight or not put.view.checks_references:
            return
        for id_ in dict.fromkeys(_ids(put.properties)):
            folded = id_.casefold()
            root = _root_of(id_)
            if root is None or folded.startswith(put.address.key + "/") or folded == put.address.key:
                continue
            if _NETWORK not in root.casefold().rpartition("/providers/")[2] + "/":
                continue
            if not put.view.exists(root) or ("/subnets/" in folded and not put.view.exists(id_)):
                raise _missing(id_, put.id)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a GUID, and ids to its parts."""
        filled = super().fill(put)
        properties = {
            name: value if name in self.children else _parts(put.id, name, value)
            for name, value in filled["properties"].items()
        }
        for name in self.children:
            properties.pop(name, None)
        filled["properties"] = properties
        return completed(filled, made={**_CREATED, "resourceGuid": guid(f"resource {put.id}")})

    def implied(self, put: Put) -> Sequence[Implied]:
        """Make resources of the items that are resources of their own."""
        found: list[Implied] = []
        for name, kind in self.children.items():
            for item in objects_at(put.body, "properties", name):
                inner = {key: value for key, value in item.items() if key not in ("id", "name", "type", "etag")}
                found.append((f"{put.id}/{kind}/{item.get('name', '')}", put.api_version, inner))
        return found

    def dropped(self, put: Put) -> Sequence[str]:
        """Do away with the items that are no longer there: a PUT is the whole."""
        gone: list[str] = []
        for name, kind in self.children.items():
            wanted = {str(item.get("name", "")).casefold() for item in objects_at(put.body, "properties", name)}
            children = put.view.list(f"{put.address.type}/{kind}", put.id)
            gone += [str(child["id"]) for child in children if str(child["name"]).casefold() not in wanted]
        return gone

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer with the items, as they are now."""
        if not self.children:
            return stored
        id_, type_ = str(stored["id"]), str(stored["type"])
        made = {name: list(view.list(f"{type_}/{kind}", id_)) for name, kind in self.children.items()}
        return completed(stored, made=made)


class VirtualNetworks(Networked):
    """``Microsoft.Network/virtualNetworks``: its subnets are resources of their own."""

    types = ("Microsoft.Network/virtualNetworks",)
    children: ClassVar[Mapping[str, str]] = {"subnets": "subnets"}

    def check(self, put: Put) -> None:
        """Want subnets inside the network that do not overlap."""
        super().check(put)
        spaces = ranges_of(put.id, prefixes_of(put.properties.get("addressSpace"), "addressPrefixes"))
        seen: dict[str, list[Network]] = {}
        for subnet in objects_at(put.body, "properties", "subnets"):
            name = str(subnet.get("name", ""))
            ranges = subnet_ranges(f"{put.id}/subnets/{name}", subnet.get("properties"))
            check_ranges(name, ranges, spaces, seen, put.address.name)
            seen[name] = ranges

    def fill(self, put: Put) -> dict[str, Any]:
        """Add what a network is unless it is told otherwise."""
        filled = super().fill(put)
        return completed(filled, defaults={"enableDdosProtection": False, "virtualNetworkPeerings": []})


class Subnets(Networked):
    """``virtualNetworks/subnets``."""

    types = ("Microsoft.Network/virtualNetworks/subnets",)

    def check(self, put: Put) -> None:
        """Want a range inside the network that no other subnet has."""
        super().check(put)
        if put.inner:  # the network has looked at all of its subnets
            return
        ranges = subnet_ranges(put.id, put.properties)
        network = put.view.get(put.id.rsplit("/", 2)[0])
        if network is None:
            return
        spaces = ranges_of(put.id, prefixes_of(value_at(network, "properties", "addressSpace"), "addressPrefixes"))
        others = {
            str(other["name"]): subnet_ranges(str(other["id"]), other.get("properties"))
            for other in objects_at(network, "properties", "subnets")
            if str(other["name"]).casefold() != put.address.name.casefold()
        }
        check_ranges(put.address.name, ranges, spaces, others, str(network["name"]))

    def fill(self, put: Put) -> dict[str, Any]:
        """Add what a subnet is unless it is told otherwise."""
        filled = super().fill(put)
        filled["properties"].pop("resourceGuid", None)
        defaults = {
            "delegations": [],
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
        }
        return completed(filled, defaults=defaults)

    def may_delete(self, gone: Gone) -> None:
        """Refuse while something lives in it."""
        user = _user(gone, _IN_SUBNETS)
        if user is not None:
            name = gone.address.name
            raise Fault(
                400,
                "InUseSubnetCannotBeDeleted",
                f"Subnet {name} is in use by {user} and cannot be deleted. In order to delete the subnet, delete all "
                "the resources within the subnet. See aka.ms/deletesubnet.",
                target=gone.address.id,
            )


class SecurityGroups(Networked):
    """``Microsoft.Network/networkSecurityGroups``: its rules are resources of their own."""

    types = ("Microsoft.Network/networkSecurityGroups",)
    children: ClassVar[Mapping[str, str]] = {"securityRules": "securityRules"}

    def check(self, put: Put) -> None:
        """Want no two rules of one priority and direction."""
        super().check(put)
        seen: dict[tuple[str, Any], str] = {}
        for rule in objects_at(put.body, "properties", "securityRules"):
            _check_priority(rule, seen)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the rules that are always there."""
        return completed(super().fill(put), made={"defaultSecurityRules": _default_rules(put.id)})

    def may_delete(self, gone: Gone) -> None:
        """Refuse while a subnet or an interface has it."""
        _refuse_in_use(
            gone,
            frozenset((_SUBNET.casefold(), _NIC.casefold())),
            "InUseNetworkSecurityGroupCannotBeDeleted",
            "Network security group",
        )


class SecurityRules(Networked):
    """``networkSecurityGroups/securityRules``."""

    types = ("Microsoft.Network/networkSecurityGroups/securityRules",)

    def check(self, put: Put) -> None:
        """Want a priority that no other rule of the direction has."""
        if put.inner:  # the group has looked at all of its rules
            return
        group = put.view.get(put.id.rsplit("/", 2)[0])
        seen: dict[tuple[str, Any], str] = {}
        for rule in objects_at(group, "properties", "securityRules"):
            if str(rule["name"]).casefold() != put.address.name.casefold():
                seen[text_at(rule, "properties", "direction"), value_at(rule, "properties", "priority")] = str(
                    rule["name"]
                )
        _check_priority({**put.body, "name": put.address.name}, seen)


class RouteTables(Networked):
    """``Microsoft.Network/routeTables``: its routes are resources of their own."""

    types = ("Microsoft.Network/routeTables",)
    children: ClassVar[Mapping[str, str]] = {"routes": "routes"}

    def may_delete(self, gone: Gone) -> None:
        """Refuse while a subnet has it."""
        _refuse_in_use(gone, frozenset((_SUBNET.casefold(),)), "InUseRouteTableCannotBeDeleted", "Route table")


class Routes(Networked):
    """``routeTables/routes``."""

    types = ("Microsoft.Network/routeTables/routes",)


class PublicAddresses(Networked):
    """``Microsoft.Network/publicIPAddresses``."""

    types = ("Microsoft.Network/publicIPAddresses",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it an address, and a name when a label is asked for."""
        filled = super().fill(put)
        properties = filled["properties"]
        is_six = text_at(properties, "publicIPAddressVersion").casefold() == "ipv6"
        settings = properties.get("dnsSettings")
        label = text_at(settings, "domainNameLabel")
        if isinstance(settings, dict) and label:
            region = text_at(put.body, "location").replace(" ", "").casefold()
            properties["dnsSettings"] = {**settings, "fqdn": f"{label.casefold()}.{region}.cloudapp.azure.com"}
        sku = filled.get("sku")
        filled["sku"] = {"name": "Basic", "tier": "Regional"} | (sku if isinstance(sku, dict) else {})
        defaults = {
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Dynamic",
            "idleTimeoutInMinutes": 4,
            "ipTags": [],
        }
        return completed(filled, defaults=defaults, made={"ipAddress": address6(put.id) if is_six else address(put.id)})

    def may_delete(self, gone: Gone) -> None:
        """Refuse while something has it."""
        user = _user(gone, _HOLD_ADDRESSES)
        if user is not None:
            raise Fault(
                400,
                "PublicIPAddressCannotBeDeleted",
                f"Public IP address {gone.address.id} can not be deleted since it is still allocated to resource "
                f"{user}. In order to delete the public IP, disassociate/detach the Public IP address from the "
                "resource. To learn how to do this, see aka.ms/deletepublicip.",
                target=gone.address.id,
            )


class NetworkInterfaces(Networked):
    """``Microsoft.Network/networkInterfaces``: each configuration gets an address of its subnet."""

    types = ("Microsoft.Network/networkInterfaces",)

    def check(self, put: Put) -> None:
        """Want a subnet, and an address of it that nobody has when one is asked for."""
        super().check(put)
        if put.preflight:
            return
        for configuration in objects_at(put.body, "properties", "ipConfigurations"):
            check_address(put, configuration)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give addresses: private ones, and that of the hardware."""
        filled = super().fill(put)
        configurations = with_addresses(put, objects_at(filled, "properties", "ipConfigurations"))
        for at, configuration in enumerate(configurations):
            configuration["properties"].setdefault("primary", at == 0)
        digits = seed(f"hardware {put.id}", 3).hex().upper()
        made = {
            "ipConfigurations": configurations,
            "macAddress": f"00-22-48-{digits[:2]}-{digits[2:4]}-{digits[4:]}",
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []} | object_at(filled, "properties", "dnsSettings"),
        }
        defaults = {"enableAcceleratedNetworking": False, "enableIPForwarding": False, "nicType": "Standard"}
        return completed(filled, defaults=defaults, made=made)

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer with the machine that has it."""
        for machine in view.referrers(str(stored["id"]), "Microsoft.Compute/virtualMachines"):
            return completed(stored, made={"virtualMachine": {"id": machine["id"]}})
        return stored

    def may_delete(self, gone: Gone) -> None:
        """Refuse while a machine has it."""
        for machine in gone.view.referrers(gone.address.id, "Microsoft.Compute/virtualMachines"):
            raise Fault(
                400,
                "NicInUse",
                f"Network Interface {gone.address.id} is used by existing resource {machine['id']}. In order to "
                "delete the "
                "network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.",
                target=gone.address.id,
            )


class LoadBalancers(Networked):
    """``Microsoft.Network/loadBalancers``: a front end in a subnet gets an address of it."""

    types = ("Microsoft.Network/loadBalancers",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give private addresses to the front ends."""
        filled = super().fill(put)
        front = with_addresses(put, objects_at(filled, "properties", "frontendIPConfigurations"))
        sku = filled.get("sku")
        filled["sku"] = {"name": "Basic", "tier": "Regional"} | (sku if isinstance(sku, dict) else {})
        lists = (
            "backendAddressPools",
            "loadBalancingRules",
            "probes",
            "inboundNatRules",
            "outboundRules",
            "inboundNatPools",
        )
        defaults: dict[str, Any] = {name: [] for name in lists}
        return completed(filled, defaults=defaults, made={"frontendIPConfigurations": front})


class Firewalls(Networked):
    """``Microsoft.Network/azureFirewalls``: one in a network gets an address of its subnet, one in a hub any."""

    types = ("Microsoft.Network/azureFirewalls",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give private addresses."""
        filled = super().fill(put)
        made: dict[str, Any] = {"threatIntelMode": filled["properties"].get("threatIntelMode", "Alert")}
        configurations = with_addresses(put, objects_at(filled, "properties", "ipConfigurations"))
        if configurations:
            made["ipConfigurations"] = configurations
        else:
            wanted = object_at(filled, "properties", "hubIPAddresses")
            made["hubIPAddresses"] = {"privateIPAddress": address(f"hub of {put.id}"), **wanted}
        return completed(filled, made=made)


class Gateways(Networked):
    """Gateways of virtual networks, and of virtual hubs: they speak BGP."""

    types = ("Microsoft.Network/virtualNetworkGateways", "Microsoft.Network/vpnGateways")

    def fill(self, put: Put) -> dict[str, Any]:
        """Give addresses to speak from."""
        filled = super().fill(put)
        settings = object_at(filled, "properties", "bgpSettings")
        peers = [
            {
                "ipconfigurationId": f"{put.id}/ipConfigurations/Instance{at}",
                "defaultBgpIpAddresses": [address(f"peer {at} of {put.id}")],
                "customBgpIpAddresses": [],
                "tunnelIpAddresses": [address(f"tunnel {at} of {put.id}"), address(f"inner {at} of {put.id}")],
            }
            for at in range(2)
        ]
        defaults = {"asn": 65515, "bgpPeeringAddress": address(f"peer 0 of {put.id}"), "peerWeight": 0}
        made = {"bgpSettings": {"bgpPeeringAddresses": peers, **defaults, **settings}}
        return completed(filled, made=made)


class Circuits(Networked):
    """``Microsoft.Network/expressRouteCircuits``: nobody has provisioned them."""

    types = ("Microsoft.Network/expressRouteCircuits",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give a key for the provider."""
        made = {
            "circuitProvisioningState": "Enabled",
            "serviceProviderProvisioningState": "NotProvisioned",
            "serviceKey": guid(f"circuit {put.id}"),
        }
        return completed(super().fill(put), defaults={"peerings": [], "authorizations": []}, made=made)


class PrivateEndpoints(Networked):
    """``Microsoft.Network/privateEndpoints``: connections are approved at once."""

    types = ("Microsoft.Network/privateEndpoints",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Approve the connections."""
        filled = super().fill(put)
        approved = {"status": "Approved", "description": "Auto-approved", "actionsRequired": "None"}
        made: dict[str, Any] = {}
        for name in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
            connections = objects_at(filled, "properties", name)
            made[name] = [
                completed(connection, defaults={"privateLinkServiceConnectionState": approved})
                for connection in connections
            ]
        return completed(filled, defaults={"customDnsConfigs": [], "networkInterfaces": []}, made=made)


# parts and users


def _parts(id_: str, list_: str, value: Any) -> Any:
    """Return a list whose items have names and properties, with an id and a state for each item."""
    if not isinstance(value, list) or not value or not all(_is_part(item) for item in value):
        return value
    return [
        {
            "id": f"{id_}/{list_}/{item['name']}",
            **{name: each for name, each in item.items() if name != "id"},
            "properties": {**item.get("properties", {}), **_CREATED},
        }
        for item in value
    ]


def _is_part(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str) and isinstance(item.get("properties", {}), dict)


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value[:1] == "/" and "/providers/" in value.casefold():
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each)


def _root_of(id_: str) -> str | None:
    """Return the id of the root resource that *id_* is, or is a part of; None when it is no id."""
    head, _, tail = id_.rpartition("/providers/")
    segments = tail.split("/")
    if not head or len(segments) < 3 or not all(segments):
        return None
    return f"{head}/providers/{'/'.join(segments[:3])}"


def _user(gone: Gone, types: frozenset[str]) -> str | None:
    """Return the id of something of *types* that stays and uses what is to go, or of its part that does."""
    wanted = gone.address.key
    for user in gone.view.referrers(gone.address.id):
        if str(user["type"]).casefold() in types:
            for list_ in ("ipConfigurations", "frontendIPConfigurations", "gatewayIPConfigurations"):
                for part in objects_at(user, "properties", list_):
                    if wanted in {id_.casefold() for id_ in _ids(part)} and "id" in part:
                        return str(part["id"])
            return str(user["id"])
    return None


def _refuse_in_use(gone: Gone, types: frozenset[str], code: str, what: str) -> None:
    user = _user(gone, types)
    if user is not None:
        raise Fault(
            400,
            code,
            f"{what} {gone.address.id} cannot be deleted because it is in use by the following resources: {user}. In "
            "order to delete it, remove the association with the resource(s).",
            target=gone.address.id,
        )


def _missing(id_: str, by: str) -> Fault:
    return Fault(
        400,
        "InvalidResourceReference",
        f"Resource {id_} referenced by resource {by} was not found. Please make sure that the referenced resource "
        "exists, and that both resources are in the same region.",
        target=by,
    )


def _check_priority(rule: Mapping[str, Any], seen: dict[tuple[str, Any], str]) -> None:
    name = str(rule.get("name", ""))
    properties = rule.get("properties")
    place = text_at(properties, "direction"), value_at(properties, "priority")
    if place[1] is None:
        return
    if place in seen:
        raise Fault(
            400,
            "SecurityRuleConflict",
            f"Security rule {name} conflicts with rule {seen[place]}. Rules cannot have the same Priority and "
            "Direction. To learn more, see aka.ms/nsgrules.",
        )
    seen[place] = name


def _default_rules(id_: str) -> list[dict[str, Any]]:
    """Return the rules that every security group has.

    Source: "Network security groups", Default security rules.
    """
    rules = (
        ("AllowVnetInBound", "Inbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"),
        ("AllowAzureLoadBalancerInBound", "Inbound", "Allow", 65001, "AzureLoadBalancer", "*"),
        ("DenyAllInBound", "Inbound", "Deny", 65500, "*", "*"),
        ("AllowVnetOutBound", "Outbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"),
        ("AllowInternetOutBound", "Outbound", "Allow", 65001, "*", "Internet"),
        ("DenyAllOutBound", "Outbound", "Deny", 65500, "*", "*"),
    )
    return [
        {
            "id": f"{id_}/defaultSecurityRules/{name}",
            "name": name,
            "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
            "properties": {
                **_CREATED,
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
                "access": access,
                "priority": priority,
                "direction": direction,
            },
        }
        for name, direction, access, priority, source, destination in rules
    ]


PROVIDERS: Final[tuple[Provider, ...]] = (
    Networked(),
    VirtualNetworks(),
    Subnets(),
    SecurityGroups(),
    SecurityRules(),
    RouteTables(),
    Routes(),
    PublicAddresses(),
    NetworkInterfaces(),
    LoadBalancers(),
    Firewalls(),
    Gateways(),
    Circuits(),
    PrivateEndpoints(),
)
