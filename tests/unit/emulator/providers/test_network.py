"""Networks, subnets, addresses, interfaces, load balancers, security groups."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from armlib.emulator.engine import Engine
from armlib.emulator.resources import Resources
from tests.unit.emulator.conftest import RG, SUB, settings
from tests.unit.emulator.refusal import refused

VERSION = "2023-11-01"
NETWORK = f"{RG}/providers/Microsoft.Network/virtualNetworks/net"
SUBNET = f"{NETWORK}/subnets/one"
NIC = f"{RG}/providers/Microsoft.Network/networkInterfaces/nic"
ADDRESS = f"{RG}/providers/Microsoft.Network/publicIPAddresses/ip"
GROUP = f"{RG}/providers/Microsoft.Network/networkSecurityGroups/nsg"
TABLE = f"{RG}/providers/Microsoft.Network/routeTables/table"
BALANCER = f"{RG}/providers/Microsoft.Network/loadBalancers/lb"


def network(**subnets: str) -> dict[str, Any]:
    return {
        "location": "westeurope",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": name, "properties": {"addressPrefix": prefix}} for name, prefix in subnets.items()],
        },
    }


def nic(subnet: str = SUBNET, **properties: Any) -> dict[str, Any]:
    configuration = {"name": "ipconfig1", "properties": {"subnet": {"id": subnet}, **properties}}
    return {"location": "westeurope", "properties": {"ipConfigurations": [configuration]}}


def names(resources: Resources) -> list[Any]:
    shown: Any = resources.get(NETWORK)
    return [subnet["name"] for subnet in shown["properties"]["subnets"]]


@pytest.fixture
def filled(resources: Resources) -> Resources:
    resources.put(NETWORK, VERSION, network(one="10.0.0.0/24", two="10.0.1.0/29"))
    return resources


def test_subnets_of_a_network_are_resources(filled: Resources) -> None:
    subnet: Any = filled.get(SUBNET)
    assert subnet["id"] == SUBNET
    assert subnet["properties"]["addressPrefix"] == "10.0.0.0/24"
    assert subnet["properties"]["provisioningState"] == "Succeeded"
    shown: Any = filled.get(NETWORK)
    assert shown["properties"]["subnets"][0] == subnet
    assert str(subnet["etag"]).startswith('W/"')


def test_a_subnet_that_is_put_alone_is_in_its_network(filled: Resources) -> None:
    filled.put(f"{NETWORK}/subnets/three", VERSION, {"properties": {"addressPrefix": "10.0.2.0/24"}})
    assert names(filled) == ["one", "three", "two"]
    assert filled.delete(SUBNET)
    assert names(filled) == ["three", "two"]


def test_a_put_of_the_network_is_the_whole_of_it(filled: Resources) -> None:
    filled.put(NETWORK, VERSION, network(two="10.0.0.0/24", four="10.0.1.0/24"))
    assert names(filled) == ["four", "two"]
    body = network()
    del body["properties"]["subnets"]
    filled.put(NETWORK, VERSION, body)
    assert names(filled) == []
    assert filled.find(SUBNET) is None


@pytest.mark.parametrize("how", ["deleted", "left out", "network deleted"])
def test_a_subnet_in_use_stays(filled: Resources, how: str) -> None:
    filled.put(NIC, VERSION, nic())
    before = filled.inside("")
    expected = (400, "InUseSubnetCannotBeDeleted")
    if how == "deleted":
        assert refused(filled.delete, SUBNET) == expected
    elif how == "left out":
        assert refused(filled.put, NETWORK, VERSION, network(two="10.0.1.0/29")) == expected
    else:
        assert refused(filled.delete, NETWORK) == expected
    assert filled.inside("") == before
    assert filled.delete(NIC)
    assert filled.delete(NETWORK)


def test_a_group_goes_with_what_is_in_use_inside_and_stays_with_what_is_used_outside(filled: Resources) -> None:
    other = f"{SUB}/resourceGroups/other"
    filled.put(other, VERSION, {"location": "westeurope"})
    filled.put(NIC.replace("/rg/", "/other/"), VERSION, nic())
    assert refused(filled.delete, RG) == (400, "InUseSubnetCannotBeDeleted")
    assert filled.delete(other)
    filled.put(NIC, VERSION, nic())
    assert filled.delete(RG)


@pytest.mark.parametrize(
    ("subnets", "code"),
    [
        ({"a": "10.0.0.0/24", "b": "10.0.0.128/25"}, "NetcfgSubnetRangesOverlap"),
        ({"a": "10.1.0.0/24"}, "NetcfgInvalidSubnet"),
        ({"a": "10.0.0.1/24"}, "InvalidCIDRNotation"),
        ({"a": "ten"}, "InvalidAddressPrefixFormat"),
    ],
)
def test_ranges_must_fit(filled: Resources, subnets: dict[str, str], code: str) -> None:
    assert refused(filled.put, NETWORK, VERSION, network(**subnets)) == (400, code)
    assert refused(filled.check, NETWORK, VERSION, network(**subnets)) == (400, code)


@pytest.mark.parametrize(
    ("prefix", "code"), [("10.0.0.0/25", "NetcfgSubnetRangesOverlap"), ("10.9.0.0/24", "NetcfgInvalidSubnet")]
)
def test_the_range_of_a_subnet_alone_must_fit(filled: Resources, prefix: str, code: str) -> None:
    body = {"properties": {"addressPrefix": prefix}}
    assert refused(filled.put, f"{NETWORK}/subnets/new", VERSION, body) == (400, code)


def test_an_interface_gets_an_address_of_its_subnet(filled: Resources, tmp_path: Path) -> None:
    shown: Any = filled.put(NIC, VERSION, nic()).body
    (configuration,) = shown["properties"]["ipConfigurations"]
    address = ip_address(configuration["properties"]["privateIPAddress"])
    assert address in ip_network("10.0.0.0/24")
    assert int(address) >= int(ip_address("10.0.0.4"))
    assert configuration["id"] == f"{NIC}/ipConfigurations/ipconfig1"
    assert configuration["properties"]["primary"] is True
    assert filled.put(NIC, VERSION, nic()).body["properties"] == shown["properties"]
    with Engine.open(None, settings(tmp_path)) as other:
        other.scopes.put_group(RG, "westeurope")
        other.resources.put(NETWORK, VERSION, network(one="10.0.0.0/24"))
        assert other.resources.put(NIC, VERSION, nic()).body == shown


def test_a_subnet_has_room_for_few(filled: Resources) -> None:
    small = f"{NETWORK}/subnets/two"
    found = set()
    for number in range(3):
        shown: Any = filled.put(f"{NIC}{number}", VERSION, nic(small)).body
        found.add(shown["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"])
    assert found == {"10.0.1.4", "10.0.1.5", "10.0.1.6"}
    assert refused(filled.put, f"{NIC}3", VERSION, nic(small)) == (400, "SubnetIsFull")


def test_addresses_that_are_asked_for_are_looked_at(filled: Resources) -> None:
    filled.put(NIC, VERSION, nic(privateIPAddress="10.0.0.9", privateIPAllocationMethod="Static"))
    taken = nic(privateIPAddress="10.0.0.9", privateIPAllocationMethod="Static")
    assert refused(filled.put, f"{NIC}2", VERSION, taken) == (400, "PrivateIPAddressIsAllocated")
    outside = nic(privateIPAddress="10.0.5.9")
    assert refused(filled.put, f"{NIC}2", VERSION, outside) == (400, "PrivateIPAddressNotInSubnet")
    assert refused(filled.put, f"{NIC}2", VERSION, nic(privateIPAddress="x")) == (400, "InvalidIPAddressFormat")


def test_what_is_named_must_be_there(filled: Resources, tmp_path: Path) -> None:
    missing = (400, "InvalidResourceReference")
    assert refused(filled.put, NIC, VERSION, nic(f"{NETWORK}/subnets/no")) == missing
    assert refused(filled.put, NIC, VERSION, nic(publicIPAddress={"id": ADDRESS})) == missing
    body = nic(loadBalancerBackendAddressPools=[{"id": f"{BALANCER}/backendAddressPools/pool"}])
    assert refused(filled.put, NIC, VERSION, body) == missing
    filled.check(NIC, VERSION, nic(f"{NETWORK}/subnets/no"))
    with Engine.open(None, settings(tmp_path, references=False)) as engine:
        engine.scopes.put_group(RG, "westeurope")
        assert engine.resources.put(NIC, VERSION, nic()).created


def test_public_addresses(filled: Resources) -> None:
    body = {
        "location": "West Europe",
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static", "dnsSettings": {"domainNameLabel": "Shop"}},
    }
    shown: Any = filled.put(ADDRESS, VERSION, body).body
    assert ip_address(shown["properties"]["ipAddress"]) in ip_network("198.18.0.0/15")
    assert shown["properties"]["dnsSettings"]["fqdn"] == "shop.westeurope.cloudapp.azure.com"
    assert shown["sku"] == {"name": "Standard", "tier": "Regional"}
    six: Any = filled.put(f"{ADDRESS}6", VERSION, {**body, "properties": {"publicIPAddressVersion": "IPv6"}}).body
    assert ip_address(six["properties"]["ipAddress"]) in ip_network("2001:db8::/32")
    filled.put(NIC, VERSION, nic(publicIPAddress={"id": ADDRESS.lower()}))
    assert refused(filled.delete, ADDRESS) == (400, "PublicIPAddressCannotBeDeleted")
    assert filled.delete(NIC)
    assert filled.delete(ADDRESS)


def test_a_load_balancer_has_parts_with_ids(filled: Resources) -> None:
    front = {"name": "front", "properties": {"subnet": {"id": SUBNET}}}
    rule = {
        "name": "r",
        "properties": {"frontendIPConfiguration": {"id": f"{BALANCER}/frontendIPConfigurations/front"}},
    }
    properties = {
        "frontendIPConfigurations": [front],
        "backendAddressPools": [{"name": "pool"}],
        "loadBalancingRules": [rule],
    }
    shown: Any = filled.put(BALANCER, VERSION, {"location": "westeurope", "properties": properties}).body
    (made,) = shown["properties"]["frontendIPConfigurations"]
    assert ip_address(made["properties"]["privateIPAddress"]) in ip_network("10.0.0.0/24")
    assert shown["properties"]["backendAddressPools"][0]["id"] == f"{BALANCER}/backendAddressPools/pool"
    assert shown["properties"]["probes"] == []
    pool = nic(loadBalancerBackendAddressPools=[{"id": f"{BALANCER}/backendAddressPools/pool"}])
    assert filled.put(NIC, VERSION, pool).created


def test_security_groups_have_rules_of_their_own_and_of_the_service(filled: Resources) -> None:
    def rule(name: str, priority: int) -> dict[str, Any]:
        return {"name": name, "properties": {"priority": priority, "direction": "Inbound", "access": "Allow"}}

    body = {"location": "westeurope", "properties": {"securityRules": [rule("a", 100), rule("b", 200)]}}
    shown: Any = filled.put(GROUP, VERSION, body).body
    assert [each["name"] for each in shown["properties"]["securityRules"]] == ["a", "b"]
    assert len(shown["properties"]["defaultSecurityRules"]) == 6
    assert filled.get(f"{GROUP}/securityRules/a")["name"] == "a"
    conflict = (400, "SecurityRuleConflict")
    assert (
        refused(filled.put, f"{GROUP}/securityRules/c", VERSION, {"properties": rule("c", 200)["properties"]})
        == conflict
    )
    twice = {"location": "westeurope", "properties": {"securityRules": [rule("a", 100), rule("b", 100)]}}
    assert refused(filled.put, GROUP, VERSION, twice) == conflict
    subnet = {"properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": GROUP}}}
    filled.put(SUBNET, VERSION, subnet)
    assert refused(filled.delete, GROUP) == (400, "InUseNetworkSecurityGroupCannotBeDeleted")
    filled.put(SUBNET, VERSION, {"properties": {"addressPrefix": "10.0.0.0/24"}})
    assert filled.delete(GROUP)


def test_route_tables_have_routes(filled: Resources) -> None:
    route = {"name": "out", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}}
    filled.put(TABLE, VERSION, {"location": "westeurope", "properties": {"routes": [route]}})
    assert filled.get(f"{TABLE}/routes/out")["name"] == "out"
    filled.put(SUBNET, VERSION, {"properties": {"addressPrefix": "10.0.0.0/24", "routeTable": {"id": TABLE}}})
    assert refused(filled.delete, TABLE) == (400, "InUseRouteTableCannotBeDeleted")


def test_firewalls_gateways_circuits_and_private_endpoints(filled: Resources) -> None:
    firewall: Any = filled.put(
        f"{RG}/providers/Microsoft.Network/azureFirewalls/f",
        VERSION,
        {"location": "westeurope", "properties": nic()["properties"]},
    ).body
    inside = firewall["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
    assert ip_address(inside) in ip_network("10.0.0.0/24")
    gateway: Any = filled.put(
        f"{RG}/providers/Microsoft.Network/vpnGateways/g", VERSION, {"location": "westeurope", "properties": {}}
    ).body
    assert len(gateway["properties"]["bgpSettings"]["bgpPeeringAddresses"]) == 2
    circuit: Any = filled.put(
        f"{RG}/providers/Microsoft.Network/expressRouteCircuits/c",
        VERSION,
        {"location": "westeurope", "properties": {}},
    ).body
    assert circuit["properties"]["serviceProviderProvisioningState"] == "NotProvisioned"
    connection = {
        "name": "x",
        "properties": {"privateLinkServiceId": f"{RG}/providers/Contoso.Shop/shops/s", "groupIds": ["blob"]},
    }
    endpoint: Any = filled.put(
        f"{RG}/providers/Microsoft.Network/privateEndpoints/p",
        VERSION,
        {
            "location": "westeurope",
            "properties": {"subnet": {"id": SUBNET}, "privateLinkServiceConnections": [connection]},
        },
    ).body
    (made,) = endpoint["properties"]["privateLinkServiceConnections"]
    assert made["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
    assert refused(filled.delete, SUBNET) == (400, "InUseSubnetCannotBeDeleted")
