"""``armlib describe`` as it is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.e2e.conftest import Run

MODULE = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3, description: 'What it is called' },
    count: { type: 'int', defaultValue: 2, maxValue: 9 },
    zones: { type: 'array', defaultValue: if $.arguments.count > 2 then ['1', '2'] else [] },
    broken: { type: 'string', defaultValue: error 'only when it is needed' },
    key: { type: 'secureString' },
    even: { type: 'int', defaultValue: 0, validate: function(value) value % 2 == 0 },
  },
  dependencies:: { network: { kind: 'vnet', optional: true } },
  actions:: { restart: { description: 'Starts it again', run:: function(x) x } },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') { name: $.arguments.name },
  outputs: { endpoint: arm.output($.account.ref('primaryEndpoints.blob')), size: arm.output($.arguments.count) },
}
"""


def described(run: Run, folder: Path, text: str, *arguments: str) -> Any:
    (folder / "main.jsonnet").write_text(text)
    done = run("describe", "main.jsonnet", "--format", "json", *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return json.loads(done.stdout)


def test_the_parameters_are_a_json_schema(run: Run, tmp_path: Path) -> None:
    schema = described(run, tmp_path, MODULE)["parameters"]
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"name": "web", "count": 3, "key": "x"})
    assert not validator.is_valid({"name": "w", "key": "x"})
    assert not validator.is_valid({"name": "web", "key": "x", "other": 1})
    assert not validator.is_valid({"key": "x"})


def test_constant_defaults_are_shown_and_others_are_told_to_be_computed(run: Run, tmp_path: Path) -> None:
    properties = described(run, tmp_path, MODULE)["parameters"]["properties"]
    assert properties["count"]["default"] == 2
    for name in ("zones", "broken"):
        assert "default" not in properties[name]
        assert properties[name]["x-armlib-computed-default"] is True


def test_what_a_module_gives_itself_is_not_asked_for(run: Run, tmp_path: Path) -> None:
    module = described(run, tmp_path, MODULE.rstrip() + " { parameters+:: { name: 'web', count: 3 } }\n")
    schema = module["parameters"]
    assert "required" not in schema
    assert [name for name, each in schema["properties"].items() if each.get("readOnly")] == ["count", "name"]
    assert module["outputs"] == {"endpoint": {"type": "string"}, "size": {"type": "int"}}
    text = run("describe", "main.jsonnet", cwd=tmp_path).stdout
    assert "string, set by the module" in text


def test_outputs_dependencies_and_actions(run: Run, tmp_path: Path) -> None:
    module = described(run, tmp_path, MODULE)
    assert module["outputs"] == {"endpoint": {"type": "string"}, "size": {"type": "int"}}
    assert module["dependencies"] == {"network": {"kind": "vnet", "optional": True, "many": False}}
    assert module["actions"]["restart"]["description"] == "Starts it again"


def test_text_has_a_line_for_each(run: Run, tmp_path: Path) -> None:
    (tmp_path / "web.jsonnet").write_text(MODULE)
    done = run("describe", "web.jsonnet")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["web"]
    assert ["count", "int,", "default", "2"] in [line[:4] for line in lines]
    assert "default computed" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    "text",
    [
        # a module of the older kind, which wants its parameters as an object and fails without them
        "{ parameterMetadata: { a: { type: 'string', defaultValue: null } }, resources: [std.extVar('parameters').a] }",
        # only the output that cannot be told without arguments is left untyped
        "{ local p = std.parseJson(std.extVar('parameters')), parameterMetadata:: { a: { type: 'string' } },"
        " resources: [], outputs: { x: { type: 'string', value: p.nothing }, y: p.nothing } }",
        "{ assert std.objectHas(std.parseJson(std.extVar('parameters')), 'a') : 'a is missing',"
        " parameterMetadata:: { a: { type: 'string', isRight: function(a) true, 'x-check'(a):: a } }, resources: [] }",
        "function(a, b=1) { resources: [] }",
        "{ resources: [] }",
    ],
)
def test_a_module_that_fails_without_its_arguments_is_described(run: Run, tmp_path: Path, text: str) -> None:
    module = described(run, tmp_path, text)
    assert set(module) == {"name", "parameters", "outputs", "dependencies", "actions", "diagnostics"}


def test_a_function_is_described_by_its_parameters(run: Run, tmp_path: Path) -> None:
    parameters = described(run, tmp_path, "local f(x) = x;\nfunction(name, size=f(1), tags={}) { resources: [] }")[
        "parameters"
    ]
    assert list(parameters["properties"]) == ["name", "size", "tags"]
    assert parameters["required"] == ["name"]


def test_what_is_odd_about_a_module_of_an_older_kind_is_a_warning(run: Run, tmp_path: Path) -> None:
    text = "{ parameterMetadata:: { a: { type: 'date', required: true } }, resources: [] }"
    (tmp_path / "main.jsonnet").write_text(text)
    done = run("describe", "main.jsonnet", "--parameters-as", "code")
    assert (done.returncode, "2 warnings" in done.stderr, "a  date, required" in done.stdout) == (0, True, True)
    assert run("describe", "main.jsonnet").returncode == 1


def test_an_arm_template_is_described(run: Run, tmp_path: Path) -> None:
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "metadata": {"description": "A template"},
        "parameters": {"n": {"type": "securestring", "metadata": {"description": "A secret"}}},
        "resources": [],
        "outputs": {"o": {"type": "string", "value": "x", "metadata": {"description": "An output"}}},
    }
    (tmp_path / "main.json").write_text(json.dumps(template))
    module = json.loads(run("describe", "main.json", "--format", "json").stdout)
    assert module["description"] == "A template"
    assert module["parameters"]["properties"]["n"]["description"] == "A secret"
    assert module["outputs"] == {"o": {"type": "string", "description": "An output"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [("[1]", "not-an-object"), ("{ a: ", "syntax-error"), ("{ parameterMetadata:: 1 }", "bad-metadata")],
)
def test_what_cannot_be_described_is_an_error(run: Run, tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "main.jsonnet").write_text(text)
    done = run("describe", "main.jsonnet", "--format", "json")
    assert done.returncode == 1
    assert [found["code"] for found in json.loads(done.stdout)["diagnostics"]] == [code]
