from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.template.resource_id import ResourceId, ResourceIdError, parse_resource_id

GROUP = "/subscriptions/s/resourceGroups/g"
SEGMENT = st.text("abcXYZ019-._()", min_size=1, max_size=8)


def test_a_child_has_its_parents_type_and_names() -> None:
    found = parse_resource_id(f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s")
    assert found == ResourceId(GROUP, "Microsoft.Network/virtualNetworks/subnets", ("v", "s"))
    assert found.name == "v/s"
    assert found.parent == ResourceId(GROUP, "Microsoft.Network/virtualNetworks", ("v",))
    assert found.parent is not None
    assert found.parent.parent is None


def test_an_extension_has_the_resource_it_extends_as_its_scope() -> None:
    target = f"{GROUP}/providers/Microsoft.Web/sites/w"
    found = parse_resource_id(f"{target}/Providers/Microsoft.Authorization/locks/l")
    assert (found.scope, found.type, found.names) == (target, "Microsoft.Authorization/locks", ("l",))


def test_a_tenants_resource_has_no_scope() -> None:
    assert parse_resource_id("/providers/Microsoft.Management/managementGroups/m").scope == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "name",
        GROUP,
        f"{GROUP}/providers/Microsoft.Web",
        f"{GROUP}/providers/Microsoft.Web/sites",
        f"{GROUP}/providers/Microsoft.Web/sites/w/slots",
        f"{GROUP}/providers/Microsoft.Web//w",
        "providers/Microsoft.Web/sites/w",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ResourceIdError):
        parse_resource_id(text)


@given(
    SEGMENT,
    st.lists(st.tuples(SEGMENT, SEGMENT), min_size=1, max_size=4),
    st.sampled_from(["", "/subscriptions/s", GROUP]),
)
def test_building_and_parsing_are_inverse(namespace: str, pairs: list[tuple[str, str]], scope: str) -> None:
    type_ = "/".join([namespace, *(kind for kind, _ in pairs)])
    built = ResourceId(scope, type_, tuple(name for _, name in pairs))
    assert parse_resource_id(str(built)) == built
    assert built.key == parse_resource_id(str(built).swapcase().replace("/PROVIDERS/", "/providers/")).key
