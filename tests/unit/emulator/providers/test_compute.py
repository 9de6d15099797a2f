"""Machines, scale sets and disks."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.emulator.resources import Resources
from tests.unit.emulator.conftest import RG
from tests.unit.emulator.providers.test_network import NETWORK, NIC, SUBNET, VERSION, network, nic
from tests.unit.emulator.refusal import refused

MACHINE = f"{RG}/providers/Microsoft.Compute/virtualMachines/vm"
DISK = f"{RG}/providers/Microsoft.Compute/disks/data"
SET = f"{RG}/providers/Microsoft.Compute/virtualMachineScaleSets/set"


def machine(**storage: Any) -> dict[str, Any]:
    return {
        "location": "westeurope",
        "properties": {
            "osProfile": {"computerName": "vm", "adminUsername": "me", "adminPassword": "hunter2"},
            "storageProfile": {"osDisk": {"createOption": "FromImage"}, **storage},
            "networkProfile": {"networkInterfaces": [{"id": NIC}]},
        },
    }


@pytest.fixture
def filled(resources: Resources) -> Resources:
    resources.put(NETWORK, VERSION, network(one="10.0.0.0/24"))
    resources.put(NIC, VERSION, nic())
    return resources


def test_a_machine_has_an_id_and_disks(filled: Resources) -> None:
    shown: Any = filled.put(MACHINE, VERSION, machine(dataDisks=[{"lun": 0, "createOption": "Empty"}])).body
    properties = shown["properties"]
    assert len(properties["vmId"]) == 36
    assert properties["osProfile"] == {"computerName": "vm", "adminUsername": "me"}
    assert properties["storageProfile"]["osDisk"]["managedDisk"]["id"].startswith(
        f"{RG}/providers/Microsoft.Compute/disks/vm_"
    )
    assert properties["storageProfile"]["dataDisks"][0]["name"].startswith("vm_disk0_")
    again: Any = filled.put(MACHINE, VERSION, machine(dataDisks=[{"lun": 0, "createOption": "Empty"}])).body
    assert again == shown
    assert filled.act(MACHINE, "restart", VERSION) is None


def test_an_interface_belongs_to_one_machine(filled: Resources) -> None:
    filled.put(MACHINE, VERSION, machine())
    shown: Any = filled.get(NIC)
    assert shown["properties"]["virtualMachine"] == {"id": MACHINE}
    assert refused(filled.put, f"{MACHINE}2", VERSION, machine()) == (400, "NicInUse")
    assert refused(filled.delete, NIC) == (400, "NicInUse")
    assert filled.delete(MACHINE)
    assert filled.delete(NIC)
    assert refused(filled.put, MACHINE, VERSION, machine()) == (404, "NotFound")


def test_disks_know_who_has_them(filled: Resources) -> None:
    body = {"location": "westeurope", "properties": {"diskSizeGB": 4, "creationData": {"createOption": "Empty"}}}
    attached = machine(dataDisks=[{"lun": 0, "createOption": "Attach", "managedDisk": {"id": DISK}}])
    assert refused(filled.put, MACHINE, VERSION, attached) == (404, "NotFound")
    shown: Any = filled.put(DISK, VERSION, body).body
    assert (shown["properties"]["diskState"], shown["properties"]["diskSizeBytes"]) == ("Unattached", 4 << 30)
    filled.put(MACHINE, VERSION, attached)
    shown = filled.get(DISK)
    assert (shown["properties"]["diskState"], shown["managedBy"]) == ("Attached", MACHINE)
    assert refused(filled.delete, DISK) == (409, "OperationNotAllowed")


def test_scale_sets_want_their_subnets(filled: Resources) -> None:
    def body(subnet: str) -> dict[str, Any]:
        configuration = {"name": "c", "properties": {"subnet": {"id": subnet}}}
        interface = {"name": "n", "properties": {"ipConfigurations": [configuration]}}
        profile = {"networkProfile": {"networkInterfaceConfigurations": [interface]}}
        return {
            "location": "westeurope",
            "sku": {"name": "Standard_B1s", "capacity": 2},
            "properties": {"virtualMachineProfile": profile},
        }

    assert refused(filled.put, SET, VERSION, body(f"{SUBNET}2")) == (404, "NotFound")
    shown: Any = filled.put(SET, VERSION, body(SUBNET)).body
    assert shown["sku"] == {"tier": "Standard", "name": "Standard_B1s", "capacity": 2}
    filled.delete(NIC)
    assert refused(filled.delete, SUBNET) == (400, "InUseSubnetCannotBeDeleted")
