"""One resource against its definition: each rule, where it is reported, and what is not reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from armlib.azuretypes.store import Store
from armlib.azuretypes.template import check_expanded, check_template
from armlib.diagnostics import Diagnostic, Severity
from armlib.expressions.parser import parse
from armlib.expressions.values import Secret, Unknown
from armlib.jsontypes import JsonPath, format_path

Make = Callable[..., dict[str, Any]]
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def template_of(*resources: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", **sections, "resources": list(resources)}


def told(store: Store, resource: dict[str, Any], **sections: Any) -> list[tuple[str, str]]:
    """The codes and the paths below the resource."""
    found = check_template(template_of(resource, **sections), store)
    return [(each.code, format_path(each.path[2:])) for each in found]


def one(store: Store, resource: dict[str, Any], **sections: Any) -> Diagnostic:
    (found,) = check_template(template_of(resource, **sections), store)
    return found


def test_a_valid_resource_has_no_findings(store: Store, shop_resource: Make) -> None:
    valid = shop_resource(
        colour="Red",
        size="Medium",
        open=True,
        floor=3,
        code="ab-12",
        password="[parameters('p')]",
        items=[{"name": "a", "amount": 10}, {"name": "b", "rank": 1.5}],
        labels={"any": "key"},
        anything={"x": [1, {"y": None}]},
        payment={"how": "Cash", "coins": False, "note": "n"},
        discount=3,
    )
    assert told(store, {**valid, "tags": {"a": "b"}}, parameters={"p": {"type": "secureString"}}) == []


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"color": "Red"}, [("unknown-property", "properties.color")]),
        ({"zzz": 1}, [("unknown-property", "properties.zzz")]),
        ({"items": [{"name": "a", "nmae": "b"}]}, [("unknown-property", "properties.items[0].nmae")]),
        ({"owner": {}}, [("required-missing", "properties.owner")]),
        ({"owner": {"mail": None}}, [("required-missing", "properties.owner")]),
        ({"items": [{"amount": 1}]}, [("required-missing", "properties.items[0]")]),
        ({"owner": "me"}, [("wrong-type", "properties.owner")]),
        ({"owner": ["me"]}, [("wrong-type", "properties.owner")]),
        ({"items": {"name": "a"}}, [("wrong-type", "properties.items")]),
        ({"items": "a"}, [("wrong-type", "properties.items")]),
        ({"open": "perhaps"}, [("wrong-type", "properties.open")]),
        ({"open": 1}, [("wrong-type", "properties.open")]),
        ({"floor": "many"}, [("wrong-type", "properties.floor")]),
        ({"floor": True}, [("wrong-type", "properties.floor")]),
        ({"floor": "nan"}, [("wrong-type", "properties.floor")]),
        ({"code": 12}, [("wrong-type", "properties.code")]),
        ({"code": ["ab-1"]}, [("wrong-type", "properties.code")]),
        ({"colour": 7}, [("wrong-type", "properties.colour")]),
        ({"labels": {"a": {}}}, [("wrong-type", "properties.labels.a")]),
        ({"colour": "Purple"}, [("enum-value", "properties.colour")]),
        ({"size": "Smal"}, [("enum-near", "properties.size")]),
        ({"size": "small"}, []),
        ({"size": "Tiny"}, []),
        ({"colour": "red"}, [("enum-case", "properties.colour")]),
        ({"size": "large"}, []),
        ({"floor": 10}, [("out-of-range", "properties.floor")]),
        ({"floor": -1}, [("out-of-range", "properties.floor")]),
        ({"floor": "3"}, [("loose-type", "properties.floor")]),
        ({"floor": 2.5}, []),
        ({"open": "True"}, [("loose-type", "properties.open")]),
        ({"code": "AB-1"}, [("pattern", "properties.code")]),
        ({"code": "ab-1\n"}, [("pattern", "properties.code")]),
        ({"code": "ab-12345"}, [("length", "properties.code")]),
        ({"items": [{"name": "a"}] * 4}, [("length", "properties.items")]),
        ({"state": "Ready"}, [("readonly-write", "properties.state")]),
        ({"Colour": "Red"}, [("property-case", "properties.Colour")]),
        ({"password": "[parameters('p')]", "state": None}, []),
    ],
)
def test_each_rule_is_reported_at_its_place(
    store: Store, shop_resource: Make, properties: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    parameters = {"p": {"type": "secureString"}}
    assert told(store, shop_resource(**properties), parameters=parameters) == expected


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ({"how": "Cash", "coins": True}, []),
        ({"HOW": "cash"}, [("property-case", "properties.payment.HOW"), ("enum-case", "properties.payment.HOW")]),
        ({"how": "Barter"}, [("enum-value", "properties.payment.how")]),
        ({"how": 3}, [("wrong-type", "properties.payment.how")]),
        ({"note": "n"}, [("required-missing", "properties.payment")]),
        ({"how": "Cash", "limit": 3}, [("unknown-property", "properties.payment.limit")]),
        ({"how": "Card"}, [("required-missing", "properties.payment")]),
        ({"how": "[parameters('h')]", "limit": 3, "coins": True}, []),
        ({"how": "[parameters('h')]", "zzz": 3}, [("unknown-property", "properties.payment.zzz")]),
        ("cash", [("wrong-type", "properties.payment")]),
    ],
)
def test_the_discriminator_chooses_the_variant(
    store: Store, shop_resource: Make, payment: Any, expected: list[tuple[str, str]]
) -> None:
    assert told(store, shop_resource(payment=payment)) == expected


def test_a_misspelt_property_is_an_error_that_names_the_right_one(store: Store, shop_resource: Make) -> None:
    found = one(store, shop_resource(colur="Red"))
    assert (found.severity, found.hint) == (Severity.ERROR, "did you mean 'colour'?")


def test_a_property_that_resembles_nothing_is_a_warning(store: Store, shop_resource: Make) -> None:
    assert one(store, shop_resource(zzz=1)).severity is Severity.WARNING


def test_a_misspelt_required_property_is_told_once(store: Store, shop_resource: Make) -> None:
    assert told(store, shop_resource(owner={"mial": "x"})) == [("unknown-property", "properties.owner.mial")]


def test_writing_what_azure_sets_is_only_a_warning(store: Store, shop_resource: Make) -> None:
    assert one(store, shop_resource(state="Ready")).severity is Severity.WARNING


def test_keys_of_the_template_language_are_no_properties(store: Store, shop_resource: Make) -> None:
    keys = {
        "condition": True,
        "copy": {"name": "c", "count": 2},
        "dependsOn": [],
        "comments": "c",
        "metadata": {},
        "scope": "[resourceId('a.b/c', 'd')]",
        "asserts": {},
        "@options": {},
    }
    assert told(store, {**shop_resource(), **keys}) == []


def test_a_misspelt_key_of_the_template_language_names_the_right_one(store: Store, shop_resource: Make) -> None:
    found = one(store, {**shop_resource(), "dependOn": []})
    assert (found.code, found.severity, found.hint) == (
        "unknown-property",
        Severity.ERROR,
        "did you mean 'dependsOn'?",
    )


@pytest.mark.parametrize("name", [5, True, ["a"], {"a": "b"}])
def test_a_name_is_a_string(store: Store, shop_resource: Make, name: Any) -> None:
    assert ("wrong-type", "name") in told(store, {**shop_resource(), "name": name})


def test_a_loop_stands_for_the_list_that_it_makes(store: Store, shop_resource: Make) -> None:
    loop = {"name": "items", "count": 2, "input": {"name": "[concat('i', copyIndex('items'))]"}}
    assert told(store, shop_resource(copy=[loop])) == []
    wrong = {"name": "items", "count": 2, "input": {"name": "n", "amuont": 1}}
    assert told(store, shop_resource(copy=[wrong])) == [("unknown-property", "properties.copy[0].input.amuont")]
    unknown = {"name": "itmes", "count": 2, "input": {}}
    assert told(store, shop_resource(copy=[unknown])) == [("unknown-property", "properties.copy[0].name")]
    scalar = {"name": "open", "count": 2, "input": True}
    assert told(store, shop_resource(copy=[scalar])) == [("wrong-type", "properties.copy[0]")]


def test_an_expression_can_stand_for_everything_but_what_it_cannot_give(store: Store, shop_resource: Make) -> None:
    unknown = "[parameters('x')]"
    assert told(store, shop_resource(owner=unknown, items=unknown, floor=unknown, colour=unknown, open=unknown)) == []
    declared = {"x": {"type": "array"}}
    assert told(store, shop_resource(owner=unknown), parameters=declared) == [("wrong-type", "properties.owner")]
    assert told(store, shop_resource(items="[concat('a', 'b')]")) == []
    assert told(store, shop_resource(items="[format('{0}', 1)]")) == [("wrong-type", "properties.items")]


def test_a_bracket_that_is_escaped_is_plain_text(store: Store, shop_resource: Make) -> None:
    assert told(store, shop_resource(colour="[[x]")) == [("enum-value", "properties.colour")]


def test_keys_that_are_expressions_may_be_what_is_required(store: Store, shop_resource: Make) -> None:
    assert told(store, shop_resource(owner={"[parameters('k')]": 1})) == []


@pytest.mark.parametrize(
    "call", ["reference('x')", "reference('x').y", "listKeys('x', 'y')", "concat('a', list('x', 'y').z)"]
)
def test_a_name_cannot_wait_for_the_deployment(store: Store, shop_resource: Make, call: str) -> None:
    assert told(store, {**shop_resource(), "name": f"[{call}]"}) == [("deploy-time-constant", "name")]
    through = {**shop_resource(), "name": "[variables('v')]"}
    assert told(store, through, variables={"v": f"[{call}]"}) == [("deploy-time-constant", "name")]


def test_conditions_and_counts_cannot_wait_for_the_deployment(store: Store, shop_resource: Make) -> None:
    resource = {
        **shop_resource(),
        "condition": "[reference('x').on]",
        "copy": {"name": "c", "count": "[length(listKeys('a','b').keys)]"},
    }
    assert told(store, resource) == [("deploy-time-constant", "condition"), ("deploy-time-constant", "copy.count")]


@pytest.mark.parametrize(
    ("value", "is_open"),
    [
        ("hunter2hunter2", True),
        ("", False),
        ("[parameters('open')]", True),
        ("[parameters('secret')]", False),
        ("[variables('literal')]", True),
        ("[variables('secret')]", False),
        ("[concat('Basic ', parameters('open'))]", True),
        ("[concat(parameters('open'), parameters('secret'))]", False),
        ("[if(parameters('b'), parameters('open'), '')]", True),
        ("[if(parameters('b'), parameters('secret'), '')]", False),
        ("[listKeys('x', '2020-01-01').keys[0].value]", False),
        ("[reference('x').secret]", False),
        ("[parameters('typed').open]", True),
        ("[parameters('typed').secret]", False),
        ("[parameters('typed')['secret']]", False),
        ("[parameters('object').anything]", False),
        ("[uniqueString(resourceGroup().id)]", False),
    ],
)
def test_a_secret_comes_from_where_secrets_are_kept(
    store: Store, shop_resource: Make, value: str, is_open: bool
) -> None:
    sections: dict[str, Any] = {
        "parameters": {
            "open": {"type": "string"},
            "secret": {"type": "SecureString"},
            "b": {"type": "bool"},
            "object": {"type": "object"},
            "typed": {"$ref": "#/definitions/typed"},
        },
        "definitions": {
            "typed": {"type": "object", "properties": {"open": {"type": "string"}, "secret": {"type": "securestring"}}}
        },
        "variables": {"literal": "hunter2hunter2", "secret": "[parameters('secret')]"},
    }
    found = told(store, shop_resource(password=value), **sections)
    assert [each for each in found if each[0] == "insecure-secret"] == (
        [("insecure-secret", "properties.password")] if is_open else []
    )


def test_no_message_shows_a_secret(store: Store, shop_resource: Make) -> None:
    for value in ("hunter2", 1234567, "hunter2hunter2"):
        for found in check_template(template_of(shop_resource(password=value)), store):
            assert str(value) not in f"{found.message}{found.hint}"


# expanded resources


@dataclass(frozen=True, kw_only=True)
class Resource:
    """An expanded resource."""

    type: str
    api_version: Any
    name: Any
    body: dict[str, Any]
    scope: str = "/subscriptions/s/resourceGroups/g"
    path: JsonPath = ("resources", 0)
    deployment: str | None = None


def resource_of(written: dict[str, Any], **more: Any) -> Resource:
    body = {name: value for name, value in written.items() if name not in ("type", "apiVersion", "name")}
    given = {"type": written["type"], "api_version": written["apiVersion"], "name": written["name"], **more}
    return Resource(**given, body=body)


def expanded(store: Store, written: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    found = check_expanded([resource_of(written, **more)], store)
    return [(each.code, format_path(each.path[2:])) for each in found]


def test_expanded_resources_have_plain_strings(store: Store, shop_resource: Make) -> None:
    assert expanded(store, shop_resource(colour="[x]")) == [("enum-value", "properties.colour")]


def test_unknown_and_secret_values_are_left_alone(store: Store, shop_resource: Make) -> None:
    unknown = Unknown(parse("[reference('x').y]"))
    items = [unknown, {"name": Secret("x")}]
    resource = shop_resource(colour=unknown, owner=unknown, password=Secret("short"), items=items)
    assert expanded(store, resource) == []


def test_the_type_of_an_unknown_value_is_checked(store: Store, shop_resource: Make) -> None:
    resource = shop_resource(owner=Unknown(parse("[reference('x').y]"), "string"))
    assert expanded(store, resource) == [("wrong-type", "properties.owner")]


def test_an_unknown_name_is_no_constant(store: Store, shop_resource: Make) -> None:
    name = Unknown(parse("[reference('x').y]"))
    assert expanded(store, shop_resource(), name=name) == [("deploy-time-constant", "name")]


def test_what_a_nested_deployment_was_given_may_come_from_the_running_one(store: Store, shop_resource: Make) -> None:
    name = Unknown(parse("[reference('x').y]"))
    assert expanded(store, shop_resource(), name=name, deployment="/subscriptions/s/x") == []


def test_outputs_of_a_nested_deployment_are_not_written_by_the_template(store: Store) -> None:
    nested = {"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "n"}
    assert expanded(store, {**nested, "properties": {"outputs": {}}}) == []


def test_an_expanded_resource_lies_where_its_scope_says(store: Store, shop_resource: Make) -> None:
    assert expanded(store, shop_resource(), scope="/subscriptions/s") == [("wrong-scope", "type")]
    note = {"type": "Contoso.Shop/notes", "apiVersion": "2024-01-01", "name": "n"}
    shop = "/subscriptions/s/resourceGroups/g/providers/Contoso.Shop/shops/corner"
    assert expanded(store, note, scope=shop) == []


def test_what_all_copies_have_is_told_once(store: Store, shop_resource: Make) -> None:
    wrong = resource_of(shop_resource(colur=1))
    assert len(check_expanded([wrong, wrong, wrong], store)) == 1


def test_what_stands_on_the_wrong_level_is_told_where_it_goes(store: Store, shop_resource: Make) -> None:
    assert one(store, {**shop_resource(), "floor": 3}).hint == "it goes into 'properties'"
    assert one(store, shop_resource(tags={})).hint == "it goes beside 'properties', not into them"
