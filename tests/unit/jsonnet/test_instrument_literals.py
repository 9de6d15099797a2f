"""What the scanner finds in a source text."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.jsonnet.literals import Literal, UnreadableError, scan

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"


def only(text: str) -> Literal:
    return scan(text).literals[0]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("{ a: 1, 'b c': 2, \"d\": 3 }", ["a", "b c", "d"]),
        ("{ a: 1 }", ["a"]),
        ("{ a:: 1, b::: 2, c+: {}, d+:: [] }", ["a", "b", "c", "d"]),
        ("{ local x = 1, a: x, assert self.a > 0 : 'no', b: 2, }", ["a", "b"]),
        ("{ f(x, y=2):: x, a: 1 }", ["f", "a"]),
        ("{ a: local x = 1, y = 2; x + y, b: 3 }", ["a", "b"]),
        ("{ a: local f(x) = local z = 1, q = 2; z, g = 3; f(1), b: 4 }", ["a", "b"]),
        ("{ a: assert true : 'x'; 1, b: 2 }", ["a", "b"]),
        ("{ a: if x then { q: 1 } else { r: 2 }, b: 1 }", ["a", "b"]),
        ("{ a: [1, 2, { z: 1 }], b: x[1:2], c: x[::2] }", ["a", "b", "c"]),
        ("{ a: 'it\\'s, {', b: @'c:\\', c: 1 }", ["a", "b", "c"]),
        ("{ a: |||\n    text, } {\n  |||, b: 1 }", ["a", "b"]),
        ("{ |||\n    x\n  |||: 1 }", ["x\n"]),
        ("{ a /* , */: 1, // b: 2,\n # c: 3\n d: 4 }", ["a", "d"]),
        ("{ a: 1e+5, b: 2.5e-3 }", ["a", "b"]),
        ("{ a: function(x) { y: x }, b: 1 }", ["a", "b"]),
        ("{ ['a' + i]: 1, b: 2 }", [None, "b"]),
        ("{ [k]: v for k in std.objectFields(v) if k != 'x' for z in [1] }", [None]),
        ("{ 'local': 1, 'for': 2 }", ["local", "for"]),
        ("{ a: error 'x' + y, b: 1 }", ["a", "b"]),
        ("{ a: (import 'x.libsonnet') { q: 1 }, b: 1 }", ["a", "b"]),
        ("{}", []),
    ],
)
def test_fields_are_those_of_the_object(text: str, fields: list[str | None]) -> None:
    assert [field.name for field in only(text).fields] == fields


@pytest.mark.parametrize(
    ("value", "leaves"),
    [
        ("1", []),
        ("'a' + x", []),
        ("-x", []),
        ("!x", []),
        ("null", []),
        ("importstr 'x'", []),
        ("$.network.id", []),
        ("std.length(x)", []),
        ("{ b: 1, c: ['x'] }", []),
        ("x", [("a",)]),
        ("$.arguments.tags", [("a",)]),
        ("f(1)", [("a",)]),
        ("x + {}", [("a",)]),
        ("if x then 'b' else 'c'", [("a",)]),
        ("x.id { }", [("a",)]),
        ("std.length(x) + y", [("a",)]),
        ("[x, 1, { b: y }]", [("a", 0), ("a", 2, "b")]),
        ("{ b: { c: x }, d: y }", [("a", "b", "c"), ("a", "d")]),
        ("{ b:: x, c(y): y }", []),
        ("{ b+: { c: 1 } }", [("a", "b")]),
        ("[i for i in x]", [("a",)]),
        ("{ [k]: x }", [("a",)]),
        ("{ [k]: 'x' }", []),
    ],
)
def test_leaves_are_what_may_come_from_elsewhere(value: str, leaves: list[tuple[str | int, ...]]) -> None:
    literal = only(f"{{ a: {value} }}")
    assert literal.leaves == leaves
    assert literal.is_closed == (not leaves)


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("f('x') { a: 1 }", "f('x') "),
        ("local q = import 'x'; f('x') { a: 1 }", "f('x') "),
        ("if c then g(1) { a: 1 } else 2", "g(1) "),
        ("a.b + { a: 1 }", "a.b + "),
        ("[1, m[2] { a: 1 }]", "m[2] "),
        ("(import 'x') { a: 1 }", "(import 'x') "),
        ("{ a: 1 }", None),
        ("function(x) { a: 1 }", None),
        ("x == { a: 1 }", None),
        ("f({ a: 1 })", None),
    ],
)
def test_a_literal_knows_what_it_is_joined_to(text: str, base: str | None) -> None:
    literal = only(text)
    assert (text[literal.base : literal.start] if literal.base >= 0 else None) == base


def test_imports_are_found() -> None:
    text = "local a = import 'a'; [importstr 'b', (importbin @'c'), 'import \"d\"'] // import 'e'"
    assert [(found.keyword, found.name) for found in scan(text).imports] == [
        ("import", "a"),
        ("importstr", "b"),
        ("importbin", "c"),
    ]


@pytest.mark.parametrize(
    "text", ["{", "{ a: 1", "[1", "{ a 1 }", "}", "f(", "{ a: 'x }", "(1", "{ 1: 2 }", "[" * 100_000]
)
def test_what_is_not_jsonnet_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        scan(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@given(JSON)
def test_json_is_read_as_it_is(value: object) -> None:
    def objects(value: object) -> list[list[str]]:
        if isinstance(value, dict):
            return [list(value), *(found for inner in value.values() for found in objects(inner))]
        return [found for inner in value for found in objects(inner)] if isinstance(value, list) else []

    found = scan(json.dumps(value)).literals
    assert [[field.name for field in literal.fields] for literal in found] == objects(value)
    assert all(literal.is_closed for literal in found)


def test_every_source_of_the_project_is_read() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.jsonnet", "*.libsonnet"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    texts = [ROOT / name for name in tracked if "wrong" not in name and (ROOT / name).is_file()]
    texts += [path for path in SHARED.rglob("*.*sonnet") if "dummy" not in path.name]
    assert len(texts) > 40
    for path in texts:
        scan(path.read_text(encoding="utf-8"))
