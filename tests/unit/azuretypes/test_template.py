"""Whole templates: types, versions, names, scopes, nesting, and what old spellings stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from armlib.azuretypes.check import TypeCheck
from armlib.azuretypes.store import Store
from armlib.azuretypes.template import check_template, resources_of
from armlib.diagnostics import Severity
from armlib.jsontypes import format_path

Make = Callable[..., dict[str, Any]]
GROUP = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
SUBSCRIPTION = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
SHELF = {
    "type": "Contoso.Shop/shops/shelves",
    "apiVersion": "2024-01-01",
    "name": "corner/top",
    "properties": {"text": "t"},
}


def template_of(*resources: Any, schema: str = GROUP, **sections: Any) -> dict[str, Any]:
    return {"$schema": schema, "contentVersion": "1.0.0.0", **sections, "resources": list(resources)}


def told(store: Store, template: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.code, format_path(each.path)) for each in check_template(template, store)]


def nested(*resources: Any, inner: bool = False, **facts: Any) -> dict[str, Any]:
    options = {"expressionEvaluationOptions": {"scope": "inner"}} if inner else {}
    sections = facts.pop("sections", {})
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "n",
        "properties": {"mode": "Incremental", **options, "template": template_of(*resources, **sections)},
        **facts,
    }


def test_an_unknown_type_is_a_warning_with_the_nearest(store: Store) -> None:
    (found,) = check_template(
        template_of({"type": "Contoso.Shop/shop", "apiVersion": "2024-01-01", "name": "a"}), store
    )
    assert (found.code, found.severity, found.hint) == (
        "unknown-type",
        Severity.WARNING,
        "did you mean 'Contoso.Shop/shops'?",
    )
    assert format_path(found.path) == "resources[0].type"


def test_a_misspelt_namespace_has_a_nearest_type_too(store: Store) -> None:
    resource = {"type": "Contoso.Shpo/shops", "apiVersion": "2024-01-01", "name": "a"}
    (found,) = check_template(template_of(resource), store)
    assert found.hint == "did you mean 'Contoso.Shop/shops'?"


def test_an_unknown_version_falls_back_to_the_nearest_and_nothing_is_an_error(
    store: Store, shop_resource: Make
) -> None:
    found = check_template(template_of({**shop_resource(open="perhaps"), "apiVersion": "2023-12-01"}), store)
    assert [(each.code, each.severity) for each in found] == [
        ("unknown-api-version", Severity.WARNING),
        ("wrong-type", Severity.WARNING),
    ]
    assert "2024-01-01" in str(found[0].hint)


@pytest.mark.parametrize(
    ("version", "codes"),
    [
        ("[variables('new')]", []),
        ("[variables('old')]", ["unknown-property"]),
        ("[parameters('old')]", ["unknown-property"]),
        ("[parameters('open')]", []),
        (None, []),
    ],
)
def test_the_version_may_come_from_a_variable(
    store: Store, shop_resource: Make, version: str | None, codes: list[str]
) -> None:
    resource = {**shop_resource(discount=1), "apiVersion": version}
    if version is None:
        del resource["apiVersion"]
    sections: dict[str, Any] = {
        "variables": {"new": "2024-01-01", "old": "2022-01-01"},
        "parameters": {"old": {"type": "string", "defaultValue": "2022-01-01"}, "open": {"type": "string"}},
    }
    assert [code for code, _ in told(store, template_of(resource, **sections))] == codes


def test_what_is_no_version_at_all_is_told(store: Store, shop_resource: Make) -> None:
    assert told(store, template_of({**shop_resource(), "apiVersion": "latest"})) == [
        ("unknown-api-version", "resources[0].apiVersion")
    ]


def test_types_are_found_in_any_case(store: Store, shop_resource: Make) -> None:
    assert told(store, template_of({**shop_resource(), "type": "contoso.SHOP/Shops"})) == []


def test_an_inline_child_has_a_relative_type_and_name(store: Store, shop_resource: Make) -> None:
    child = {"type": "shelves", "apiVersion": "2024-01-01", "name": "top", "properties": {"txet": "t"}}
    parent = {**shop_resource(), "resources": [child]}
    assert told(store, template_of(parent)) == [("unknown-property", "resources[0].resources[0].properties.txet")]
    wrong = {**parent, "resources": [{**child, "name": "corner/top", "properties": {}}]}
    assert told(store, template_of(wrong)) == [("name-segments", "resources[0].resources[0].name")]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("corner/top", False),
        ("top", True),
        ("a/b/c", True),
        ("[concat(parameters('a'), '/top')]", False),
        ("[format('{0}/{1}/{2}', parameters('a'), 'b', 'c')]", True),
        ("[parameters('a')]", False),
        ("[concat(variables('prefix'), '/top')]", False),
        ("[variables('whole')]", True),
    ],
)
def test_a_name_has_a_segment_for_each_of_the_type(store: Store, name: str, wrong: bool) -> None:
    template = template_of({**SHELF, "name": name}, variables={"prefix": "corner", "whole": "alone"})
    assert told(store, template) == ([("name-segments", "resources[0].name")] if wrong else [])


def test_the_rules_for_a_name_are_those_of_its_last_segment(store: Store, shop_resource: Make) -> None:
    assert told(store, template_of({**shop_resource(), "name": "x"})) == [("length", "resources[0].name")]
    assert told(store, template_of({**shop_resource(), "name": "Big-Shop"})) == [("pattern", "resources[0].name")]


@pytest.mark.parametrize(
    ("name", "properties", "expected"),
    [
        ("corner/web", {"url": "u"}, []),
        ("corner/web", {"level": 1}, [("unknown-property", "resources[0].properties.level")]),
        ("corner/LOG", {"level": 1}, [("enum-case", "resources[0].name")]),
        ("[concat(parameters('a'), '/log')]", {"url": "u"}, [("unknown-property", "resources[0].properties.url")]),
        ("[parameters('a')]", {"url": "u"}, []),
        ("corner/mail", {"url": "u"}, [("enum-value", "resources[0].name")]),
    ],
)
def test_the_last_segment_chooses_the_variant(
    store: Store, name: str, properties: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    resource = {"type": "Contoso.Shop/shops/config", "apiVersion": "2024-01-01", "name": name, "properties": properties}
    assert told(store, template_of(resource)) == expected


def test_resources_by_symbolic_name(store: Store, shop_resource: Make) -> None:
    template = {**template_of(), "resources": {"shop": shop_resource(colur="Red")}, "languageVersion": "2.0"}
    assert told(store, template) == [("unknown-property", "resources.shop.properties.colur")]


def test_an_existing_resource_is_only_named(store: Store, shop_resource: Make) -> None:
    existing = {"existing": True, "type": "Contoso.Shop/shops", "apiVersion": "2024-01-01", "name": "corner"}
    price = {"existing": True, "type": "Contoso.Shop/prices", "apiVersion": "2024-01-01", "name": "p"}
    assert told(store, {**template_of(), "resources": {"shop": existing, "price": price}}) == []
    assert told(store, {**template_of(), "resources": {"shop": {**existing, "name": "NO"}}}) != []


def test_resources_of_other_systems_are_not_ours(store: Store) -> None:
    other = {"import": "kubernetes", "type": "core/Secret@v1", "properties": {"a": 1}}
    assert told(store, {**template_of(), "resources": {"secret": other}}) == []


def test_nested_templates_are_checked_with_their_own_parameters(store: Store, shop_resource: Make) -> None:
    sections: dict[str, Any] = {"parameters": {"p": {"type": "string"}}}
    shop = shop_resource(password="[parameters('p')]")
    outer: dict[str, Any] = {"parameters": {"p": {"type": "securestring"}}}
    place = "resources[0].properties.template.resources[0].properties.password"
    assert told(store, template_of(nested(shop, sections=sections, inner=True), **outer)) == [
        ("insecure-secret", place)
    ]
    assert told(store, template_of(nested(shop, sections=sections), **outer)) == []


def test_a_resource_goes_where_it_can(store: Store, shop_resource: Make) -> None:
    chain = {"type": "Contoso.Shop/chains", "apiVersion": "2024-01-01", "name": "c"}
    assert told(store, template_of(chain)) == [("wrong-scope", "resources[0].type")]
    assert told(store, template_of(chain, schema=SUBSCRIPTION)) == []
    assert told(store, template_of(shop_resource(), schema=SUBSCRIPTION)) == [("wrong-scope", "resources[0].type")]
    assert told(store, template_of({**chain, "scope": "[subscription().id]"})) == []
    assert told(store, template_of({**chain, "scope": "/"})) == [("wrong-scope", "resources[0].type")]
    assert told(store, template_of(nested(chain, subscriptionId="[parameters('s')]"))) == []
    assert told(store, template_of(nested(shop_resource(), resourceGroup="g"), schema=SUBSCRIPTION)) == []
    inner = "resources[0].properties.template.resources[0].type"
    assert told(store, template_of(nested(shop_resource(), location="here"), schema=SUBSCRIPTION)) == [
        ("wrong-scope", inner)
    ]


def test_an_extension_needs_something_to_extend(store: Store) -> None:
    note = {"type": "Contoso.Shop/notes", "apiVersion": "2024-01-01", "name": "n"}
    assert told(store, template_of(note)) == [("wrong-scope", "resources[0].type")]
    assert told(store, template_of({**note, "scope": "[resourceId('Contoso.Shop/shops', 'corner')]"})) == []


@pytest.mark.parametrize(
    "type_", ["Contoso.Shop/shops/providers/notes", "Contoso.Shop/shops/providers/Contoso.Shop/notes"]
)
def test_the_old_spelling_of_an_extension(store: Store, type_: str) -> None:
    name = "corner/Contoso.Shop/n" if type_.count("/") == 3 else "corner/Contoso.Shop/x/n"
    note = {"type": type_, "apiVersion": "2024-01-01", "name": name, "properties": {"txet": "t"}}
    assert told(store, template_of(note)) == [("unknown-property", "resources[0].properties.txet")]
    unknown_parent = {**note, "name": "[concat(parameters('s'), '/Contoso.Shop/n')]"}
    assert ("unknown-property", "resources[0].properties.txet") in told(store, template_of(unknown_parent))


@pytest.mark.parametrize("type_", ["providers/notes", "providers/Contoso.Shop/notes"])
def test_an_inline_extension(store: Store, shop_resource: Make, type_: str) -> None:
    name = "Contoso.Shop/n" if type_.count("/") == 1 else "Contoso.Shop/x/n"
    note = {"type": type_, "apiVersion": "2024-01-01", "name": name, "properties": {"txet": "t"}}
    found = told(store, template_of({**shop_resource(), "resources": [note]}))
    assert found == [("unknown-property", "resources[0].resources[0].properties.txet")]


def test_what_can_only_be_read_is_not_deployed(store: Store) -> None:
    price = {"type": "Contoso.Shop/prices", "apiVersion": "2024-01-01", "name": "p"}
    assert told(store, template_of(price)) == [("not-deployable", "resources[0].type")]


def test_malformed_templates_are_passed_over(store: Store) -> None:
    oddities: tuple[Any, ...] = (
        None,
        "x",
        3,
        [None, "x", []],
        {"a": 3},
        [{"type": 3, "name": {}}],
        [{"type": "", "name": ""}],
    )
    for resources in oddities:
        template = {"$schema": 3, "parameters": [], "variables": "x", "resources": resources}
        assert isinstance(check_template(template, store), list)
    odd = {
        "type": "Contoso.Shop/shops",
        "apiVersion": "2024-01-01",
        "name": "[",
        "properties": "[concat(",
        "resources": "x",
    }
    assert isinstance(check_template(template_of(odd), store), list)


def test_a_partial_store_says_nothing_of_namespaces_that_it_has_not(published: Store) -> None:
    unknown = {"type": "Contoso.Other/things", "apiVersion": "2024-01-01", "name": "t"}
    misspelt = {"type": "Microsoft.Storage/storageAcounts", "apiVersion": "2023-01-01", "name": "t"}
    assert told(published, template_of(unknown, misspelt)) == [("unknown-type", "resources[1].type")]


def test_deployments_take_more_keys_than_they_define(published: Store) -> None:
    assert told(published, template_of(nested(resourceGroup="g", subscriptionId="s"))) == []


def test_a_real_resource(published: Store) -> None:
    account = {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-01-01",
        "name": "[concat('st', uniqueString(resourceGroup().id))]",
        "location": "westeurope",
        "sku": {"name": "Standard_LRS"},
        "kind": "StorageV2",
        "properties": {"minimumTlsVersion": "TLS1_2", "acessTier": "Hot", "networkAcls": {"defaultAction": "Denied"}},
    }
    assert told(published, template_of(account)) == [
        ("enum-value", "resources[0].properties.networkAcls.defaultAction"),
        ("unknown-property", "resources[0].properties.acessTier"),
    ]


def test_web_settings_are_chosen_by_name(published: Store) -> None:
    settings = {
        "type": "Microsoft.Web/sites/config",
        "apiVersion": "2022-03-01",
        "name": "[format('{0}/{1}', parameters('site'), 'appsettings')]",
        "properties": {"ANY_KEY": "value"},
    }
    assert told(published, template_of(settings)) == []
    web = {**settings, "name": "site/web", "properties": {"alwaysOnn": True}}
    assert told(published, template_of(web)) == [("unknown-property", "resources[0].properties.alwaysOnn")]


def test_the_resources_of_a_template_come_after_their_parents(shop_resource: Make) -> None:
    parent = {**shop_resource(), "resources": [{"type": "shelves", "name": "top"}]}
    types = [placed.type for placed in resources_of(template_of(parent, nested(SHELF)))]
    assert types == [
        "Contoso.Shop/shops",
        "Contoso.Shop/shops/shelves",
        "Microsoft.Resources/deployments",
        "Contoso.Shop/shops/shelves",
    ]


def test_nothing_installed_nothing_said(tmp_path: Any, shop_resource: Make) -> None:
    check = TypeCheck(store=tmp_path / "none.sqlite3")
    assert check.template(template_of(shop_resource(colur=1))) == []


def test_a_store_that_cannot_be_read_is_a_warning(tmp_path: Any, shop_resource: Make) -> None:
    path = tmp_path / "types.sqlite3"
    path.write_bytes(b"not a database" * 100)
    (found,) = TypeCheck(store=path).template(template_of(shop_resource()))
    assert (found.code, found.severity) == ("types-store", Severity.WARNING)


def test_corrections_of_a_project_that_cannot_be_read_are_a_warning(
    tmp_path: Any, shop_path: Any, shop_resource: Make
) -> None:
    check = TypeCheck(store=shop_path, corrections=tmp_path / "none.json")
    (found,) = check.template(template_of(shop_resource()))
    assert (found.code, found.severity) == ("types-corrections", Severity.WARNING)
