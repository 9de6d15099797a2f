"""Tags of scopes and resources, and the names of tags."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.emulator.engine import Engine
from armlib.emulator.resources import Resources
from tests.unit.emulator.conftest import RG, SUB, VERSION
from tests.unit.emulator.refusal import refused

SHOP = f"{RG}/providers/Contoso.Shop/shops/One"
TAGS = "/providers/Microsoft.Resources/tags/default"


def patch(operation: str, **tags: str) -> dict[str, Any]:
    return {"operation": operation, "properties": {"tags": tags}}


@pytest.mark.parametrize("target", [SHOP, RG, SUB])
def test_tags_are_those_of_the_target(resources: Resources, target: str) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope", "properties": {"x": 1}})
    put = resources.put(target + TAGS, VERSION, {"properties": {"tags": {"a": "1", "b": "2"}}})
    assert put.body["properties"] == {"tags": {"a": "1", "b": "2"}}
    assert resources.get(target)["tags"] == {"a": "1", "b": "2"}
    resources.patch(target + TAGS, VERSION, patch("Merge", A="3", c="4"))
    assert resources.get(target)["tags"] == {"a": "3", "b": "2", "c": "4"}
    resources.patch(target + TAGS, VERSION, patch("Delete", a="3", b="other"))
    assert resources.get(target)["tags"] == {"b": "2", "c": "4"}
    resources.patch(target + TAGS, VERSION, patch("Replace", d="5"))
    assert resources.get(target + TAGS)["properties"] == {"tags": {"d": "5"}}
    assert resources.delete(target + TAGS)
    assert "tags" not in resources.get(target)
    assert resources.find(target + TAGS) is not None


def test_the_baseline_has_the_tags(resources: Resources) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    resources.put(SHOP + TAGS, VERSION, {"properties": {"tags": {"a": "1"}}})
    assert resources.baseline(SHOP) == {"location": "westeurope", "tags": {"a": "1"}}


def test_wrong_tags_are_refused(resources: Resources) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    assert refused(resources.patch, SHOP + TAGS, VERSION, patch("Add", a="1")) == (400, "InvalidRequestContent")
    assert refused(resources.put, SHOP + TAGS, VERSION, {"tags": {"a": "1"}}) == (400, "InvalidRequestContent")
    assert refused(resources.get, f"{SHOP}2{TAGS}") == (404, "ResourceNotFound")
    other = SHOP + "/providers/Microsoft.Resources/tags/mine"
    assert refused(resources.get, other) == (400, "InvalidTagsResourceName")
    for tags, code in (
        ({str(number): "" for number in range(51)}, "TooManyTags"),
        ({"a/b": "1"}, "InvalidTagNameCharacters"),
        ({"a" * 513: "1"}, "InvalidTagName"),
        ({"a": "1" * 257}, "InvalidTagValue"),
        ({"a": {"b": "c"}}, "InvalidTagValue"),
        ({"a": "1", "A": "2"}, "DuplicateTagName"),
        (["a"], "InvalidRequestContent"),
    ):
        assert refused(resources.put, SHOP, VERSION, {"location": "westeurope", "tags": tags}) == (400, code)


def test_names_of_tags_are_counted(engine: Engine) -> None:
    engine.resources.put(SHOP, VERSION, {"location": "westeurope", "tags": {"env": "dev"}})
    engine.resources.put(f"{SHOP}2", VERSION, {"location": "westeurope", "tags": {"Env": "prod"}})
    _, is_new = engine.tags.make_name(SUB, "cost")
    assert is_new
    assert not engine.tags.make_name(SUB, "cost")[1]
    assert engine.tags.make_value(SUB, "cost", "high")[0]["tagValue"] == "high"
    found = {name["tagName"]: name["count"] for name in engine.tags.names(SUB)}
    assert found == {"cost": {"type": "Total", "value": 0}, "env": {"type": "Total", "value": 2}}
    assert refused(engine.tags.make_value, SUB, "no", "x") == (404, "TagNotFound")
    assert refused(engine.tags.delete_name, SUB, "env") == (409, "TagNameInUse")
    assert engine.tags.delete_value(SUB, "cost", "high")
    assert engine.tags.delete_name(SUB, "cost")
    assert not engine.tags.delete_name(SUB, "cost")
