"""What the engine's errors are told as: one golden file, a section a case.

``pytest --update-golden`` writes the file anew; read the difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from armlib.diagnostics import Diagnostic, Severity
from armlib.jsonnet.diagnostics import PAYLOAD, translate
from armlib.jsonnet.errortext import Range, parse_error
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluated, EvaluationError, Evaluator, Program, Roots
from armlib.jsonnet.process import WorkerEvaluator
from armlib.jsontypes import format_path

GOLDEN = Path(__file__).with_name("errors.txt")
FILES = {
    "good.libsonnet": "{ width: 1, new(name, size=1):: { name: name } }\n",
    "syntax.libsonnet": "{\n  a: 1\n  b: 2,\n}\n",
    "unknown.libsonnet": "{\n  a: self.widht,\n  width: 1,\n}\n",
    "bom.libsonnet": "\ufeff{}",
    "bom.json": "\ufeff{}",
    "empty.libsonnet": "",
    "wide.libsonnet": "{}".encode("utf-16"),
    "latin.libsonnet": b"'\xe9'",
    "config/one.json": "{}",
    "../packaged/arm.libsonnet": (
        "{\n  check(value):: if value > 9 then error 'too large' else value,\n"
        "  call(f):: f(1),\n  Module: { assert self.x > 1 : 'x is too small', x: 1 },\n}\n"
    ),
}
CASES = {
    "syntax: two commas": "{ a: 1,, b: 2 }",
    "syntax: no comma": "{ a: 1 b: 2 }",
    "syntax: no comma in an array": "[1 2]",
    "syntax: text that does not end": "{\n  a: 'text,\n}",
    "syntax: comment that does not end": "/* text",
    "syntax: object that does not end": "{ a: 1,",
    "syntax: parenthesis that does not end": "(1 + 2",
    "syntax: local without a body": "local x = 1",
    "syntax: nothing": "",
    "syntax: two values": "1 2",
    "syntax: no colon": "{ a: 1, 'b' 2 }",
    "syntax: wrong escape": "'a\\x'",
    "syntax: wrong number": "1.x",
    "syntax: letters that are none": "{ a: ä }",
    "syntax: computed import": "import 'a' + 'b'",
    "syntax: self outside of an object": "self.x",
    "syntax: dollar outside of an object": "$.x",
    "syntax: positional argument after a named one": "std.join(sep='', [])",
    "syntax: in a file that a pattern found": "(import 'glob:synta?.libsonnet')['syntax.libsonnet'].a",
    "syntax: in an imported file": "{ x: (import 'syntax.libsonnet').a }",
    "syntax: in an external variable": "std.extVar('code')",
    "syntax: byte order mark": "import 'bom.libsonnet'",
    "syntax: empty import": "import 'empty.libsonnet'",
    "variable: unknown": "local width = 1;\n{ x: widht }",
    "variable: unknown, like nothing": "zzz",
    "variable: twice": "local x = 1, x = 2; x",
    "field: unknown, of self": "{ width: 1, x: self.widht }",
    "field: unknown, of an import": "local good = import 'good.libsonnet';\ngood.widht",
    "field: unknown, in an import": "(import 'unknown.libsonnet').a",
    "field: unknown, by an expression": "{ a: 1 }['b']",
    "field: unknown, of super": "{ a: 1 } + { a: super.b }",
    "field: unknown, of the standard library": "std.lenght([])",
    "field: twice": "{ a: 1, a: 2 }",
    "field: twice, computed": "{ [name]: 1 for name in ['a', 'a'] }",
    "field: of null": "{ a: null, b: self.a.c }",
    "field: of a number": "(1).a",
    "field: name is a number": "{ [1]: 2 }",
    "element: out of range": "[1, 2][5]",
    "element: of an empty array": "[][0]",
    "element: of a text": "'abc'[3]",
    "element: by a text": "[1]['a']",
    "argument: unknown": "(import 'good.libsonnet').new('x', siez=2)",
    "argument: missing": "local good = import 'good.libsonnet';\ngood.new()",
    "argument: too many": "local f(x) = x; f(1, 2)",
    "argument: over several lines": "local f(x, size) = x;\nf(\n  std.length([1, 2]),\n  siez=2,\n)",
    "argument: too many for none": "local f() = 1; f(1)",
    "argument: the program's": "function(name) name",
    "external variable: unknown": "std.extVar('nam')",
    "external variable: like nothing": "std.extVar('zzz')",
    "type: plus": "1 + {}",
    "type: condition": "if 1 then 2",
    "type: comprehension": "[x for x in 5]",
    "type: call": "(1)(2)",
    "type: of a function of std": "std.length(1)",
    "type: of an argument of std": "std.join(',', [1])",
    "type: format": "'%d' % 'x'",
    "type: format, too few": "'%s %s' % ['a']",
    "arithmetic: division": "1 / 0",
    "arithmetic: overflow": "1e308 * 10",
    "parse: JSON": "std.parseJson('{')",
    "parse: YAML": "std.parseYaml('a: [')",
    "native: wrong argument": "std.native('armlib.sha256')({})",
    "native: absent": "std.native('armlib.sha')('[]')",
    "raised": "{ a: { b: [1, error 'this is wrong'] } }",
    "raised: several lines": "error 'one\\n  two\\n'",
    "raised: an object": "error { a: 1 }",
    "raised: nothing": "error ''",
    "raised: looks like the engine's": "error 'Field does not exist: x'",
    "raised: looks like a place": "error 'good.libsonnet:1:1-2 Unknown variable: x'",
    "raised: with letters beyond ASCII": "{ a: 'é𝒳' + error 'ü' }",
    "raised: far along a long line": "[" + "'0123456789', " * 30 + "error 'x'" + ", '0123456789'" * 30 + "]",
    "raised: with letters for a terminal": "error 'x\x1b[31m'",
    "raised: over several lines": "{\n\ta: error 'x' +\n\t\t'y',\n}",
    "raised: by a library": "local arm = import 'arm.libsonnet';\n{ a: arm.check(10) }",
    "raised: by a function that a library calls": "(import 'arm.libsonnet').call(function(x) error 'mine')",
    "raised: for each problem": "(import 'arm.libsonnet').check(error 'wrong parameters\\n  first\\n"
    + PAYLOAD
    + json.dumps(
        [
            {"code": "wrong-type", "message": "first", "path": ["parameters", "a", 0], "hint": "do so"},
            {
                "code": "unknown-parameter",
                "message": "second",
                "path": ["parameters"],
                "hint": None,
                "severity": "warning",
            },
        ]
    )
    + "')",
    "assertion": "assert 1 == 2; 3",
    "assertion: with a text": "assert 1 == 2 : 'not so'; 3",
    "assertion: of an object": "{ assert self.a > 1, a: 1 }",
    "assertion: of a library's object": "{ m: (import 'arm.libsonnet').Module { x: 0 } }",
    "assertion: of the standard library": "std.assertEqual(1, 2)",
    "endless: local": "local x = x; x",
    "endless: fields": "{ a: self.b, b: self.a }",
    "endless: function": "local f(n) = 1 + f(n); { a: f(1) }",
    "function in the output": "{ a: [1, { b(x): x }] }",
    "function is the output": "local f = function(x) x; [f][0]",
    "function in a text": "'' + function(x) x",
    "import: not there": "import 'god.libsonnet'",
    "import: not there, in a field": "{ a: [importstr 'confg/one.json'] }",
    "parse: byte order mark": "std.parseJson(importstr 'bom.json')",
    "import: UTF-16": "import 'wide.libsonnet'",
    "import: absolute": "import '/etc/passwd'",
    "import: leads out": "{ a: importstr '../secret' }",
    "import: a folder": "importstr 'config'",
    "import: not text": "import 'latin.libsonnet'",
    "import: glob that leads out": "import 'glob:../*'",
}


def render(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.severity}: {diagnostic.code}: {diagnostic.message}"]
    if diagnostic.path:
        lines.append(f"path: {format_path(diagnostic.path)}")
    if diagnostic.hint:
        lines.append(f"hint: {diagnostic.hint}")
    place, excerpt = diagnostic.place, diagnostic.excerpt
    if place:
        end = f"-{place.end_line}:{place.end_column}" if place.end_line else ""
        lines.append(f"at {place.file}:{place.line}:{place.column}{end}")
    if excerpt:
        lines += [f"| {excerpt.text}", f"| {' ' * (excerpt.column - 1)}{'^' * excerpt.length}"]
    for frame in diagnostic.frames:
        library = " (library)" if frame.library else ""
        lines.append(f"  {frame.place.file}:{frame.place.line}:{frame.place.column} {frame.name}{library}".rstrip())
    return "\n".join(line.rstrip() for line in lines)


def golden() -> Mapping[str, str]:
    sections = re.split(r"^=== (.*)\n", GOLDEN.read_text(), flags=re.MULTILINE)[1:] if GOLDEN.exists() else []
    return dict(zip(sections[::2], (section.strip("\n") for section in sections[1::2]), strict=True))


@pytest.fixture
def told(write: Callable[..., None], program: Callable[..., Program], tmp_path: Path) -> Callable[..., str]:
    """Return how an evaluator tells what is wrong with a text."""
    write(FILES)

    def tell(source: str, evaluator: Evaluator) -> str:
        wrong = program(source, packaged=(tmp_path / "packaged",), ext_str={"name": "x"}, ext_code={"code": "{ a: 1,"})
        with pytest.raises(EvaluationError) as caught:
            evaluator.evaluate(wrong)
        return "\n".join(map(render, caught.value.diagnostics)).replace(str(tmp_path), "TMP")

    return tell


def test_errors_are_told_as_the_golden_file_has_them(
    told: Callable[..., str], evaluator: WorkerEvaluator, request: pytest.FixtureRequest
) -> None:
    found = {name: told(source, evaluator) for name, source in CASES.items()}
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text("".join(f"=== {name}\n{text}\n\n" for name, text in found.items()))
    assert found == golden()


@pytest.mark.parametrize("name", ["raised", "import: not there", "syntax: in an imported file", "endless: fields"])
def test_errors_are_told_alike_in_process(name: str, told: Callable[..., str], evaluator: WorkerEvaluator) -> None:
    assert told(CASES[name], InProcessEvaluator()) == told(CASES[name], evaluator)


def test_names_of_files_may_have_any_letters(write: Callable[..., None], project: Path, evaluator: Evaluator) -> None:
    odd = "a\nRUNTIME ERROR:\tb:1:2"
    write({f"{odd}/{odd}.libsonnet": "{\n  a: error 'no',\n  b: import './c.libsonnet',\n}", f"{odd}/c.libsonnet": "}"})
    for field, place, code in (
        ("a", (f"{odd}.libsonnet", 2), "runtime-error"),
        ("b", ("c.libsonnet", 1), "syntax-error"),
    ):
        source = f"(import './{odd}.libsonnet').{field}"
        with pytest.raises(EvaluationError) as caught:
            evaluator.evaluate(Program(source=source, file=f"{project}/{odd}/main", roots=Roots(project=project)))
        (found,) = caught.value.diagnostics
        assert found.place is not None
        assert (found.code, Path(found.place.file), found.place.line) == (code, Path(odd, place[0]), place[1])
        assert {frame.place.file for frame in found.frames} >= {f"{odd}/main"}


def test_import_errors_are_told_right_every_time(told: Callable[..., str], evaluator: WorkerEvaluator) -> None:
    """The engine appends stray bytes to the text of these, now and then."""
    assert len({told(CASES["import: leads out"], evaluator) for _ in range(200)}) == 1


@pytest.mark.parametrize(
    ("stray", "frames"),
    [
        ("", 1),
        ("\x1c\ufffd@\x7f", 1),
        ("\n\tmain.jsonnet:1:1-2\t$", 1),
        ("\n\t/other.jsonnet:9:1-2\t$\n", 1),
    ],
)
def test_stray_bytes_after_an_import_error_are_passed_over(stray: str, frames: int, tmp_path: Path) -> None:
    program = Program(source="[import 'x']", file="main.jsonnet", roots=Roots(project=tmp_path))
    text = f"RUNTIME ERROR: importer error: no{stray}\n\tmain.jsonnet:1:2-12\tthunk from <$>\n\tArray element 0\t\n"
    (found,) = translate(text, program, ("import-refused", "no", ""), ())
    assert (found.message, found.path, len(found.frames)) == ("no", (0,), frames)
    assert found.place is not None
    assert found.place.column == 2


@pytest.mark.parametrize(
    ("text", "message", "range_", "path"),
    [
        ("a:b.jsonnet:1:2-3 No: x\n\nx\n\n", "No: x",
         Range(file="a:b.jsonnet", line=1, column=2, end_line=1, end_column=3), ()),
        ("a b.jsonnet:10:2 End\n\nx\n\n", "End", Range(file="a b.jsonnet", line=10, column=2), ()),
        ("f:(1:2)-(3:4) Wrong\n", "Wrong", Range(file="f", line=1, column=2, end_line=3, end_column=4), ()),
        ('RUNTIME ERROR: x\ny\n\tField "a\\"b"\t\n\tArray element 3\t\n\tField "\\x00"\t\n\tDuring x\t\n', "x\ny", None,
         ("\\x00", 3, 'a"b')),
        ("something else\n", "something else", None, ()),
        ("", "", None, ()),
    ],
)  # fmt: skip
def test_error_texts_are_taken_apart(text: str, message: str, range_: Range | None, path: tuple[object, ...]) -> None:
    found = parse_error(text)
    assert (found.message, found.range, found.path) == (message, range_, path)


@pytest.mark.parametrize("payload", ["", "{", "1", "[]", "[1]", '{"code": "x"}'])
def test_payload_that_is_none_is_shown_as_it_is(payload: str, failure: Callable[..., Diagnostic]) -> None:
    text = f"readable\n{PAYLOAD}{payload}"
    found = failure(f"error {json.dumps(text)}")
    assert (found.code, found.message) == ("runtime-error", text)


def test_payload_with_odd_members_is_still_told(failure: Callable[..., Diagnostic]) -> None:
    payload = json.dumps([{"message": 1, "path": {"a": 1}, "hint": 2, "severity": "loud", "code": None}])
    found = failure(f"error {json.dumps(PAYLOAD + payload)}")
    assert (found.message, found.path, found.hint, found.severity) == ("1", (), "2", Severity.ERROR)


def test_places_are_told_from_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, failure: Callable[..., Diagnostic], project: Path, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    place = failure("error 'x'").place
    assert place is not None
    assert place.file == "project/main.jsonnet"


def test_frames_of_the_compilers_own_program_are_the_librarys(
    evaluator: WorkerEvaluator, program: Callable[..., Program], write: Callable[..., None]
) -> None:
    write({"entry.jsonnet": "{ a: error 'x' }"})
    wrapper = program("(import './entry.jsonnet').a", file="<armlib>")
    with pytest.raises(EvaluationError) as caught:
        evaluator.evaluate(wrapper)
    (found,) = caught.value.diagnostics
    assert [(frame.place.file, frame.library) for frame in found.frames] == [
        ("entry.jsonnet", False),
        ("<armlib>", True),
    ]


def test_an_endless_program_is_told_in_few_frames(failure: Callable[..., Diagnostic]) -> None:
    assert len(failure("local f(n) = 1 + f(n); f(1)").frames) == 2


def test_what_evaluates_is_no_error(evaluate: Callable[..., Evaluated]) -> None:
    assert evaluate("{ a: error 'x' } { a: 1 }").text == '{\n   "a": 1\n}\n'
