"""How modules of every kind get their arguments, and what is told when they cannot be evaluated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.pipeline import compile_template
from armlib.compiler.request import Argument, Compilation, CompileRequest, Entry
from armlib.compiler.wrapper import first_program
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluated, Program, Roots
from armlib.resources import library_folder
from tests.unit.compiler.samples import Listening, compiled

MODULE = "(import 'arm.libsonnet').Module "
SITE = "{ type: 'Microsoft.Web/sites', apiVersion: '2023-01-01', name: %s }"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def names(compilation: Compilation) -> list[Any]:
    assert compilation.template is not None, compilation.diagnostics
    resources: Any = compilation.template["resources"]
    return [body["name"] for body in resources]


def codes(compilation: Compilation) -> list[str]:
    return [found.code for found in compilation.diagnostics]


def test_the_external_variable_is_a_text_and_on_demand_code(tmp_path: Path) -> None:
    written(
        tmp_path,
        text_jsonnet="{ resources: [" + SITE % "std.parseJson(std.extVar('parameters')).n" + "] }",
        code_jsonnet="{ resources: [" + SITE % "std.extVar('parameters').n" + "] }",
    )
    assert names(compiled(tmp_path, "text.jsonnet", arguments={"n": "a"})) == ["a"]
    assert names(compiled(tmp_path, "code.jsonnet", arguments={"n": "a"}, parameters_as_code=True)) == ["a"]
    given = compiled(tmp_path, "text.jsonnet", ext_str={"parameters": '{"n": "a"}'})
    assert names(given) == ["a"]
    assert names(compiled(tmp_path, "code.jsonnet", ext_code={"parameters": "{ n: 'a' }"})) == ["a"]


def test_a_function_is_called_with_the_arguments(tmp_path: Path) -> None:
    written(tmp_path, main_jsonnet="function(n, other='x') { resources: [" + SITE % "n + other" + "] }")
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"n": "a"})) == ["ax"]
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"n": "a", "other": "b"})) == ["ab"]
    assert names(compiled(tmp_path, "main.jsonnet", tla_str={"n": "a"}, tla_code={"other": "'b' + 'c'"})) == ["abc"]
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"n": "a"}, tla_str={"other": "z"})) == ["az"]
    for arguments in ({}, {"m": "a"}, {"n": "a", "for": 1}):
        failed = compiled(tmp_path, "main.jsonnet", arguments=arguments)
        assert failed.template is None
        assert failed.diagnostics


def test_a_function_that_gives_a_function_is_no_module(tmp_path: Path) -> None:
    written(tmp_path, main_jsonnet="function() function() {}")
    assert codes(compiled(tmp_path, "main.jsonnet")) == ["not-an-object"]


@pytest.mark.parametrize("module", ["null", "3", "'x'", "[]", "true"])
def test_a_module_that_is_no_object_is_an_error(tmp_path: Path, module: str) -> None:
    written(tmp_path, main_jsonnet=module)
    assert codes(compiled(tmp_path, "main.jsonnet")) == ["not-an-object"]


LIBRARY = """
{
  parameters:: std.extVar('parameters'),
  parameterMetadata:: {},
  local declared = $.parameterMetadata,
  arguments:: { [name]: std.get(declared[name], 'defaultValue') for name in std.objectFields(declared) } + $.parameters,
  local own = ['parameters', 'parameterMetadata', 'arguments', 'resources'],
  resources: [
    $[name]
    for name in std.objectFieldsAll($)
    if !std.member(own, name) && std.type($[name]) == 'object' && 'type' in $[name]
  ],
}
"""
ODD = """
local core = import 'core/moduledef.libsonnet';
core {
  parameterMetadata:: {
    a: { type: 'string', defaultValue: null },
    b: { type: 'string', defaultValue: [] },
    c: { type: ['string', 'object'], defaultValue: '[new]' },
    d: { type: 'boolean', defaultValue: error 'forced' },
    e: { type: 'wordy' },
  },
  site:: {
    type: 'Microsoft.Web/sites',
    apiVersion: '2023-01-01',
    name: if $.arguments.c == '[new]' then 'made' else $.arguments.c,
    id:: 'x',
    withTag(t):: self,
  },
}
"""


@pytest.mark.parametrize("entry", ["odd.jsonnet", "wrapped.jsonnet", "of.jsonnet"])
def test_modules_with_a_library_of_their_own_compile(tmp_path: Path, entry: str) -> None:
    written(
        tmp_path,
        library__core__moduledef_libsonnet=LIBRARY,
        project__odd_jsonnet=ODD,
        project__wrapped_jsonnet="(import 'odd.jsonnet') { parameters:: { c: 'named' } }",
        project__of_jsonnet="function(params) (import 'odd.jsonnet') { parameters:: params }",
    )
    roots = Roots(project=tmp_path / "project", library=(tmp_path / "library",), packaged=(library_folder(),))
    given: dict[str, dict[str, Any]] = {
        "odd.jsonnet": {"c": "named", "a": None},
        "wrapped.jsonnet": {},
        "of.jsonnet": {"params": {"c": "named"}},
    }
    done = compiled(tmp_path / "project", entry, arguments=given[entry], parameters_as_code=True, roots=roots)
    assert names(done) == ["named"]
    if entry == "odd.jsonnet":
        assert names(compiled(tmp_path / "project", entry, parameters_as_code=True, roots=roots)) == ["made"]


def test_what_a_module_gives_itself_is_not_missing(tmp_path: Path) -> None:
    written(
        tmp_path,
        site_jsonnet=MODULE
        + "{ parameterMetadata:: { name: { type: 'string' }, end: { type: 'string' }, key: { type: 'secureString' } },"
        + " site:: { type: 'A.B/c', apiVersion: '1', name: $.arguments.name + $.arguments.end } }",
        main_jsonnet="(import 'site.jsonnet') { parameters+:: { name: 'a' } }",
    )
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"end": "z"})) == ["az"]
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"end": "z", "key": "k"})) == ["az"]
    for arguments in ({}, {"key": "k"}):
        found = compiled(tmp_path, "main.jsonnet", arguments=arguments).diagnostics
        assert [(each.code, each.path) for each in found] == [("missing-parameter", ("parameters", "end"))]


def test_arguments_for_a_module_that_sets_its_own_are_reported(tmp_path: Path) -> None:
    written(
        tmp_path,
        module_libsonnet="(import 'arm.libsonnet').Module { parameterMetadata:: { n: { type: 'string' } }, s:: "
        + SITE % "$.arguments.n"
        + " }",
        main_jsonnet="(import 'module.libsonnet') { parameters:: { n: 'inside' } }",
    )
    done = compiled(tmp_path, "main.jsonnet", arguments={"n": "outside"})
    assert names(done) == ["inside"]
    assert codes(done) == ["unused-arguments"]


SECRET = "5ecr3t-that-must-not-be-seen"


@pytest.mark.parametrize("as_code", [False, True])
@pytest.mark.parametrize("library", [False, True])
def test_a_secret_reaches_neither_jsonnet_nor_the_template(tmp_path: Path, as_code: bool, library: bool) -> None:
    read = (
        "$.arguments.p"
        if library
        else ("std.extVar('parameters').p" if as_code else "std.parseJson(std.extVar('parameters')).p")
    )
    base = "(import 'arm.libsonnet').Module" if library else ""
    metadata = (
        "parameterMetadata:: { p: { type: 'secureString' }, late: { type: 'int', deployTime: true, maxValue: 9 } }"
    )
    body = SITE % "'w'" + f" + {{ properties: {{ p: {read} }} }}"
    main = f"{base} {{ {metadata}, {f's:: {body}' if library else f'resources: [{body}]'} }}"
    written(tmp_path, main_jsonnet=main)
    evaluator = Listening()
    request = CompileRequest(
        entries=(Entry(path=tmp_path / "main.jsonnet", alias="main"),),
        roots=Roots(project=tmp_path, packaged=(library_folder(),)),
        arguments={"p": Argument(text=SECRET), "late": Argument(text="7")},
        parameters_as_code=as_code,
    )
    done = compile_template(request, evaluator)
    template: Any = done.template
    assert template["resources"][0]["properties"] == {"p": "[parameters('p')]"}
    assert template["parameters"] == {"late": {"type": "int", "maxValue": 9}, "p": {"type": "securestring"}}
    assert (done.deploy_parameters, done.secrets) == ({"late": 7}, {"p": SECRET})
    assert SECRET not in evaluator.heard
    assert SECRET not in json.dumps(template)
    assert SECRET not in repr(done)
    without = compiled(tmp_path, "main.jsonnet", parameters_as_code=as_code)
    assert without.template == template


def test_a_secret_default_is_an_error_that_does_not_show_it(tmp_path: Path) -> None:
    metadata = f"{{ p: {{ type: 'secureString', defaultValue: '{SECRET}' }} }}"
    written(tmp_path, main_jsonnet=f"{{ parameterMetadata:: {metadata}, resources: [] }}")
    done = compiled(tmp_path, "main.jsonnet")
    assert codes(done) == ["secret-default"]
    assert SECRET not in repr(done)


def test_values_for_the_parameters_of_an_arm_template_become_defaults(tmp_path: Path) -> None:
    parameters = {"n": {"type": "string"}, "size": {"type": "int", "maxValue": 3}, "p": {"type": "securestring"}}
    whole = {"$schema": "deploymentTemplate.json", "contentVersion": "1", "parameters": parameters, "resources": []}
    written(tmp_path, main_json=json.dumps(whole), bare_jsonnet=f"({json.dumps(whole)}) {{ outputs: {{}} }}")
    for entry in ("main.json", "bare.jsonnet"):
        done = compiled(tmp_path, entry, arguments={"n": "a", "p": SECRET})
        template: Any = done.template
        assert template["parameters"]["n"] == {"type": "string", "defaultValue": "a"}
        assert template["parameters"]["p"] == {"type": "securestring"}
        assert (done.deploy_parameters, done.secrets) == ({"n": "a"}, {"p": SECRET})
        wrong = compiled(tmp_path, entry, arguments={"size": 4, "nn": 1})
        assert sorted(codes(wrong)) == ["out-of-range", "unknown-parameter"]


def test_a_plain_object_in_json_is_a_module_with_an_anchor(tmp_path: Path) -> None:
    written(tmp_path, main_json='{"resources": [], "id": "/subscriptions/s"}')
    template: Any = compiled(tmp_path, "main.json").template
    assert template["outputs"] == {"id": {"type": "string", "value": "/subscriptions/s"}}


def test_arguments_beside_the_external_variable_itself_are_reported(tmp_path: Path) -> None:
    written(tmp_path, main_jsonnet="{ resources: [" + SITE % "std.extVar('parameters').n" + "] }")
    done = compiled(tmp_path, "main.jsonnet", arguments={"n": "a"}, ext_code={"parameters": "{ n: 'b' }"})
    assert (names(done), codes(done)) == (["b"], ["unused-arguments"])


def test_several_modules_share_the_arguments_that_they_declare(tmp_path: Path) -> None:
    module = MODULE + "{{ parameterMetadata:: {{ {0}: {{ type: 'string' }}, both: {{ type: 'string' }} }}, s:: {1} }}"
    written(
        tmp_path,
        one_jsonnet=module.format("a", SITE % "'one-' + $.arguments.a + $.arguments.both"),
        two_jsonnet=module.format("b", SITE % "'two-' + $.arguments.b + $.arguments.both"),
    )
    arguments = {"a": "A", "b": "B", "both": "!"}
    assert names(compiled(tmp_path, "one.jsonnet", "two.jsonnet", arguments=arguments)) == ["one-A!", "two-B!"]
    wrong = compiled(tmp_path, "one.jsonnet", "two.jsonnet", arguments={**arguments, "c": 1})
    assert codes(wrong) == ["unknown-parameter"]


def test_what_is_missing_is_told_instead_of_what_it_led_to(tmp_path: Path) -> None:
    written(
        tmp_path,
        library_jsonnet=MODULE + "{ parameterMetadata:: { a: { type: 'string' }, b: { type: 'int' } } }",
        bare_jsonnet="{ parameterMetadata:: { a: { type: 'string' } }, resources: ["
        + SITE % "std.parseJson(std.extVar('parameters')).a"
        + "] }",
    )
    assert codes(compiled(tmp_path, "library.jsonnet")) == ["missing-parameter", "missing-parameter"]
    assert codes(compiled(tmp_path, "bare.jsonnet")) == ["missing-parameter"]


def test_an_error_in_jsonnet_has_its_place_in_the_module(tmp_path: Path) -> None:
    written(
        tmp_path, main_jsonnet="{\n  resources: [error 'no way'],\n}\n", other_jsonnet="{ resources: [function(x) x] }"
    )
    done = compiled(tmp_path, "main.jsonnet", "other.jsonnet")
    first, second = done.diagnostics
    assert first.place is not None
    assert (Path(first.place.file).name, first.place.line) == ("main.jsonnet", 2)
    assert "no way" in first.message
    assert second.place is None or Path(second.place.file).name == "other.jsonnet"
    assert "<armlib>" not in repr(done.diagnostics)


def test_every_file_that_was_read_is_known(tmp_path: Path) -> None:
    written(
        tmp_path,
        main_json=json.dumps(
            {
                "$schema": "deploymentTemplate.json",
                "contentVersion": "1",
                "resources": [{"type": "armlib/modules", "name": "m", "properties": {"module": "m.jsonnet"}}],
            }
        ),
        m_jsonnet="{ resources: (import 'inner.libsonnet') }",
        inner_libsonnet="[]",
    )
    read = {Path(read.path).name for read in compiled(tmp_path, "main.json").reads if read.kind == "file"}
    assert read >= {"main.json", "m.jsonnet", "inner.libsonnet"}


class Asked:
    """Evaluates, and keeps the programs that it was asked for."""

    def __init__(self) -> None:
        self.programs: list[Program] = []
        self._inner = InProcessEvaluator()

    def evaluate(self, program: Program) -> Evaluated:
        self.programs.append(program)
        return self._inner.evaluate(program)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"arguments": {"n": Argument(text="a")}},
        {"arguments": {"n": Argument(value="a")}, "parameters_as_code": True, "ext_str": {"x": "1"}},
        {"ext_code": {"parameters": "{ n: 'a' }"}},
        {"provenance": True},
    ],
)
def test_the_first_program_can_be_told_before_the_compilation(tmp_path: Path, how: dict[str, Any]) -> None:
    module = "(import 'arm.libsonnet').Module { parameterMetadata:: { n: { type: 'string', defaultValue: 'b' } }, s:: "
    written(tmp_path, main_jsonnet=module + SITE % "$.arguments.n" + " }")
    evaluator = Asked()
    request = CompileRequest(
        entries=(Entry(path=tmp_path / "main.jsonnet", alias="main"),),
        roots=Roots(project=tmp_path, packaged=(library_folder(),)),
        **how,
    )
    assert compile_template(request, evaluator).template is not None
    assert evaluator.programs[0] == first_program(request)


@pytest.mark.parametrize("where", ["apart", "nested", "symbolic"])
def test_templates_placed_elsewhere_are_asked_for_where_there_are_any(tmp_path: Path, where: str) -> None:
    linked = "arm.linked({ resources: [] }, 'apart.json')"
    body = {
        "apart": f"arm.Module {{ a:: {linked} }}",
        "nested": f"arm.Module {{ a:: arm.nested({{ resources: [{linked}] }}, 'inner') }}",
        "symbolic": f"{{ languageVersion: '2.0', resources: {{ a: {linked} }} }}",
    }
    written(
        tmp_path, main_jsonnet=f"local arm = import 'arm.libsonnet'; {body[where]}", none_jsonnet="{ resources: [] }"
    )
    for name, uris, count in (("main", ["apart.json"], 2), ("none", [], 1)):
        evaluator = Asked()
        request = CompileRequest(
            entries=(Entry(path=tmp_path / f"{name}.jsonnet", alias=name),),
            roots=Roots(project=tmp_path, packaged=(library_folder(),)),
        )
        assert list(compile_template(request, evaluator).linked) == uris
        assert len(evaluator.programs) == count


def test_modules_that_name_themselves_end_where_their_arguments_do(tmp_path: Path) -> None:
    names_itself = "{ type: 'armlib/modules', name: 'm%d', properties: { module: 'main.jsonnet', n: %s } }"
    count = "local n = std.parseJson(std.extVar('parameters')).n;\n"
    site = SITE % "'s' + n"
    down = f"{{ resources: [{site}] + (if n > 0 then [{names_itself % (0, 'n - 1')}] else []) }}"
    written(tmp_path, main_jsonnet=count + down)
    assert names(compiled(tmp_path, "main.jsonnet", arguments={"n": 3})) == ["s3", "s2", "s1", "s0"]
    twice = f"{{ resources: [{names_itself % (0, 'n')}, {names_itself % (1, 'n')}] }}"  # each names two, and so on
    written(tmp_path, main_jsonnet=count + twice)
    found = compiled(tmp_path, "main.jsonnet", arguments={"n": 3}).diagnostics
    told = [each.path for each in found if each.code == "module-cycle"]
    assert 0 < len(told) <= 4  # of one line they are told once
    assert all(len(path) == 4 for path in told)
