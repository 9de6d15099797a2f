"""The branches of a source text, and texts that tell which are taken and come to the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from armlib.errors import DiagnosticsError
from armlib.jsonnet.branches import branches, read_as_text, telling, told
from armlib.jsonnet.port import Program, Roots
from armlib.jsonnet.process import WorkerEvaluator
from armlib.resources import library_folder, registry_folder

NEVER = [
    ("if 1 < 2 then 'a' else 'b'", ["1:24: 'else' is never taken"]),
    ("if 1 < 2 then 'a'", ["1:1: the condition is never false"]),
    ("if 1 > 2 then 'a'", ["1:15: 'then' is never taken"]),
    ("if false then 1 else if true then 2 else 3", ["1:15: 'then' is never taken", "1:42: 'else' is never taken"]),
    ("if true then\n  if false then 1 else 2\nelse 3", ["2:17: 'then' is never taken", "3:6: 'else' is never taken"]),
    ("false && true || true && false", ["1:7: the right side of '&&' is never looked at"]),
    ("true || error 'no'", ["1:6: the right side of '||' is never looked at"]),
    ("[x for x in [1, 2] if x > 0 for y in [1] if y > 1]",
     ["1:20: the condition is never false", "1:42: the condition is never true"]),
    ("{ ['k' + x]: x for x in [1, 2] if x > 1 }", []),
    ("assert 1 < 2 : 'order'; 1", ["1:1: the assertion never fails"]),
    ("assert 1 < 2; 1", ["1:1: the assertion never fails"]),
    ("{ assert self.a > 0 : 'less', assert true, a: 1 }",
     ["1:3: the assertion never fails", "1:31: the assertion never fails"]),
    ("local f(x, y=if x then 1 else 2) = y, g = function(z) z; { a: f(true), [if true then 'b']+: g(1) }",
     ["1:31: 'else' is never taken", "1:73: the condition is never false"]),
    ("local o = { local q = 1, m(a)::: if a then q else null, 'x y': [1, 2, 3][0:2] }; o.m(true) + o['x y'][1]",
     ["1:51: 'else' is never taken"]),
    ("// if true then 1\n@'if ''true'' then 1' + |||\n  if true then 1\n|||", []),
    ("{ a: 1 } { [x]: if super.a == 1 then 2 else 3 for x in ['a'] }", ["1:45: 'else' is never taken"]),
]  # fmt: skip


def evaluated(text: str, folder: Path, evaluator: WorkerEvaluator) -> tuple[object, set[int]]:
    program = Program(source=text, file="<test>", roots=Roots(project=folder))
    answer = evaluator.evaluate(program)
    return json.loads(answer.text), {found[1] for found in map(told, answer.traces) if found is not None}


@pytest.fixture(scope="module")
def evaluator() -> WorkerEvaluator:
    return WorkerEvaluator()


@pytest.mark.parametrize(("text", "missed"), NEVER)
def test_what_is_never_taken_is_told_and_nothing_else_changes(
    text: str, missed: list[str], tmp_path: Path, evaluator: WorkerEvaluator
) -> None:
    found = branches(text).found
    value, taken = evaluated(telling(text, 0), tmp_path, evaluator)
    assert value == evaluated(text, tmp_path, evaluator)[0]
    assert telling(text, 0).count("\n") == text.count("\n")
    untaken = [one for number, one in enumerate(found) if number not in taken]
    assert [f"{one.line}:{one.column}: {one.what}" for one in untaken] == missed


@pytest.mark.parametrize("text", ["assert 1 > 2 : 'order'; 1", "assert 1 > 2; 1", "{ assert self.a > 2, a: 1 }"])
def test_an_assertion_that_fails_is_told(text: str, tmp_path: Path, evaluator: WorkerEvaluator) -> None:
    with pytest.raises(DiagnosticsError) as failure:
        evaluated(telling(text, 0), tmp_path, evaluator)
    assert [told(trace) for trace in failure.value.traces] == [(0, 0)]  # type: ignore[attr-defined]


def test_a_branch_is_told_once_however_often_it_is_taken(tmp_path: Path, evaluator: WorkerEvaluator) -> None:
    text = "std.foldl(function(sum, x) sum + (if x > 0 then 1 else 2), std.range(1, 10000), 0)"
    program = Program(source=telling(text, 3), file="<test>", roots=Roots(project=tmp_path))
    assert [told(trace) for trace in evaluator.evaluate(program).traces] == [(3, 0)]


@pytest.mark.parametrize(
    "text", ["if true then", "{ a", "[1, 2", "(", "local x; 1", "1 1 )", "{ if }", "local __armlibTook1 = 1; 2"]
)
def test_what_cannot_be_read_stays_as_it_is(text: str) -> None:
    assert telling(text, 0) == text


def test_every_source_of_the_library_and_the_collection_is_read() -> None:
    files = [file for folder in (library_folder(), registry_folder()) for file in folder.rglob("*.*sonnet")]
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    assert len(texts) > 100
    assert [file for file, text in texts.items() if " then " in text and not branches(text).found] == []


def test_files_that_are_read_as_text_are_known() -> None:
    assert read_as_text("[import 'a.libsonnet', importstr 'b.txt', importbin 'c.bin']") == {"b.txt", "c.bin"}
