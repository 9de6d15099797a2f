"""The examples compile, to what the published schema of deployment templates accepts, the same at every run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ARMLIB = Path(sys.executable).parent / "armlib"


@dataclass(frozen=True, slots=True)
class Case:
    """An example with the parameter layers of its README."""

    name: str
    layers: tuple[str, ...]
    golden: str

    @property
    def folder(self) -> Path:
        return EXAMPLES / self.name

    @property
    def golden_file(self) -> Path:
        return Path(__file__).parent / "golden" / f"{self.golden}.json"

    @property
    def arguments(self) -> list[str]:
        return ["main.jsonnet", *(word for layer in self.layers for word in ("-P", layer))]


CASES = [
    Case("storage-account", ("parameters.yaml",), "storage-account"),
    Case("hub-and-spokes", ("parameters.yaml",), "hub-and-spokes"),
    Case("scale-set", ("parameters.yaml",), "scale-set"),
    Case("scale-set", ("parameters.yaml", "existing-network.yaml"), "scale-set-existing-network"),
    Case("web-app", ("parameters.yaml",), "web-app"),
    Case("landing-zone", ("parameters.yaml",), "landing-zone"),
    Case("environments", ("environments/common.yaml", "environments/dev.yaml"), "environments-dev"),
    Case("environments", ("environments/common.yaml", "environments/production.yaml"), "environments-production"),
]
IDS = [case.golden for case in CASES]


def compiled(case: Case, *, python: Path | None = None, hash_seed: str = "0") -> str:
    command = [str(ARMLIB)] if python is None else [str(python), "-m", "armlib"]
    done = subprocess.run(
        [*command, "compile", *case.arguments],
        cwd=case.folder,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_an_example_compiles_to_its_golden_template(case: Case, request: pytest.FixtureRequest) -> None:
    text = compiled(case)
    if request.config.getoption("--update-golden"):
        case.golden_file.parent.mkdir(exist_ok=True)
        case.golden_file.write_text(text, encoding="utf-8")
    assert text == case.golden_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_template_of_an_example_is_accepted_by_the_schema_of_deployment_templates(case: Case) -> None:
    _validate(json.loads(compiled(case)))


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_another_hash_seed_gives_the_same_bytes(case: Case) -> None:
    assert compiled(case, hash_seed="1") == compiled(case, hash_seed="4711")


@pytest.mark.parametrize("engine", [_gojsonnet, _jsonnet], ids=["go", "c++"])
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_plain_jsonnet_gives_the_same_resources_and_outputs(
    case: Case, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dependencies, the anchor and what depends on the scope around a deployment are the compiler's own."""
    monkeypatch.chdir(case.folder)
    layers = [yaml.safe_load((case.folder / layer).read_text(encoding="utf-8")) for layer in case.layers]
    parameters = json.dumps({name: value for layer in layers for name, value in layer.items()})
    text = engine.evaluate_file("main.jsonnet", jpathdir=[str(ROOT / "lib")], ext_vars={"parameters": parameters})
    plain, ours = json.loads(text), json.loads(compiled(case))
    assert _by_name(ours["resources"]) == _by_name(plain["resources"])
    assert ours["outputs"] == ours["outputs"] | plain["outputs"]


def _by_name(resources: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for resource in resources:
        body = {name: value for name, value in resource.items() if name != "dependsOn"}
        inner = body.get("properties", {}).get("template")
        if inner is not None:
            body["properties"] = {**body["properties"], "template": _by_name(inner["resources"])}
        found[resource["type"], resource["name"]] = body
    return found


def test_every_example_is_tested_and_has_a_readme() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {case.name for case in CASES}
    assert all((EXAMPLES / folder / "README.md").is_file() for folder in folders)


def test_no_secret_of_an_example_has_a_value_in_its_template() -> None:
    template = json.loads(compiled(CASES[4]))
    assert template["parameters"]["sqlPassword"]["type"].lower() == "securestring"
    assert "defaultValue" not in template["parameters"]["sqlPassword"]


def _validate(template: dict[str, Any]) -> None:
    """Check a template, and the templates nested in it, against the envelope that the schema lays down."""
    jsonschema.Draft4Validator(ENVELOPE).validate(template)
    for resource in template["resources"]:
        inner = resource.get("properties", {}).get("template")
        if inner is not None:
            _validate(inner)


# What https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json asks of everything but the bodies
# of resources, which it leaves to one schema for each type and version; those are checked against the type definitions.
_EXPRESSION: dict[str, Any] = {"type": "string", "pattern": r"^\[([^\[].*)?\]$"}
_TYPE = {"enum": ["string", "securestring", "int", "bool", "object", "secureObject", "array"]}
_WHOLE_OR_EXPRESSION = {"oneOf": [_EXPRESSION, {"type": "integer"}]}
_CONDITION = {"oneOf": [{"type": "boolean"}, _EXPRESSION]}
_RESOURCE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "type": {"type": "string"},
        "apiVersion": {
            "type": "string",
            "pattern": r"(^((\d\d\d\d-\d\d-\d\d)|([0-9]+(\.[0-9]+)?))(-[a-zA-Z][a-zA-Z0-9]*)?$)",
        },
        "condition": _CONDITION,
        "dependsOn": {"type": "array", "items": {"type": "string"}},
        "location": {"type": "string"},
        "tags": {"type": "object"},
        "kind": {"type": "string", "maxLength": 64},
        "copy": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "count": _WHOLE_OR_EXPRESSION,
                "mode": {"enum": ["Parallel", "Serial"]},
                "batchSize": _WHOLE_OR_EXPRESSION,
            },
        },
    },
    "required": ["name", "type", "apiVersion"],
}
_PARAMETER = {
    "type": "object",
    "properties": {
        "type": _TYPE,
        "allowedValues": {"type": "array"},
        "metadata": {"type": "object"},
        **{name: {"type": "integer"} for name in ("minValue", "maxValue", "minLength", "maxLength")},
    },
    "required": ["type"],
}
_OUTPUT = {
    "type": "object",
    "properties": {"condition": _CONDITION, "type": _TYPE},
    "required": ["type", "value"],
}
ENVELOPE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "$schema": {"type": "string", "pattern": r"^https://schema\.management\.azure\.com/schemas/[\d-]+/\w+\.json#$"},
        "contentVersion": {"type": "string", "pattern": r"(^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$)"},
        "variables": {"type": "object"},
        "parameters": {"type": "object", "additionalProperties": _PARAMETER},
        "functions": {"type": "array"},
        "resources": {"type": "array", "items": _RESOURCE},
        "outputs": {"type": "object", "additionalProperties": _OUTPUT},
    },
    "additionalProperties": False,
    "required": ["$schema", "contentVersion", "resources"],
}
