"""Resources of any type: put, patch, get, delete, list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from armlib.emulator.engine import Engine
from armlib.emulator.resources import Resources
from armlib.emulator.settings import TENANT
from armlib.expressions.values import Secret
from tests.unit.emulator.conftest import RG, SUB, VERSION, settings
from tests.unit.emulator.refusal import refused

SHOP = f"{RG}/providers/Contoso.Shop/shops/One"


def test_a_put_is_kept_and_filled(resources: Resources) -> None:
    stored = resources.put(SHOP, VERSION, {"location": "westeurope", "tags": {"a": "b"}, "properties": {"size": 3}})
    assert stored.created
    assert stored.body == {
        "id": SHOP,
        "name": "One",
        "type": "Contoso.Shop/shops",
        "location": "westeurope",
        "tags": {"a": "b"},
        "properties": {"size": 3, "provisioningState": "Succeeded"},
    }
    assert resources.get(SHOP) == stored.body
    assert not resources.put(SHOP, VERSION, {"location": "westeurope"}).created


def test_a_put_overwrites_everything(resources: Resources) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope", "tags": {"a": "b"}, "properties": {"size": 3}})
    body = resources.put(SHOP, VERSION, {"location": "westeurope", "properties": {"colour": "red"}}).body
    assert "tags" not in body
    assert body["properties"] == {"colour": "red", "provisioningState": "Succeeded"}


def test_ids_have_no_case_and_keep_their_first_spelling(resources: Resources) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    shouted = resources.put(
        SHOP.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), VERSION, {"location": "westeurope"}
    )
    assert (shouted.created, shouted.body["id"], shouted.body["type"]) == (False, SHOP, "Contoso.Shop/shops")
    child = resources.put(f"{SHOP.lower()}/shelves/S", VERSION, {})
    assert child.body["id"] == f"{RG}/providers/Contoso.Shop/shops/One/shelves/S"
    assert (child.body["name"], child.body["type"]) == ("S", "Contoso.Shop/shops/shelves")


def test_what_is_not_there_is_told_in_the_words_of_the_service(resources: Resources) -> None:
    assert refused(resources.get, SHOP) == (404, "ResourceNotFound")
    assert refused(resources.get, f"{SUB}/resourceGroups/no") == (404, "ResourceGroupNotFound")
    assert refused(resources.put, f"{SUB}/resourceGroups/no/providers/A.B/c/d", VERSION, {}) == (
        404,
        "ResourceGroupNotFound",
    )
    assert refused(resources.put, f"{SHOP}/shelves/s", VERSION, {}) == (404, "ParentResourceNotFound")
    extension = f"{SHOP}/providers/Microsoft.Authorization/locks/l"
    assert refused(resources.put, extension, VERSION, {"properties": {"level": "CanNotDelete"}}) == (
        404,
        "ResourceNotFound",
    )
    assert refused(resources.act, SHOP, "listKeys", VERSION) == (404, "ResourceNotFound")
    assert refused(resources.patch, SHOP, VERSION, {}) == (404, "ResourceNotFound")
    management = "/providers/Microsoft.Management/managementGroups/no/providers/A.B/c/d"
    assert refused(resources.put, management, VERSION, {}) == (404, "NotFound")
    assert resources.find(SHOP) is None
    assert resources.delete(SHOP) is False


def test_versions_are_dates(resources: Resources) -> None:
    assert refused(resources.put, SHOP, "", {}) == (400, "MissingApiVersionParameter")
    assert refused(resources.put, SHOP, "latest", {}) == (400, "InvalidApiVersionParameter")


def test_a_body_is_an_object_of_few_levels(resources: Resources) -> None:
    assert refused(resources.put, SHOP, VERSION, []) == (400, "InvalidRequestContent")
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"a": deep}
    assert refused(resources.put, SHOP, VERSION, {"properties": deep}) == (400, "InvalidRequestContent")
    assert resources.find(SHOP) is None


def test_a_location_stays(resources: Resources) -> None:
    resources.put(SHOP, VERSION, {"location": "West Europe"})
    assert refused(resources.put, SHOP, VERSION, {"location": "eastus"}) == (409, "InvalidResourceLocation")
    assert not resources.put(SHOP, VERSION, {"location": "westeurope"}).created


def test_two_writers_meet(resources: Resources) -> None:
    first = resources.put(SHOP, VERSION, {"location": "westeurope", "properties": {"v": 1}})
    assert resources.etag(SHOP) == first.etag
    second = resources.put(SHOP, VERSION, {"location": "westeurope", "properties": {"v": 2}}, if_match=first.etag)
    assert second.etag != first.etag
    assert refused(resources.put, SHOP, VERSION, {}, if_match=first.etag) == (412, "PreconditionFailed")
    assert refused(resources.put, SHOP, VERSION, {}, if_none_match="*") == (412, "PreconditionFailed")
    assert refused(resources.delete, SHOP, if_match=first.etag) == (412, "PreconditionFailed")
    assert refused(resources.patch, SHOP, VERSION, {}, if_match=first.etag) == (412, "PreconditionFailed")
    assert refused(resources.put, f"{SHOP}2", VERSION, {}, if_match="*") == (412, "PreconditionFailed")
    assert resources.delete(SHOP, if_match=second.etag)


def test_a_patch_merges(resources: Resources) -> None:
    resources.put(
        SHOP,
        VERSION,
        {"location": "westeurope", "tags": {"a": "1", "b": "2"}, "properties": {"x": {"y": 1, "z": 2}, "list": [1, 2]}},
    )
    body = resources.patch(
        SHOP, VERSION, {"tags": {"c": "3"}, "properties": {"x": {"y": None, "w": 4}, "list": [3]}}
    ).body
    assert body["tags"] == {"c": "3"}
    assert body["properties"] == {"x": {"z": 2, "w": 4}, "list": [3], "provisioningState": "Succeeded"}
    assert body["location"] == "westeurope"


def test_with_a_resource_goes_all_that_lies_inside(resources: Resources, engine: Engine) -> None:
    for id_ in (
        SHOP,
        f"{SHOP}/shelves/s",
        f"{SHOP}/shelves/s/items/i",
        f"{SHOP}/providers/Contoso.Extra/notes/n",
        f"{SHOP}2",
    ):
        resources.put(id_, VERSION, {"location": "westeurope"})
    assert resources.delete(SHOP.upper())
    assert [item["name"] for item in resources.list(RG).items] == ["One2"]
    assert resources.delete(RG)
    assert [item["type"] for item in resources.inside(SUB)] == []
    assert engine.check() == []


def test_secrets_are_not_kept(resources: Resources, engine: Engine) -> None:
    resources.put(
        SHOP,
        VERSION,
        {
            "location": "westeurope",
            "properties": {
                "adminPassword": "hunter2a",
                "plain": Secret("hunter2b"),
                "nested": {"list": [{"clientSecret": "hunter2c", "keyName": "k"}]},
                "env": [{"name": "DB_PASSWORD", "value": "hunter2d"}, {"name": "MODE", "value": "fast"}],
                "secrets": [{"name": "any", "value": "hunter2e"}],
                "protectedSettings": {"x": "hunter2f"},
                "settings": {"MY_CONNECTION_STRING": "hunter2g", "Z": "1"},
            },
        },
    )
    assert resources.get(SHOP)["properties"] == {
        "nested": {"list": [{"keyName": "k"}]},
        "env": [{"name": "DB_PASSWORD"}, {"name": "MODE", "value": "fast"}],
        "secrets": [{"name": "any"}],
        "settings": {"Z": "1"},
        "provisioningState": "Succeeded",
    }
    everything = b"".join(
        bytes(cell) for row in engine.store.rows("select body, baseline from resources") for cell in row if cell
    )
    assert b"hunter2" not in everything


def test_the_baseline_is_what_was_put(resources: Resources) -> None:
    assert resources.baseline(SHOP) is None
    resources.put(SHOP, VERSION, {"location": "westeurope", "properties": {"a": None, "password": "hunter2"}})
    assert resources.baseline(SHOP) == {"location": "westeurope", "properties": {"a": None}}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    answers = []
    for _ in range(2):
        with Engine.open(None, settings(tmp_path)) as engine:
            engine.scopes.put_group(RG, "westeurope")
            body = {"location": "westeurope", "identity": {"type": "SystemAssigned"}}
            answers.append((engine.resources.put(SHOP, VERSION, body), engine.resources.inside("")))
    assert answers[0] == answers[1]
    identity = answers[0][0].body["identity"]
    assert isinstance(identity, dict)
    assert identity["tenantId"] == TENANT
    assert len(str(identity["principalId"])) == 36


def test_lists_have_pages_and_filters(resources: Resources) -> None:
    for number in range(7):
        body = {
            "location": "westeurope" if number % 2 else "eastus",
            "tags": {"n": str(number)},
            "properties": {"x": 1},
        }
        resources.put(f"{RG}/providers/Contoso.Shop/shops/s{number}", VERSION, body)
    resources.put(f"{RG}/providers/Contoso.Shop/shops/s1/shelves/x", VERSION, {})
    names: list[Any] = []
    after: str | None = None
    while True:
        page = resources.list(SUB, top=3, after=after)
        names += [item["name"] for item in page.items]
        after = page.next
        if after is None:
            break
    assert names == [f"s{number}" for number in range(7)]
    assert "properties" not in resources.list(RG).items[0]
    found = resources.list(
        RG, filter_="tagName eq 'n' and tagValue eq '3'", expand=["createdTime", "provisioningState"]
    )
    assert [item["name"] for item in found.items] == ["s3"]
    assert found.items[0]["provisioningState"] == "Succeeded"
    assert str(found.items[0]["createdTime"]).startswith("2024-05-06T07:")
    assert len(resources.list(SUB, filter_="location eq 'East US'").items) == 4
    assert len(resources.list(SUB, filter_="resourceType eq 'contoso.shop/SHOPS' and not name eq 's1'").items) == 6
    assert len(resources.list(SUB, filter_="substringof('5', name) or (name eq 's1')", top=1).items) == 1
    for wrong in ("name", "name gt 'a'", "size eq 'a'", "name eq 'a' x", "name eq a", "(name eq 'a'", "!"):
        assert refused(resources.list, SUB, filter_=wrong) == (400, "InvalidFilterInQueryString")


def test_children_are_those_right_below(resources: Resources) -> None:
    for id_ in (SHOP, f"{SHOP}/shelves/b", f"{SHOP}/shelves/a", f"{SHOP}/shelves/a/items/i"):
        resources.put(id_, VERSION, {"location": "westeurope"})
    assert [child["name"] for child in resources.children(SHOP, "Contoso.Shop/shops/shelves")] == ["a", "b"]
    assert resources.children(RG, "Contoso.Shop/shops/shelves") == []
    assert refused(resources.children, f"{SHOP}2", "Contoso.Shop/shops/shelves") == (404, "ResourceNotFound")


def test_resource_groups_are_resources(resources: Resources) -> None:
    assert refused(resources.put, f"{SUB}/resourceGroups/x", VERSION, {}) == (400, "LocationRequired")
    made = resources.put(f"{SUB}/resourcegroups/X", VERSION, {"location": "East US", "tags": {"a": "b"}})
    assert made.body == {
        "id": f"{SUB}/resourceGroups/X",
        "name": "X",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "eastus",
        "tags": {"a": "b"},
        "properties": {"provisioningState": "Succeeded"},
    }
    moved = refused(resources.put, f"{SUB}/resourceGroups/x", VERSION, {"location": "westus"})
    assert moved == (409, "InvalidResourceGroupLocation")
    assert "tags" not in resources.put(f"{SUB}/resourceGroups/x", VERSION, {"location": "eastus"}).body
    assert resources.patch(f"{SUB}/resourceGroups/x", VERSION, {"tags": {"c": "d"}}).body["tags"] == {"c": "d"}


def test_any_subscription_is_there_unless_they_must_be_made(tmp_path: Path, resources: Resources) -> None:
    other = "/subscriptions/11111111-1111-4111-8111-111111111111"
    assert resources.get(other)["subscriptionId"] == other.rpartition("/")[2]
    assert resources.put(f"{other}/resourceGroups/g", VERSION, {"location": "westeurope"}).created
    with Engine.open(None, settings(tmp_path, subscriptions=True)) as strict:
        assert refused(strict.resources.get, other) == (404, "SubscriptionNotFound")
        group = f"{other}/resourceGroups/g"
        assert refused(strict.resources.put, group, VERSION, {"location": "x"}) == (404, "SubscriptionNotFound")
        assert strict.scopes.put_group(f"{SUB}/resourceGroups/g", "westeurope").created


def test_management_groups_have_parents(resources: Resources, engine: Engine) -> None:
    one = "/providers/Microsoft.Management/managementGroups/one"
    two = "/providers/Microsoft.Management/managementGroups/two"
    body = {"properties": {"displayName": "Two", "details": {"parent": {"id": one}}}}
    assert refused(resources.put, two, VERSION, body) == (404, "NotFound")
    made: Any = resources.put(one, VERSION, {}).body
    assert made["properties"]["details"]["parent"]["id"] == engine.scopes.root
    made = resources.put(two, VERSION, body).body
    assert made["properties"]["details"]["parent"]["name"] == "one"
    assert resources.put(f"{two}/providers/Microsoft.Authorization/policyDefinitions/p", VERSION, {}).created
    assert len(engine.scopes.management_groups()) == 3


def test_quotas_are_kept_when_there_are_some(tmp_path: Path) -> None:
    with Engine.open(None, settings(tmp_path, quotas={"Contoso.Shop/shops": 2})) as engine:
        engine.scopes.put_group(RG, "westeurope")
        for number in (1, 2, 2):
            engine.resources.put(f"{SHOP}{number}", VERSION, {"location": "westeurope"})
        assert refused(engine.resources.put, f"{SHOP}3", VERSION, {"location": "westeurope"}) == (409, "QuotaExceeded")


def test_what_resources_name_can_be_asked(resources: Resources) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    other = f"{RG}/providers/Contoso.Shop/signs/s"
    resources.put(other, VERSION, {"location": "westeurope", "properties": {"of": {"id": SHOP.upper()}}})
    assert list(resources.referrers(SHOP)) == [other]
    resources.put(other, VERSION, {"location": "westeurope"})
    assert list(resources.referrers(SHOP)) == []


def test_a_check_changes_nothing(resources: Resources) -> None:
    resources.check(SHOP, VERSION, {"location": "westeurope"})
    resources.check(f"{SHOP}/shelves/s", VERSION, {})
    assert resources.find(SHOP) is None
    assert refused(resources.check, SHOP, "now", {}) == (400, "InvalidApiVersionParameter")
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    assert refused(resources.check, SHOP, VERSION, {"location": "eastus"}) == (409, "InvalidResourceLocation")


def test_fidelity_names_types(resources: Resources, engine: Engine) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    found = {entry["type"]: entry["fidelity"] for entry in engine.fidelity()}
    assert found["Contoso.Shop/shops"] == "generic"
    assert found["Microsoft.Resources/resourceGroups"] == "special"
