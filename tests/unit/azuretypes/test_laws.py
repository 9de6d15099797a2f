"""Laws over definitions and values: what a definition allows is not told, and nothing breaks the check."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armlib.azuretypes.model import (
    ArrayType,
    BooleanType,
    Definitions,
    EnumType,
    IntegerType,
    ObjectType,
    Property,
    StringType,
    Type,
    VariantType,
)
from armlib.azuretypes.store import Store
from armlib.azuretypes.template import check_template

GROUP = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
WIDE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
TEXT = st.text(alphabet="abcxyz019-", max_size=12)
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["[a(", "[a()]", "[[a]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def values(type_: Type, definitions: Definitions, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that a definition allows, with some of what is optional."""
    type_ = definitions.resolve(type_)
    match type_:
        case BooleanType():
            return st.booleans()
        case IntegerType():
            return st.integers(type_.minimum, type_.maximum)
        case StringType(sensitive=True):
            return st.just("[parameters('secret')]")
        case StringType():
            return _texts(type_)
        case EnumType():
            return st.sampled_from(type_.values) | TEXT if type_.open else st.sampled_from(type_.values)
        case ArrayType():
            item = values(type_.item, definitions, depth + 1)
            return st.lists(item, min_size=type_.minimum_length or 0, max_size=min(type_.maximum_length or 2, 2))
        case ObjectType():
            return _objects(type_, definitions, depth)
        case VariantType():
            return st.sampled_from(sorted(type_.variants)).flatmap(
                lambda variant: _objects(type_.whole(variant, definitions.resolve), definitions, depth)
            )
    return ANY.filter(lambda value: not isinstance(value, str))


def _texts(type_: StringType) -> st.SearchStrategy[str]:
    if type_.pattern is not None:
        plain = st.from_regex(re.compile(type_.pattern, re.ASCII), fullmatch=True).filter(
            lambda text: "\n" not in text and text[:1] != "["
        )
    else:
        plain = st.text(alphabet="abc-", min_size=type_.minimum_length or 0, max_size=type_.maximum_length or 20)
    limits = type_.minimum_length or 0, type_.maximum_length or 10**6
    return plain.filter(lambda text: limits[0] <= len(text) <= limits[1])


def _objects(type_: ObjectType, definitions: Definitions, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    usable = [each for each in type_.properties.values() if not each.read_only]
    required = {each.name: values(each.type, definitions, depth + 1) for each in usable if each.required}
    free: dict[str, Any] = {}
    if depth < 4:
        optional = [each for each in usable if not each.required]
        free = {each.name: _value(each, definitions, depth) for each in optional}
    return st.fixed_dictionaries(required, optional=free)


def _value(each: Property, definitions: Definitions, depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: values(each.type, definitions, depth + 1))


def resource_of(store: Store, name: str, version: str) -> st.SearchStrategy[dict[str, Any]]:
    found = store.find(name, version)
    assert found is not None
    body = values(found.body, store)
    return body.map(lambda value: {**value, "type": name, "apiVersion": version})


def codes(store: Store, resource: dict[str, Any]) -> list[tuple[str, str]]:
    template = {"$schema": GROUP, "parameters": {"secret": {"type": "securestring"}}, "resources": [resource]}
    return [(found.code, found.message) for found in check_template(template, store)]


@WIDE
@given(st.data())
def test_what_the_definition_allows_is_not_told(store: Store, data: st.DataObject) -> None:
    resource = data.draw(resource_of(store, "Contoso.Shop/shops", "2024-01-01"))
    assert codes(store, resource) == []


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("Microsoft.Storage/storageAccounts", "2023-05-01"),
        ("Microsoft.KeyVault/vaults", "2023-07-01"),
        ("Microsoft.Web/serverfarms", "2022-03-01"),
    ],
)
def test_what_a_real_definition_allows_is_not_told(published: Store, name: str, version: str) -> None:
    @settings(WIDE, max_examples=25)
    @given(resource_of(published, name, version))
    def holds(resource: dict[str, Any]) -> None:
        assert codes(published, resource) == []

    holds()


@WIDE
@given(
    st.dictionaries(
        st.sampled_from(["properties", "name", "location", "tags", "copy", "resources", "scope"]) | st.text(), ANY
    )
)
def test_no_body_breaks_the_check(store: Store, body: dict[str, Any]) -> None:
    for type_ in ("Contoso.Shop/shops", "Contoso.Shop/shops/config", "Contoso.Shop/shops/providers/notes"):
        codes(store, {**body, "type": type_, "apiVersion": "2024-01-01"})


@WIDE
@given(
    st.dictionaries(
        st.sampled_from(["colour", "size", "floor", "owner", "items", "labels", "payment", "copy", "password", "code"]),
        ANY,
    )
)
def test_no_properties_break_the_check(store: Store, properties: dict[str, Any]) -> None:
    codes(store, {"type": "Contoso.Shop/shops", "apiVersion": "2024-01-01", "name": "n", "properties": properties})
