"""Places of paths in the text of a template."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.jsontypes import JsonPath
from armlib.template.positions import locate

TEXT = """{
  // a comment with "quotes" and { braces
  "a": {"b": [1, {"c": "x, [y]"},
    "two"]}, /* "a": 1 */
  "d\\u0065": true
}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("a",), (3, 3)),
        (("a", "b"), (3, 9)),
        (("a", "b", 0), (3, 15)),
        (("a", "b", 1, "c"), (3, 19)),
        (("a", "b", 2), (4, 5)),
        (("de",), (5, 3)),
        (("a", "b", 9, "nothing"), (3, 9)),
        (("nothing",), (1, 1)),
    ],
)
def test_a_path_stands_where_its_name_or_its_item_begins(path: JsonPath, place: tuple[int, int]) -> None:
    found = locate(TEXT, "t.json", [path])[path]
    assert (found.file, found.line, found.column) == ("t.json", *place)


def paths_of(value: Any, path: JsonPath = ()) -> list[JsonPath]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for step, content in entries for found in paths_of(content, (*path, step)))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 2]))
def test_what_stands_at_a_place_is_the_name_or_the_value(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    for path, place in locate(text, "t", [path for path in paths_of(value) if path]).items():
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        item = value
        for step in path:
            item = item[step]
        expected = path[-1] if isinstance(path[-1], str) else item
        assert json.JSONDecoder().raw_decode(rest)[0] == expected


@given(st.text(alphabet='{}[]",:/*\\ \n1a'))
def test_any_text_will_do(text: str) -> None:
    locate(text, "t", [("a", 0)])
