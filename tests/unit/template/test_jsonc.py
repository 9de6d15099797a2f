from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.template.jsonc import JsonSyntaxError, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES)
def test_plain_json_is_read_as_it_is(value: object) -> None:
    assert parse_json(json.dumps(value), "f") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, // one\n "b": [1, 2, ], /* many\n lines */ }', {"a": 1, "b": [1, 2]}),
        ('["// no comment", "/* nor this */", "a,]", "\\"//"]', ["// no comment", "/* nor this */", "a,]", '"//']),
        ('["two\nlines", "a\ttab"]', ["two\nlines", "a\ttab"]),
        ("\ufeff[1]", [1]),
        ("[1, // last\n]", [1]),
        ("[99999999999999999999999999]", [99999999999999999999999999]),
        ("[1.50, 1e3]", [1.5, 1000.0]),
    ],
)
def test_what_azure_takes_beyond_json_is_taken(text: str, value: object) -> None:
    assert parse_json(text, "f") == value
    assert parse_json(text.encode(), "f") == value


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the file is empty", 1, 1),
        ("  \n", "the file is empty", 2, 1),
        ('{"a": ', "ends too early", 1, 7),
        ('{\n  "a": 1\n  "b": 2\n}', "expecting ',' delimiter", 3, 3),
        ("// why\n/* where\n*/ {a: 1}", "expecting property name", 3, 5),
        ('{"a": "NaN",\n "b": -Infinity /* 1 */}', "-Infinity is not a JSON number", 2, 7),
        ('// NaN\n["1e999", 1.5, 1e999]', "1e999 is too large", 2, 16),
        (f"[1, {'9' * 5000}]", "Exceeds the limit (4300 digits) for integer string conversion", 1, 5),
        ("[" * 200_000, "nested too deep", 0, 0),
    ],
)
def test_a_fault_has_a_place(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(JsonSyntaxError) as caught:
        parse_json(text, "main.json")
    place = caught.value.place
    assert message in caught.value.message
    assert place is not None
    assert (place.file, place.line, place.column) == ("main.json", line, column)


def test_bytes_that_are_not_utf_8_are_named() -> None:
    with pytest.raises(JsonSyntaxError) as caught:
        parse_json(b'{\n  "a": "\xff"}', "main.json")
    assert caught.value.code == "not-utf-8"
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (2, 9)
    assert "0xff" in caught.value.message
    with pytest.raises(JsonSyntaxError, match="the file is not UTF-8 but UTF-16"):
        parse_json("{}".encode("utf-16"), "main.json")
