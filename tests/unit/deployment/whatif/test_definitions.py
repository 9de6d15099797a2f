"""What installed resource types add: what only the service sets, what it never tells, and which words are fixed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from armlib.azuretypes.corrections import Correction, Corrections
from armlib.azuretypes.install import install
from armlib.azuretypes.store import Store
from armlib.deployment.whatif.changes import what_if
from tests.unit.azuretypes.definitions import shop, write_folder
from tests.unit.deployment.whatif.samples import GROUP, State, compared, left_out, resource, told

SHOPS = "Contoso.Shop/shops"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = write_folder(tmp_path_factory.mktemp("generated"), {"shop/contoso.shop/2023-01-01": shop("2023-01-01")})
    store = Store.open(install(str(folder), path=tmp_path_factory.mktemp("store") / "types.sqlite3").path)
    yield store
    store.close()


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[Any], dict[str, str]]] = {
    "what only the service sets": (
        {"state": "Ready"},
        {"state": "Failed"},
        [],
        {"properties.state": "readOnly"},
    ),
    "what the service adds": ({}, {"state": "Ready", "floor": 1}, [], {
        "properties.state": "readOnly", "properties.floor": "serviceDefault",
    }),
    "a secret of the definition": ({"password": "12345678"}, {}, [], {"properties.password": "writeOnly"}),
    "a secret of a variant": (
        {"payment": {"how": "Card", "number": "12345678"}},
        {"payment": {"how": "Card", "limit": 3}},
        [],
        {"properties.payment.number": "writeOnly", "properties.payment.limit": "serviceDefault"},
    ),
    "a fixed word in another case": ({"colour": "red"}, {"colour": "Red"}, [], {"properties.colour": "case"}),
    "a free text in another case": (
        {"code": "ab-1"},
        {"code": "AB-1"},
        [("properties.code", "Modify", "AB-1", "ab-1")],
        {},
    ),
    "what the type does not have": ({"colur": "Red"}, {}, [], {"properties.colur": "notInType"}),
    "what the type does not have, and the service tells": (
        {"extra": 1},
        {"extra": 2},
        [("properties.extra", "Modify", 2, 1)],
        {},
    ),
    "keys of one's own": (
        {"labels": {"a": "X"}},
        {"labels": {"a": "x"}},
        [("properties.labels.a", "Modify", "x", "X")],
        {},
    ),
    "elements": (
        {"items": [{"name": "a", "amount": 2}]},
        {"items": [{"name": "a", "amount": 1, "rank": 1}]},
        [("properties.items", "Array", [("0", "Modify", [("amount", "Modify", 1, 2)])])],
        {"properties.items[0].rank": "serviceDefault"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_with_definitions(case: str, definitions: Store) -> None:
    wanted, there, changes, suppressed = CASES[case]
    change = compared({"properties": wanted}, {"properties": there}, type_=SHOPS, name="shop", definitions=definitions)
    assert told(change) == changes
    assert left_out(change) == suppressed


def test_secrets_of_a_definition_are_not_shown(definitions: Store) -> None:
    body = {"password": "12345678", "payment": {"how": "card", "number": "12345678"}}
    change = compared({"properties": body}, {"properties": {}}, type_=SHOPS, name="shop", definitions=definitions)
    assert change.after is not None and "12345678" not in repr(change)
    assert change.after["properties"] == {"password": "***", "payment": {"how": "card", "number": "***"}}


def test_another_version_of_the_definition_says_nothing_of_what_is_missing(definitions: Store) -> None:
    state = State()
    one = resource(SHOPS, "shop", api_version="2020-01-01", properties={"colur": "Red", "colour": "red"})
    state.put(one, {"properties": {"colour": "Red"}})
    state.keeps_sent = False
    (change,) = what_if([one], state, scope=GROUP, definitions=definitions).changes
    assert told(change) == [("properties.colur", "Create", None, "Red")]
    assert left_out(change) == {"properties.colour": "case"}


def test_a_definition_that_is_wrong_is_corrected(definitions: Store) -> None:
    corrections = Corrections((Correction(SHOPS.casefold(), ("*",), ("properties", "state"), "written", "it is"),))
    state = State(keeps_sent=False)
    one = resource(SHOPS, "shop", properties={"state": "Ready"})
    state.put(one, {"properties": {"state": "Failed"}})
    (change,) = what_if([one], state, scope=GROUP, definitions=definitions, corrections=corrections).changes
    assert told(change) == [("properties.state", "Modify", "Failed", "Ready")]
