"""A program comes to the same with the places of its objects, whatever it does with them; and they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armlib.jsonnet.instrument import FIELD, LITERALS_PER_FILE, VARIABLE, first_number, with_places
from armlib.jsonnet.literals import scan
from armlib.jsonnet.port import EvaluationError, Program, Roots
from armlib.jsonnet.process import WorkerEvaluator
from armlib.resources import library_folder

Write = Callable[[Mapping[str, str]], None]


@pytest.fixture
def both(evaluator: WorkerEvaluator, project: Path, write: Write) -> Callable[..., tuple[Any, Any]]:
    """Return what files come to, from their main.jsonnet, as they are and with places."""

    def evaluate(**files: str) -> tuple[Any, Any]:
        write({name.replace("__", "/").replace("_", "."): text for name, text in files.items()})
        return plain_and_traced(evaluator, project)

    return evaluate


def plain_and_traced(evaluator: WorkerEvaluator, folder: Path) -> tuple[Any, Any]:
    roots = Roots(project=folder, packaged=(library_folder(),))
    source = "{ value: import './main.jsonnet' }"
    program = Program(source=source, file=str(folder / "<root>"), roots=roots, ext_str={"parameters": "{}"})
    results = []
    for is_traced in (False, True):
        try:
            results.append(json.loads(evaluator.evaluate(replace(program, is_traced=is_traced)).text))
        except EvaluationError as error:
            results.append([found.code for found in error.diagnostics])
    return results[0], results[1]


@pytest.mark.parametrize(
    "text",
    [
        "{ a: 1 } == { a: 1, b:: 2 }",
        "std.length({ a: 1, b: {} })",
        "std.objectFields({ a: 1 }) + std.objectFieldsAll({ a: 1, b:: 2 })",
        "std.objectValuesAll({ a: 1, b:: 2 })",
        "std.objectKeysValuesAll({ a: 1, b:: 2 })",
        "local all = std.objectFieldsAll; all({ a:: 1 })",
        "[std.objectHasAll({ a:: 1 }, 'a'), 'a' in { a: 1 }, 'b' in { a: 1 }]",
        "std.mapWithKey(function(k, v) k + v, { a: 'x', b: 'y' })",
        "std.mergePatch({ a: { b: 1 } }, { a: { c: 2, b: null } })",
        "std.prune({ a: {}, b: { c: null, d: 1 } })",
        "std.objectRemoveKey({ a: 1, b: 2 }, 'a')",
        "std.assertEqual({ a: { b: 1 } }, { a: { b: 1 } })",
        "std.sort([{ a: 2 }, { a: 1 }], function(x) x.a)",
        "std.set([{ a: 1 }, { a: 1 }], function(x) std.toString(x))",
        "'%(a)s %(b)s' % { a: 1, b: 2 }",
        "'' + { a: { b: 1 } }",
        "std.manifestYamlDoc({ a: { b: 1 } })",
        "std.md5(std.toString({ a: 1 }))",
        "{ [k]: k + 'x' for k in ['a', 'b'] }",
        "({ [k]: 1 for k in ['a'] } + { a+: 1 }).a",
        "{ ['a' + i]: i for i in [1, 2] } { a1: 'x' }",
        "{ local me = self, a: 1, b: me.a, c: { d: $.a, e: me.b } }",
        "({ a: 1 } + { b: super.a, c: 'a' in super })",
        "({ a: { x: 1 } } + { a+: { y: super.x } })",
        "({ a:: { x: 1 } } + { a+: { y: 2 } } + { a+::: { z: 3 } })",
        "{ assert self.a > 0 : 'small', a: 1 }",
        "{ f(x, y=2): x + y, a: self.f(1) } { f(x, y=3):: x * y }",
        "{ [if true then 'a']: 1, [if false then 'b']: 2, ['c' + 'd']+: 3 }",
        "{ 'a b': 1, \"c\": 2, @'d\\': 3, |||\n    text\n  |||: 4 }",
        "{}",
        "{ a: {}, b: [{}, []] }",
        "std.foldl(function(a, b) a + b, [{ x: 1 }, { y: { z: 1 } }, { y+: { w: 2 } }], {})",
        "local f(o) = o { n: std.length(o) }; f(f({ a: 1 }))",
        "std.type({}) + std.isObject({ a: 1 })",
        "[x.a for x in [{ a: { b: 1 } }, { a: { b: 2 } }] if x.a.b > 1]",
        "std.thisFile",
        "{ a: error 'never', b: 1 }.b",
        "{ a: import 'part.libsonnet', b: importstr 'other.libsonnet' }",
        "import 'glob:p*.libsonnet'",
        "[import 'part.libsonnet', importstr 'part.libsonnet']",
        "[importstr 'part.libsonnet', (import 'reads.libsonnet').text]",
        "(import 'reads.libsonnet') { q: import 'part.libsonnet' }",
        "(import 'data.json') { b: 1 }",
    ],
)
def test_a_program_comes_to_the_same(both: Callable[..., tuple[Any, Any]], text: str) -> None:
    plain, traced = both(
        main_jsonnet=text,
        part_libsonnet="{ p: { q: 1 } }",
        other_libsonnet="{ o: 1 }",
        reads_libsonnet="{ text: importstr 'part.libsonnet' }",
        data_json='{ "a": { "b": [1, { "c": null }] } }',
    )
    assert isinstance(plain, dict), "the case is wrong"
    assert traced == plain


@pytest.mark.parametrize(
    "text", ["{ a: 1", "{ a: b }", "error 'x'", "import 'absent'", "{ assert false }", "{ a: self.a }"]
)
def test_what_fails_fails(both: Callable[..., tuple[Any, Any]], text: str) -> None:
    plain, traced = both(main_jsonnet=text)
    assert isinstance(plain, list)
    assert isinstance(traced, list)


def test_lines_stay() -> None:
    text = "local a = { x: y };\n// { not: this }\n{\n  b: a { c: [a] },\n}\n"
    made = with_places(text, scan(text), first_number(0))
    assert made.count("\n") == text.count("\n")
    assert [line.count(FIELD) for line in made.split("\n")] == [1, 0, 1, 1, 0, 0]


def test_an_object_tells_its_literals(evaluator: WorkerEvaluator, project: Path, write: Write) -> None:
    write(
        {"main.jsonnet": "{ a: { b: 1 } } + (import 'mixin.libsonnet')", "mixin.libsonnet": "{ a+: { c: { d: 1 } } }"}
    )
    source = f"std.extVar('{VARIABLE}').walk(import './main.jsonnet')"
    program = Program(source=source, file=str(project / "<root>"), roots=Roots(project=project), is_traced=True)
    evaluated = evaluator.evaluate(program)
    main, mixin = (
        [Path(read.path).name for read in evaluated.reads].index(n) for n in ("main.jsonnet", "mixin.libsonnet")
    )
    at_main, at_mixin = first_number(main), first_number(mixin)
    assert at_main % LITERALS_PER_FILE == 0
    assert json.loads(evaluated.text) == {
        FIELD: [at_main, at_mixin],
        "a": {FIELD: [at_main + 1, at_mixin + 1], "c": at_mixin + 2},
    }


NAMES = st.sampled_from(["a", "b", "c", "d e", "type", "name"])


def _quoted(name: str) -> str:
    return json.dumps(name)


def _objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    field = st.tuples(NAMES, st.sampled_from([":", ":", "+:", "::", ":::"]), values)

    def text(fields: list[tuple[str, str, str]]) -> str:
        unique = {name: (colon, value) for name, colon, value in fields}
        return "{ " + ", ".join(f"{_quoted(name)}{colon} {value}" for name, (colon, value) in unique.items()) + " }"

    return st.lists(field, max_size=4).map(text)


VALUES = st.recursive(
    st.sampled_from(["1", "'x'", "null", "true", "shared", "shared.a", "f(shared)", "f('y')", "std.length(shared)"]),
    lambda inner: st.one_of(
        _objects(inner),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(_objects(inner), _objects(inner)).map(lambda pair: f"({pair[0]} + {pair[1]})"),
        _objects(inner).map(lambda text: f"shared {text}"),
        inner.map(lambda text: f"{{ [k]: {text} for k in std.objectFieldsAll(shared) }}"),
        inner.map(lambda text: f"(if std.isObject({text}) then {text} else {{ v: {text} }})"),
        inner.map(lambda text: f"std.mergePatch(shared, {{ m: {text} }})"),
        inner.map(lambda text: f"[x for x in [{text}, shared] if x != {{}}]"),
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES, _objects(VALUES))
def test_any_program_comes_to_the_same(evaluator: WorkerEvaluator, folder: Path, value: str, shared: str) -> None:
    base = "local base = { a: { z: 1 }, h:: 2 }, f(x) = { of: x, n: { m: [x] } };\n"
    text = f"{base}local shared = base + {shared.replace('shared', 'base')};\n[{value}, {{ a: 1 }} + shared]"
    (folder / "main.jsonnet").write_text(text, encoding="utf-8")
    plain, traced = plain_and_traced(evaluator, folder)
    assert isinstance(plain, list) == isinstance(traced, list)
    assert isinstance(plain, list) or traced == plain
