"""Cases say what is wrong with a file of them, and with what a module compiles to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.request import Compilation
from armlib.diagnostics import error, warning
from armlib.errors import InputError
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Roots
from armlib.testing.cases import Case, differences, failures, read_table


def table(folder: Path, text: str) -> Any:
    file = folder / "x_test.jsonnet"
    file.write_text(text, encoding="utf-8")
    return read_table(file, Roots(project=folder), InProcessEvaluator())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is no object"),
        ("{}", "has no cases"),
        ("{ cases: {} }", "has no cases"),
        ("{ case: {} }", "'case' that means nothing"),
        ("{ cases: { a: {} } }", "case 'a' expects nothing"),
        ("{ cases: { a: { errors: [] } } }", "case 'a' expects nothing"),
        ("{ cases: { a: { errors: [1] } } }", "errors of case 'a' are no texts"),
        ("{ cases: { a: { resources: [] } } }", "'resources' of case 'a' is not an object"),
        ("{ cases: { a: { output: {} } } }", "'output' that means nothing"),
        (
            "{ cases: { 'a b': { golden: true }, 'a-b': { golden: true } } }",
            "cases 'a b' and 'a-b' have one golden file",
        ),
        ("{ cases: ", "unexpected end of the file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        table(tmp_path, text)
    assert message in str(raised.value)


def test_a_case_names_its_module_and_its_golden_file(tmp_path: Path) -> None:
    found = table(tmp_path, "{ module: 'm.jsonnet', cases: { 'Says: it!': { golden: true } } }").cases[0]
    assert found.module == tmp_path / "m.jsonnet"
    assert found.golden == tmp_path / "golden" / "x_test.says-it.json"


def problems(template: Any = None, *, diagnostics: Any = (), **expected: Any) -> list[str]:
    row = {"parameters": {}, "resources": {}, "outputs": {}, "errors": (), **expected}
    case = Case(name="a", module=Path("m.jsonnet"), **row)
    return failures(case, Compilation(template=template, diagnostics=tuple(diagnostics)))


ACCOUNT = {"type": "A.B/cs", "name": "n", "tags": {"x": "1"}, "properties": {"on": False, "list": [1, 2]}}
TEMPLATE = {"resources": [ACCOUNT, {"type": "A.B/cs/ds", "name": "n/d"}], "outputs": {"o": {"value": 3}}}


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ({"A.B/cs/n": {"tags": {}}, "A.B/cs/n/ds/d": {}, "A.B/cs/m": None}, []),
        ({"A.B/cs/n": {"properties": {"on": True}}}, ["A.B/cs/n.properties.on: is false, not true"]),
        ({"A.B/cs/n": {"properties": {"on": 0}}}, ["A.B/cs/n.properties.on: is false, not 0"]),
        ({"A.B/cs/n": {"properties": {"list": [1]}}}, ["A.B/cs/n.properties.list: is [1, 2], not [1]"]),
        ({"A.B/cs/n": {"sku": {}}}, ["A.B/cs/n.sku: is not there, not {}"]),
        ({"A.B/cs/n": {"tags": None}}, ['A.B/cs/n.tags: is {"x": "1"}, not not there']),
        ({"A.B/cs/*": None}, ["A.B/cs/*: is there"]),
        ({"A.B/cs/m": {}}, ["A.B/cs/m: is not there; there are A.B/cs/n, A.B/cs/n/ds/d"]),
    ],
)
def test_resources_are_compared_by_what_is_named(resources: Any, found: list[str]) -> None:
    assert problems(TEMPLATE, resources=resources) == found


def test_outputs_are_compared() -> None:
    assert problems(TEMPLATE, outputs={"o": 3, "p": None}) == []
    assert problems(TEMPLATE, outputs={"o": 4}) == ["outputs.o: is 3, not 4"]


def test_a_module_with_a_warning_is_not_as_expected() -> None:
    assert problems(TEMPLATE, diagnostics=[warning("w", "odd")], resources={"A.B/cs/n": {}}) == ["odd [w]"]


def test_errors_are_those_expected_and_no_others() -> None:
    wrong = [error("e", "bad name"), error("f", "bad size")]
    assert problems(diagnostics=wrong, errors=("name", "size")) == []
    assert problems(diagnostics=wrong, errors=("name",)) == ["not expected: bad size [f]"]
    assert problems(TEMPLATE, errors=("name",)) == ["it compiles, and should fail with 'name'"]
    assert len(problems(diagnostics=wrong, errors=("name", "size", "colour"))) == 1


def test_differences_are_told_by_their_places() -> None:
    before: Any
    after: Any
    before, after = {"a": [1, {"b": 2}], "c": 1, "t": True}, {"a": [1, {"b": 3}, 4], "d": 1, "t": 1}
    assert list(differences(before, after)) == [
        "a[1].b: is 3, not 2",
        "a: has 3 items, not 2",
        "c: is gone, was 1",
        "t: is 1, not true",
        "d: is new, 1",
    ]


def test_what_is_wrong_with_a_module_is_told_with_a_way_out() -> None:
    wrong = [error("e", "bad name", hint="did you mean 'a'?", path=("x", "y")), error("f", "bad size")]
    assert problems(diagnostics=wrong) == ["x.y: bad name [e]; did you mean 'a'?", "bad size [f]"]
    assert problems(diagnostics=wrong, errors=("size", "colour")) == [
        "no error says 'colour'; there are x.y: bad name [e], bad size [f]",
        "not expected: x.y: bad name [e]",
    ]
