from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.jsontypes import Json
from armlib.template.canonical import RESOURCE_MEMBERS, TEMPLATE_MEMBERS, in_order, json_bytes


def test_known_members_come_first_and_in_order() -> None:
    shuffled = ["zzz", *TEMPLATE_MEMBERS, "aaa"]
    random.Random(1).shuffle(shuffled)
    ordered = list(in_order(dict.fromkeys(shuffled), TEMPLATE_MEMBERS))
    assert tuple(ordered[: len(TEMPLATE_MEMBERS)]) == TEMPLATE_MEMBERS
    assert ordered[len(TEMPLATE_MEMBERS) :] == [name for name in shuffled if name in ("zzz", "aaa")]


def test_a_resource_starts_with_what_it_is_and_ends_with_what_it_waits_for() -> None:
    body: dict[str, Json] = {
        "dependsOn": [],
        "properties": {},
        "name": "n",
        "type": "t",
        "apiVersion": "v",
        "condition": True,
    }
    assert list(in_order(body, RESOURCE_MEMBERS)) == [
        "condition",
        "type",
        "apiVersion",
        "name",
        "properties",
        "dependsOn",
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"a": 2**63 - 1, "b": 2**70, "c": -(2**80)},
        {"a": 1.5, "b": 0.1, "c": 1e300},
        {"ü": "\u2028 \U0001f600", "b": '\\ " \n'},
        ["\ud800"],
    ],
)
def test_every_value_is_written_and_read_back(value: Json) -> None:
    assert json.loads(json_bytes(value)) == value
    assert json.loads(json_bytes(value, compact=True)) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
    )
)
def test_compact_and_indented_text_mean_the_same(value: Json) -> None:
    indented, compact = json_bytes(value), json_bytes(value, compact=True)
    assert json.loads(indented) == json.loads(compact) == value
    assert indented.endswith(b"\n")
    assert len(compact) <= len(indented)


def test_the_two_writers_agree() -> None:
    value: Json = {"a": [1, {"b": "ü", "c": []}], "d": {}, "e": None}
    big: Json = {"a": [1, {"b": "ü", "c": []}], "d": {}, "e": 2**70}
    assert json_bytes(value).replace(b"null", str(2**70).encode()) == json_bytes(big)
    assert json_bytes(value, compact=True).replace(b"null", str(2**70).encode()) == json_bytes(big, compact=True)


def test_what_json_has_no_form_for_is_refused() -> None:
    nested: Json = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ValueError, match="nested too deep"):
        json_bytes(nested)
