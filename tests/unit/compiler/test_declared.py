"""Modules that look at their arguments before they say what these are, or cannot say it at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.declared import guesses
from armlib.compiler.pipeline import compile_template
from armlib.compiler.request import Argument, Compilation, CompileRequest, Entry
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Roots
from armlib.resources import library_folder
from tests.unit.compiler.samples import Listening, compiled

SITE = "{ type: 'Microsoft.Web/sites', apiVersion: '2023-01-01', name: %s }"
SECRET = "5ecr3t-that-must-not-be-seen"
ASSERTING = """
local arm = import 'arm.libsonnet';
arm.Module {
  local args = $.arguments,
  assert args.count > 0 : 'count must be positive',
  assert std.startsWith(args.name, 'st') : 'the name starts with st',
  parameterMetadata:: { count: { type: 'int' }, name: { type: 'string' }, key: { type: '%s', defaultValue: '' } },
  site:: arm.Resource('Microsoft.Web/sites', '2023-01-01') { name: args.name + args.count },
}
"""
DISPATCHING = """
local p = std.extVar('parameters');
local kinds = { big: { size: 9 }, small: { size: 1 } };
if p.number > 5 then error 'at most 5, not ' + p.number
else kinds[p.kind] {
  parameterMetadata:: { kind: { type: 'string' }, number: { type: 'number' }%s },
  resources: [{ type: 'Microsoft.Web/sites', apiVersion: '2023-01-01', name: 's' + p.number }],
}
"""


def write(folder: Path, text: str, name: str = "main.jsonnet") -> None:
    folder.joinpath(name).write_text(text, encoding="utf-8")


def names(done: Compilation) -> list[Any]:
    assert done.template is not None, done.diagnostics
    resources: Any = done.template["resources"]
    return [body["name"] for body in resources]


def told(done: Compilation) -> list[tuple[str, str]]:
    return [(found.severity.value, found.message) for found in done.diagnostics]


@pytest.mark.parametrize("key", ["string", "secureString"])
def test_assertions_about_arguments_hold_for_the_arguments(tmp_path: Path, key: str) -> None:
    write(tmp_path, ASSERTING % key)
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"count": 3, "name": "st"})) == ["st3"]
    wrong = compiled(tmp_path, "main.jsonnet", arguments={"count": 0, "name": "st"})
    assert told(wrong) == [("error", "count must be positive")]
    missing = compiled(tmp_path, "main.jsonnet")
    assert [found.code for found in missing.diagnostics] == ["missing-parameter", "missing-parameter"]


def test_assertions_of_what_is_imported_hold_too(tmp_path: Path) -> None:
    write(tmp_path, "local p = std.extVar('parameters'); assert p.n > 1; { n: p.n } // assert 'me'", "n.libsonnet")
    write(
        tmp_path,
        "local n = import 'n.libsonnet';\nassert n.n > 2 : 'more than 2';\n"
        "{ parameterMetadata:: { n: { type: 'number' } }, resources: [" + SITE % "'s' + n.n" + "] }",
    )
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"n": 3}, parameters_as_code=True)) == ["s3"]
    wrong = compiled(tmp_path, "main.jsonnet", arguments={"n": 2}, parameters_as_code=True)
    assert told(wrong) == [("error", "more than 2")]


def test_a_module_that_needs_its_arguments_to_say_what_they_are_gets_them(tmp_path: Path) -> None:
    write(tmp_path, DISPATCHING % "")
    given = {"kind": Argument(text="big"), "number": Argument(text="3")}
    assert names(_compiled(tmp_path, given, InProcessEvaluator())) == ["s3"]
    wrong = _compiled(tmp_path, {**given, "number": Argument(text="7")}, InProcessEvaluator())
    assert told(wrong) == [("error", "at most 5, not 7")]


@pytest.mark.parametrize("place", ["here", "imported", "unknown", "code"])
def test_it_does_not_when_any_of_them_may_be_a_secret(tmp_path: Path, place: str) -> None:
    key = {
        "here": ", key: { type: 'SecureString' }",
        "imported": ", key: import 'key.libsonnet'",
        "unknown": ", key: import 'glob:*.libsonnet'",
        "code": ", key: std.extVar('key')",
    }[place]
    write(tmp_path, "{ type: 'secureString' }", "key.libsonnet")
    write(tmp_path, DISPATCHING % key)
    evaluator = Listening()
    given = {"kind": Argument(text="big"), "number": Argument(text="3"), "key": Argument(text=SECRET)}
    code = {"key": "{ type: 'secureString' }"} if place == "code" else {}
    assert _compiled(tmp_path, given, evaluator, code).template is None
    assert SECRET not in evaluator.heard


def test_metadata_that_fails_counts_as_none_where_the_module_does_without(tmp_path: Path) -> None:
    write(tmp_path, "{ parameterMetadata:: error 'declare them', resources: [" + SITE % "'s'" + "] }", "base.libsonnet")
    write(tmp_path, "(import 'base.libsonnet') { resources+: [] }")
    for arguments in ({}, {"n": 1}):
        done = compiled(tmp_path, "main.jsonnet", arguments=arguments, parameters_as_code=True)
        assert names(done) == ["s"]
        assert told(done) == [("warning", "declare them")]


def test_metadata_that_fails_is_an_error_of_a_module_of_the_library(tmp_path: Path) -> None:
    write(tmp_path, "(import 'arm.libsonnet').Module { parameterMetadata:: error 'declare them' }")
    for arguments in ({}, {"n": 1}):
        done = compiled(tmp_path, "main.jsonnet", arguments=arguments)
        assert done.template is None
        assert told(done) == [("error", "declare them")]


def test_what_validators_refuse_is_told_beside_all_else(tmp_path: Path) -> None:
    write(
        tmp_path,
        "(import 'arm.libsonnet').Module { parameterMetadata:: {"
        " even: { type: 'int', validate(value): if value % 2 == 0 then true else 'must be even' },"
        " list: { type: 'array', items: { type: 'int', validate(value): value > 0 } }, name: { type: 'string' } } }",
    )
    done = compiled(tmp_path, "main.jsonnet", arguments={"even": 3, "list": [1, -1], "other": "x"})
    assert sorted((found.code, found.path[1:]) for found in done.diagnostics) == [
        ("failed-validator", ("even",)),
        ("failed-validator", ("list", 1)),
        ("missing-parameter", ("name",)),
        ("unknown-parameter", ("other",)),
    ]


def test_texts_are_guessed_to_be_what_they_look_like() -> None:
    assert list(guesses({"a": "3", "b": "x"})) == [{"a": 3, "b": "x"}, {"a": "3", "b": "x"}]
    assert list(guesses({"a": 3})) == [{"a": 3}]


def _compiled(
    folder: Path,
    arguments: dict[str, Argument],
    evaluator: InProcessEvaluator | Listening,
    ext_code: dict[str, str] | None = None,
) -> Compilation:
    request = CompileRequest(
        entries=(Entry(path=folder / "main.jsonnet", alias="main"),),
        roots=Roots(project=folder, packaged=(library_folder(),)),
        arguments=arguments,
        parameters_as_code=True,
        ext_code=ext_code or {},
    )
    return compile_template(request, evaluator)
