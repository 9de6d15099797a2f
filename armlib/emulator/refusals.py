"""The service's refusals that several parts need, in its words.

Source: "Troubleshoot common Azure deployment errors", and messages quoted in public issues.
"""

from __future__ import annotations

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, Kind
from armlib.emulator.regions import REGIONS

_MORE = " For more details please go to https://aka.ms/ARMResourceNotFoundFix"


def not_found(address: Address) -> Fault:
    """Return what is said when nothing is at *address*."""
    name = address.name
    if address.kind is Kind.GROUP:
        return Fault(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
    if address.kind is Kind.SUBSCRIPTION:
        return Fault(404, "SubscriptionNotFound", f"The subscription '{name}' could not be found.")
    if address.kind is Kind.MANAGEMENT_GROUP:
        return Fault(
            404,
            "NotFound",
            f"The management group '{name}' cannot be found. Details: it does not exist, or was deleted.",
        )
    what = f"{address.type}/{'/'.join(address.names)}"
    if address.group and not address.is_extension:
        where = f" under resource group '{address.group.rpartition('/')[2]}'"
        return Fault(404, "ResourceNotFound", f"The Resource '{what}'{where} was not found.{_MORE}", target=address.id)
    return Fault(404, "ResourceNotFound", f"The Resource '{what}' was not found.{_MORE}", target=address.id)


def parent_not_found(address: Address, parent: str) -> Fault:
    """Return what is said when the parent resource with the id *parent* is not there."""
    return Fault(
        404,
        "ParentResourceNotFound",
        f"Failed to perform 'write' on resource(s) of type '{address.kinds}', because the parent resource '{parent}' "
        "could not be found.",
        target=address.id,
    )


def location_required() -> Fault:
    """Return what is said when a resource that lies in a region says none."""
    return Fault(400, "LocationRequired", "The location property is required for this definition.")


def location_not_available(address: Address, location: str) -> Fault:
    """Return what is said when a resource is put into a region that is none."""
    available = ",".join(region.name for region in REGIONS)
    return Fault(
        400,
        "LocationNotAvailableForResourceType",
        f"The provided location '{location}' is not available for resource type '{address.type}'. List of available "
        f"regions for the resource type is '{available}'.",
        target=address.id,
    )


def location_moved(address: Address, was: str, wanted: str) -> Fault:
    """Return what is said when a resource is put into another region."""
    group = address.group.rpartition("/")[2]
    where = f" in resource group '{group}'" if group else ""
    return Fault(
        409,
        "InvalidResourceLocation",
        f"The resource '{address.name}' already exists in location '{was}'{where}. A resource with the same name "
        f"cannot be created in location '{wanted}'. Please select a new resource name.",
        target=address.id,
    )


def precondition_failed() -> Fault:
    """Return what is said when a resource is not in the state that a header wants."""
    return Fault(
        412,
        "PreconditionFailed",
        "Precondition failed: the resource has another ETag than the one in the header If-Match, or exists though "
        "If-None-Match says that it must not.",
    )


def no_body(id_: str) -> Fault:
    """Return what is said when a body is no object."""
    return Fault(
        400, "InvalidRequestContent", f"The request content was invalid: the body for '{id_}' must be a JSON object."
    )
