"""Patterns: what Python spells otherwise, what it refuses, and what would run for ever."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.azuretypes.pattern import matches


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^[a-z]+$", "abc", True),
        ("^[a-z]+$", "abc\n", False),
        ("^[a-z]+$", "ab1", False),
        ("[0-9]", "a1b", True),
        (r"^\d+$", "١", False),
        (r"^[$]\$$", "$$", True),
        (r"^(?<year>\d{4})$", "2024", True),
        (r"(?<!a)b", "ab", False),
        (r"^\/subscriptions\/", "/subscriptions/x", True),
        (r"^[\w-.]+$", "a", None),
        ("(", "a", None),
        (r"\p{Lu}", "A", None),
        ("^(a+)+$", "a" * 20, True),
        ("^(a+)+$", "a" * 40 + "b", None),
        ("^(a|a)*$", "a" * 40 + "b", None),
        ("^(a?b?)*$", "ab" * 30 + "c", None),
        ("a*a*a*a*a*a*b", "a" * 1000, None),
        ("^[a-z]{0,60000}$", "a" * 3000, None),
        ("x{99999999999}", "x", None),
    ],
)
def test_a_pattern_is_found_not_found_or_not_tried(pattern: str, text: str, expected: bool | None) -> None:
    assert matches(pattern, text) is expected


@given(st.text(alphabet="ab()[]{}|*+?^$\\.,-1<!=:", max_size=30), st.text(alphabet="ab1", max_size=60))
def test_no_pattern_breaks_the_check(pattern: str, text: str) -> None:
    assert matches(pattern, text) in (True, False, None)


def test_every_published_pattern_ends(published_path: Path) -> None:
    with sqlite3.connect(published_path) as database:
        nodes = [json.loads(row[0]) for row in database.execute("select data from nodes")]
    database.close()
    patterns = {found for node in nodes for entry in node["p"].values() for found in _patterns(entry[0])}
    assert len(patterns) > 10
    for pattern in patterns:
        for text in ("a" * 5000, "a-" * 500 + "!", "aA0." * 100, "", "-" * 24):
            assert matches(pattern, text) in (True, False, None)


def _patterns(spec: Any) -> list[str]:
    if isinstance(spec, dict):
        if "s" in spec and spec["s"][2]:
            return [spec["s"][2]]
        if "l" in spec:
            return _patterns(spec["l"][0])
    return []
