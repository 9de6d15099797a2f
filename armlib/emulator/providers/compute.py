"""Virtual machines, scale sets and disks.

Source: the REST API of Microsoft.Compute, 2024-03-01.
"""

from __future__ import annotations

from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, kept_from_before, objects_at, text_at
from armlib.emulator.providers.made_up import guid, hexadecimal
from armlib.emulator.providers.protocol import Act, Gone, Provider, Put, View
from armlib.jsontypes import Json, JsonObject

_GIGABYTE: Final = 1 << 30
_MACHINE: Final = "Microsoft.Compute/virtualMachines"


class VirtualMachines(Generic):
    """``Microsoft.Compute/virtualMachines``."""

    types = ("Microsoft.Compute/virtualMachines",)

    def check(self, put: Put) -> None:
        """Want interfaces that are there and no other machine's, and managed disks that are there."""
        if put.preflight or not put.view.checks_references:
            return
        for interface in objects_at(put.properties, "networkProfile", "networkInterfaces"):
            id_ = text_at(interface, "id")
            if id_ and not put.view.exists(id_):
                raise _missing(id_, put.id)
            for other in put.view.referrers(id_, _MACHINE) if id_ else ():
                if str(other["id"]).casefold() != put.address.key:
                    raise Fault(
                        400,
                        "NicInUse",
                        f"Network Interface {id_} is used by existing resource {other['id']}. In order to delete the "
                        "network interface, it must be dissociated from the resource.",
                        target=put.id,
                    )
        for id_ in _named(put.properties):
            if not put.view.exists(id_):
                raise _missing(id_, put.id)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add its id, when it was made, and its disks."""
        filled = super().fill(put)
        properties = filled["properties"]
        profile = properties.get("storageProfile")
        if isinstance(profile, dict):
            properties["storageProfile"] = _disks(put, profile)
        made = {
            "vmId": guid(f"machine {put.id}"),
            "provisioningState": "Succeeded",
            "timeCreated": kept_from_before(put, "timeCreated", put.view.now),
        }
        return completed(filled, made=made)

    def act(self, call: Act) -> Json:
        """Start, stop and restart change nothing that is seen."""
        if call.action.casefold() == "retrievebootdiagnosticsdata":
            return {
                "consoleScreenshotBlobUri": f"https://{hexadecimal(call.id, 8)}.blob.core.windows.net/screenshot.bmp",
                "serialConsoleLogBlobUri": f"https://{hexadecimal(call.id, 8)}.blob.core.windows.net/serialconsole.log",
            }
        return None


class ScaleSets(Generic):
    """``Microsoft.Compute/virtualMachineScaleSets``."""

    types = ("Microsoft.Compute/virtualMachineScaleSets",)

    def check(self, put: Put) -> None:
        """Want the subnets of its machines to be there."""
        if put.preflight or not put.view.checks_references:
            return
        profile = put.properties.get("virtualMachineProfile")
        for interface in objects_at(profile, "networkProfile", "networkInterfaceConfigurations"):
            for configuration in objects_at(interface, "properties", "ipConfigurations"):
                subnet = text_at(configuration, "properties", "subnet", "id")
                if subnet and not put.view.exists(subnet):
                    raise _missing(subnet, put.id)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add its id, and when it was made."""
        filled = super().fill(put)
        sku = filled.get("sku")
        if isinstance(sku, dict):
            filled["sku"] = {"tier": "Standard", **sku}
        made = {
            "uniqueId": guid(f"scale set {put.id}"),
            "provisioningState": "Succeeded",
            "timeCreated": kept_from_before(put, "timeCreated", put.view.now),
        }
        defaults = {"singlePlacementGroup": True, "overprovision": True}
        return completed(filled, defaults=defaults, made=made)

    def act(self, call: Act) -> Json:
        """Start, stop and restart change nothing that is seen."""
        return None


class Disks(Generic):
    """``Microsoft.Compute/disks``."""

    types = ("Microsoft.Compute/disks",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add its id, its size in bytes, and when it was made."""
        size = put.properties.get("diskSizeGB")
        made: dict[str, Any] = {
            "uniqueId": guid(f"disk {put.id}"),
            "provisioningState": "Succeeded",
            "timeCreated": kept_from_before(put, "timeCreated", put.view.now),
        }
        if isinstance(size, int):
            made["diskSizeBytes"] = size * _GIGABYTE
        return completed(super().fill(put), made=made)

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer with the machine that has it."""
        for machine in view.referrers(str(stored["id"]), _MACHINE):
            return completed({**stored, "managedBy": machine["id"]}, made={"diskState": "Attached"})
        return completed(stored, made={"diskState": "Unattached"})

    def act(self, call: Act) -> Json:
        """Give a signature that opens nothing."""
        if call.action.casefold() == "begingetaccess":
            return {"accessSAS": f"https://md-{hexadecimal(call.id, 12)}.blob.storage.azure.net/abcd?sig=none"}
        return None

    def may_delete(self, gone: Gone) -> None:
        """Refuse while a machine has it."""
        for machine in gone.view.referrers(gone.address.id, _MACHINE):
            raise Fault(
                409,
                "OperationNotAllowed",
                f"Disk {gone.address.name} is attached to VM {machine['id']}.",
                target=gone.address.id,
            )


def _disks(put: Put, profile: dict[str, Any]) -> dict[str, Any]:
    """Return the disks of a machine with the names and ids that the service gives those that have none."""
    filled = dict(profile)
    system = profile.get("osDisk")
    if isinstance(system, dict):
        name = system.get("name") or f"{put.address.name}_OsDisk_1_{hexadecimal(f'disk of {put.id}')}"
        filled["osDisk"] = {**system, "name": name, "managedDisk": _managed(put, str(name), system.get("managedDisk"))}
    data = profile.get("dataDisks")
    if isinstance(data, list):
        filled["dataDisks"] = [_data_disk(put, disk) for disk in data]
    return filled


def _data_disk(put: Put, disk: Any) -> Any:
    if not isinstance(disk, dict) or disk.get("vhd") is not None:
        return disk
    number = disk.get("lun", 0)
    name = disk.get("name") or f"{put.address.name}_disk{number}_{hexadecimal(f'disk {number} of {put.id}')}"
    return {**disk, "name": name, "managedDisk": _managed(put, str(name), disk.get("managedDisk"))}


def _managed(put: Put, name: str, managed: Any) -> dict[str, Any]:
    known = managed if isinstance(managed, dict) else {}
    group = put.id.partition("/providers/")[0]
    return {"id": f"{group}/providers/Microsoft.Compute/disks/{name}", **known}


def _named(properties: JsonObject) -> list[str]:
    """Return the ids of what a machine must find: its availability set, disks that are attached."""
    found = [
        text_at(properties, name, "id") for name in ("availabilitySet", "proximityPlacementGroup", "host", "hostGroup")
    ]
    attached = (
        disk
        for disk in objects_at(properties, "storageProfile", "dataDisks")
        if text_at(disk, "createOption").casefold() == "attach"
    )
    found += [text_at(disk, "managedDisk", "id") for disk in attached]
    return [id_ for id_ in found if id_]


def _missing(id_: str, by: str) -> Fault:
    return Fault(
        404,
        "NotFound",
        f"Resource {id_} referenced by resource {by} was not found. Please make sure that the referenced resource "
        "exists, and that both resources are in the same region.",
        target=by,
    )


PROVIDERS: Final[tuple[Provider, ...]] = (
    VirtualMachines(),
    ScaleSets(),
    Disks(),
)
