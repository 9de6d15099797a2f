"""What is locked."""

from __future__ import annotations

import pytest

from armlib.emulator.engine import Engine
from armlib.emulator.resources import Resources
from tests.unit.emulator.conftest import RG, SUB, VERSION
from tests.unit.emulator.refusal import refused

SHOP = f"{RG}/providers/Contoso.Shop/shops/One"
LOCK = "/providers/Microsoft.Authorization/locks/keep"
LOCKED = (409, "ScopeLocked")


@pytest.mark.parametrize("scope", [SUB, RG, SHOP, f"{SHOP}/shelves/s"])
def test_what_is_locked_is_not_deleted(resources: Resources, scope: str) -> None:
    for id_ in (SHOP, f"{SHOP}/shelves/s"):
        resources.put(id_, VERSION, {"location": "westeurope"})
    resources.put(scope + LOCK, VERSION, {"properties": {"level": "cannotdelete", "notes": "keep"}})
    for id_ in (f"{SHOP}/shelves/s", SHOP, RG):
        if scope in (SUB, RG) or id_ != f"{SHOP}/shelves/s" or scope != SHOP:
            assert refused(resources.delete, id_) == LOCKED
    assert not resources.put(SHOP, VERSION, {"location": "westeurope"}).created
    assert resources.delete(scope + LOCK)
    assert resources.delete(RG)


def test_a_lock_that_is_read_only_keeps_all_changes_away(resources: Resources) -> None:
    resources.put(SHOP, VERSION, {"location": "westeurope"})
    resources.put(RG + LOCK, VERSION, {"properties": {"level": "ReadOnly"}})
    assert refused(resources.put, SHOP, VERSION, {"location": "westeurope"}) == LOCKED
    assert refused(resources.check, SHOP, VERSION, {"location": "westeurope"}) == LOCKED
    assert refused(resources.patch, SHOP, VERSION, {}) == LOCKED
    assert refused(resources.delete, SHOP) == LOCKED
    assert refused(resources.act, SHOP, "listKeys", VERSION) == LOCKED
    assert refused(resources.set_tags, SHOP, {"a": "b"}) == LOCKED
    assert resources.get(SHOP)["name"] == "One"
    assert resources.put(f"{SUB}/resourceGroups/other", VERSION, {"location": "westeurope"}).created


def test_locks_are_shown_as_the_service_spells_them(resources: Resources) -> None:
    assert refused(resources.put, RG + LOCK, VERSION, {"properties": {}}) == (400, "LockLevelInvalid")
    body = resources.put(RG + LOCK, VERSION, {"properties": {"level": "readonly"}}).body
    assert body["properties"] == {"level": "ReadOnly"}
    assert [lock["name"] for lock in resources.children(RG, "Microsoft.Authorization/locks")] == ["keep"]


def test_a_refusal_is_in_the_log(engine: Engine) -> None:
    engine.resources.put(RG + LOCK, VERSION, {"properties": {"level": "CanNotDelete"}})
    assert refused(engine.resources.delete, RG) == LOCKED
    (event,) = engine.events.list(RG, top=1)
    assert event["status"] == {"value": "Failed", "localizedValue": "Failed"}
    assert event["subStatus"] == {"value": "ScopeLocked", "localizedValue": "ScopeLocked"}
