from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.jsonnet import lexer, names
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Program, Roots


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import 'a'", [("import", "a")]),
        ('importstr "a\\"\\u0062"', [("importstr", 'a"b')]),
        ("importbin\n  // why\n  @'it''s'", [("importbin", "it's")]),
        ('[import @"a""b", import/**/"c"]', [("import", 'a"b'), ("import", "c")]),
        ("'import \\'a\\''", []),
        ("# import 'a'\n// import 'b'\n/* import 'c' */ import 'd'", [("import", "d")]),
        ("|||\n  import 'a'\n|||", []),
        ("|||-\n\n  import 'a'\n    x\n  ||| y\n||| + import 'b'", [("import", "b")]),
        ("important 'a'", []),
        ("import a 'b'", []),
        ("import + 'b'", []),
        ("'unterminated import 'a'", []),
    ],
)
def test_imports_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.keyword, one.name) for one in lexer.imports(text)] == found


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("importstr 'glob:*'", "import 'globstr:*'"),
        ("importbin /* x */ @'glob:*'", "import /* x */ @'globbin:*'"),
        ("import 'glob:*'", "import 'glob:*'"),
        ("'importstr \"glob:*\"'", "'importstr \"glob:*\"'"),
        (
            "[importstr 'glob:a', importstr 'glob:b', importstr 'c']",
            "[import 'globstr:a', import 'globstr:b', importstr 'c']",
        ),
    ],
)
def test_globs_of_texts_are_rewritten(text: str, rewritten: str) -> None:
    assert lexer.with_glob_imports(text) == rewritten


@given(st.text(alphabet="importstbn glob:*'\"|@/\n\\a[]{}", max_size=60))
def test_rewriting_keeps_the_length_of_any_text(text: str) -> None:
    assert len(lexer.with_glob_imports(text)) == len(text)


@given(st.text())
def test_tokens_leave_nothing_out(text: str) -> None:
    position = 0
    for token in lexer.tokens(text):
        assert text[token.start : token.start + len(token.text)] == token.text
        assert token.start >= position
        position = token.start + len(token.text)


def test_standard_names_are_those_of_the_engine() -> None:
    program = Program(source="std.objectFieldsAll(std)", file="x", roots=Roots(project=Path()))
    found = json.loads(InProcessEvaluator().evaluate(program).text)
    assert set(names.STANDARD) == {name for name in found if not name.startswith(("$", "__"))}


def test_names_of_fields() -> None:
    text = "{ a: 1, 'b c':: 2, d(x, y=f(1)): 3, e+: 4, ['f']: 5, local g = 1, h+::: {i: $.j}, assert true : 'k' }"
    assert names.field_names(text) == {"a", "b c", "d", "e", "h", "i"}


def test_names_of_variables() -> None:
    text = "local a = 1, b(c, d=2) = 3; function(e) [f for f in [1]]"
    assert {"a", "b", "c", "d", "e", "f", "std"} <= names.variable_names(text)


@pytest.mark.parametrize(
    "text",
    [
        "local f(a, b=[1, 2], c={x(y): 1}) = 1; f(q)",
        "{ f(a, b=g(1, 2), c=null):: 1 }",
        "local f = function(a, b, c) 1;",
        "{ f:: function(a, b, c) 1 }",
        "f(1, 2) + { f(a, b, c): 1 }",
    ],
)
def test_names_of_parameters(text: str) -> None:
    assert names.parameter_names("f", [text]) == ["a", "b", "c"]
