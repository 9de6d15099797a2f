"""Definitions as people and programs see them."""

from __future__ import annotations

import pytest

from armlib.azuretypes.show import UnknownTypeError, as_text, compare, describe, difference_as_text, find, select
from armlib.azuretypes.store import Store


def test_types_are_selected_by_a_part_of_the_name_or_a_pattern(store: Store) -> None:
    assert [name for name, _ in select(store, "SHOPS")] == [
        "Contoso.Shop/shops",
        "Contoso.Shop/shops/config",
        "Contoso.Shop/shops/shelves",
    ]
    assert [name for name, _ in select(store, "contoso.*/shops")] == ["Contoso.Shop/shops"]
    assert len(select(store, None)) == 8
    assert select(store, "shops/shelves")[0][1] == ("2022-01-01", "2024-01-01", "2024-06-01-preview")


def test_without_a_version_the_newest_release_is_shown(store: Store) -> None:
    assert find(store, "contoso.shop/SHOPS").version == "2024-01-01"


@pytest.mark.parametrize(
    ("text", "hint"),
    [("Contoso.Shop/shop", "did you mean 'Contoso.Shop/shops'?"), ("Contoso.Shop/shops@2023-12-01", "2024-01-01")],
)
def test_what_is_not_there_is_told_with_the_nearest(store: Store, text: str, hint: str) -> None:
    with pytest.raises(UnknownTypeError) as caught:
        find(store, text)
    assert hint in str(caught.value.hint)


def test_a_type_as_text(store: Store) -> None:
    text = as_text(describe(store, find(store, "Contoso.Shop/shops@2024-01-01")))
    assert text.splitlines()[:2] == ["Contoso.Shop/shops@2024-01-01", "  deployed to: resourceGroup"]
    for line in (
        "colour    'Red' | 'Green' | 'Blue'",
        "size      'Small' | 'Large' | string",
        "floor     int [minValue 0, maxValue 9]",
        "owner     object (required) - The owner.",
        "password  string [minLength 8, sensitive] (write-only) - The password.",
        "when how is 'Cash':",
        "items     object[] [maxLength 3]",
        "*  string",
    ):
        assert line in text


def test_a_type_as_json(store: Store) -> None:
    shown = describe(store, find(store, "Contoso.Shop/shops@2024-01-01")).as_json()
    assert (shown["type"], shown["apiVersion"], shown["deployable"]) == (
        "Contoso.Shop/shops",
        "2024-01-01",
        ["resourceGroup"],
    )
    properties = {entry["name"]: entry for entry in shown["properties"]}  # type: ignore[index,union-attr,call-overload]
    assert properties["name"] == {
        "name": "name",
        "type": "string",
        "flags": ["required", "constant"],
        "description": "The name.",
        "minLength": 3,
        "maxLength": 12,
        "pattern": "^[a-z][a-z0-9]*$",
    }


def test_a_part_of_a_type(store: Store) -> None:
    type_ = find(store, "Contoso.Shop/shops@2024-01-01")
    assert [entry.name for entry in describe(store, type_, path="properties.items[0]").body.properties] == [
        "name",
        "amount",
        "rank",
    ]
    assert [entry.name for entry in describe(store, type_, path="properties.PAYMENT.Cash").body.properties] == [
        "how",
        "coins",
    ]
    with pytest.raises(UnknownTypeError, match="no property 'color' in 'properties'") as caught:
        describe(store, type_, path="properties.color")
    assert caught.value.hint == "did you mean 'colour'?"


def test_a_depth_cuts_the_tree(store: Store) -> None:
    body = describe(store, find(store, "Contoso.Shop/shops@2024-01-01"), depth=1).body
    assert body.properties and not any(entry.properties for entry in body.properties)


def test_the_difference_of_two_versions(store: Store) -> None:
    old, new = (find(store, f"Contoso.Shop/shops@{version}") for version in ("2022-01-01", "2024-01-01"))
    assert difference_as_text(compare(store, old, new)) == "+ properties.discount: int\n"
    assert difference_as_text(compare(store, new, old)) == "- properties.discount: int\n"
    assert difference_as_text(compare(store, new, new)) == "no difference\n"


def test_changes_of_values_show_in_a_difference(published: Store) -> None:
    old, new = (
        find(published, f"Microsoft.Storage/storageAccounts@{version}") for version in ("2022-09-01", "2023-05-01")
    )
    text = difference_as_text(compare(published, old, new))
    assert "~ properties.accessTier: 'Hot' | 'Cool' | 'Premium' -> 'Hot' | 'Cool' | 'Premium' | 'Cold'\n" in text


def test_every_type_can_be_shown(published: Store) -> None:
    for name, versions in select(published, "Microsoft.Web/"):
        description = describe(published, find(published, f"{name}@{versions[-1]}"), depth=4)
        assert as_text(description) and description.as_json()
