"""Ids of requests."""

from __future__ import annotations

import pytest

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Kind, parse_address


@pytest.mark.parametrize(
    ("id_", "kind", "type_", "container"),
    [
        ("", Kind.TENANT, "Microsoft.Resources/tenants", ""),
        ("/", Kind.TENANT, "Microsoft.Resources/tenants", ""),
        ("/Subscriptions/S", Kind.SUBSCRIPTION, "Microsoft.Resources/subscriptions", ""),
        ("/subscriptions/S/resourcegroups/G/", Kind.GROUP, "Microsoft.Resources/resourceGroups", "/subscriptions/s"),
        (
            "/subscriptions/S/providers/Microsoft.Resources/resourceGroups/G",
            Kind.GROUP,
            "Microsoft.Resources/resourceGroups",
            "/subscriptions/s",
        ),
        (
            "/providers/Microsoft.Management/managementGroups/M",
            Kind.MANAGEMENT_GROUP,
            "Microsoft.Management/managementGroups",
            "",
        ),
        (
            "/subscriptions/S/resourceGroups/G/providers/A.B//cs/d",
            Kind.RESOURCE,
            "A.B/cs",
            "/subscriptions/s/resourcegroups/g",
        ),
        ("/providers/A.B/cs/d/es/f", Kind.RESOURCE, "A.B/cs/es", "/providers/a.b/cs/d"),
        ("/providers/A.B/cs/d/providers/E.F/gs/h", Kind.RESOURCE, "E.F/gs", "/providers/a.b/cs/d"),
    ],
)
def test_ids_are_taken_apart(id_: str, kind: Kind, type_: str, container: str) -> None:
    address = parse_address(id_)
    assert (address.kind, address.type, address.container) == (kind, type_, container)


def test_case_does_not_matter_for_the_key_and_stays_in_the_id() -> None:
    one = parse_address("/SUBSCRIPTIONS/S/RESOURCEGROUPS/Rg/PROVIDERS/A.B/Cs/D")
    other = parse_address("/subscriptions/s/resourceGroups/rg/providers/a.b/cs/d")
    assert one.key == other.key
    assert one.id == "/subscriptions/S/resourceGroups/Rg/providers/A.B/Cs/D"


@pytest.mark.parametrize(
    ("id_", "code"),
    [
        ("subscriptions/S", "InvalidResourceId"),
        ("/nonsense/S", "InvalidResourceId"),
        ("/subscriptions/S/other/x", "InvalidResourceId"),
        ("/providers/A.B/cs", "InvalidResourceId"),
        ("/providers/A.B/cs/d/es", "InvalidResourceId"),
        ("/providers/AB/cs/d", "InvalidResourceNamespace"),
        ("/providers/A.B/c s/d", "InvalidResourceType"),
        ("/providers/A.B/cs/..", "InvalidResourceName"),
        ("/providers/A.B/cs/a%2Fb", "InvalidResourceName"),
        ("/providers/A.B/cs/a\\b", "InvalidResourceName"),
        ("/providers/A.B/cs/a\x00b", "InvalidResourceName"),
        ("/providers/A.B/cs/" + "x" * 300, "InvalidResourceName"),
        ("/subscriptions/../resourceGroups/G", "InvalidResourceName"),
        ("/subscriptions/S/resourceGroups/a b", "InvalidResourceGroup"),
        ("/subscriptions/S/resourceGroups/ends.", "InvalidResourceGroup"),
        ("/subscriptions/S/resourceGroups/" + "x" * 91, "InvalidResourceGroup"),
        ("/" + "x" * 5000, "InvalidResourceId"),
    ],
)
def test_what_no_resource_can_be_called_is_refused(id_: str, code: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_address(id_)
    assert caught.value.code == code
    assert caught.value.status in (400, 404)
