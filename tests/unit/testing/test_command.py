"""``armlib test`` on small modules: what it finds, what it says, and what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pytest import CaptureFixture, MonkeyPatch

from armlib.cli.app import run

MODULE = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string', maxLength: 5 }, keys: { type: 'bool', defaultValue: false } },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name, location: 'westeurope', sku: { name: 'Standard_LRS' }, kind: 'StorageV2',
    properties: { allowSharedKeyAccess: $.arguments.keys },
  },
}
"""
TESTS = """{ cases: {
  'takes no keys': { parameters: { name: 'st1' }, resources: {
    'Microsoft.Storage/storageAccounts/st1': { properties: { allowSharedKeyAccess: false } } } },
  'refuses long names': { parameters: { name: 'st1234' }, errors: ["parameter 'name'"] },
} }
"""
EXAMPLE = "(import '../main.jsonnet') { parameters:: { name: 'stone' } }\n"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: MonkeyPatch) -> Path:
    """A module with a file of cases and an example."""
    files = {
        "main.jsonnet": MODULE,
        "armlib.toml": "",
        "tests/main_test.jsonnet": TESTS,
        "examples/minimal.jsonnet": EXAMPLE,
    }
    for name, text in files.items():
        write(tmp_path / name, text)
    monkeypatch.chdir(tmp_path)
    for name in ("ARMLIB_FORMAT", "ARMLIB_JOBS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_what_holds_passes(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    assert run(["test", "--jobs", "1"]) == 0
    said = capfdbinary.readouterr()
    assert said.out.startswith(b"3 passed, 0 failed in 2 files, ")
    assert said.err == b""


def test_a_failure_says_which_property_is_what(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    write(module / "main.jsonnet", MODULE.replace("defaultValue: false", "defaultValue: true"))
    assert run(["test", "--no-deploy", "--jobs", "2"]) == 1
    said = capfdbinary.readouterr()
    assert said.err.decode().splitlines() == [
        "FAILED tests/main_test.jsonnet: takes no keys",
        "  Microsoft.Storage/storageAccounts/st1.properties.allowSharedKeyAccess: is true, not false",
    ]
    assert said.out.startswith(b"2 passed, 1 failed in 2 files, ")


def test_results_as_json_and_junit(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    write(module / "main.jsonnet", MODULE.replace("maxLength: 5", "maxLength: 9"))
    assert run(["test", "--format", "json", "--junit", "out.xml", "--jobs", "1"]) == 1
    answer: Any = json.loads(capfdbinary.readouterr().out)
    assert (answer["passed"], answer["failed"]) == (2, 1)
    tests = {test["name"]: test for test in answer["tests"]}
    assert tests["refuses long names"]["problems"] == ["it compiles, and should fail with 'parameter 'name''"]
    root = ElementTree.fromstring((module / "out.xml").read_bytes())
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == [
        "refuses long names"
    ]


def test_only_what_is_asked_for_runs(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    assert run(["test", "--filter", "long names", "--jobs", "1"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"1 passed, 0 failed in 1 file, ")
    assert run(["test", "--filter", "no such test", "--jobs", "1"]) == 1
    assert b"[no-tests]" in capfdbinary.readouterr().err


def test_an_example_that_changes_at_each_deployment_fails(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    moment = "{ now: { type: 'string', deployTime: true, defaultValue: \"[utcNow('o')]\" }, keys:"
    text = MODULE.replace("{ name: { type: 'string', maxLength: 5 }, keys:", moment).replace(
        "$.arguments.name", "'stone', tags: { at: $.arguments.now }"
    )
    write(module / "examples" / "minimal.jsonnet", text)
    assert run(["test", "--filter", "deploys", "--jobs", "1"]) == 1
    said = capfdbinary.readouterr().err.decode()
    assert "FAILED examples/minimal.jsonnet: deploys twice" in said
    assert "a second deployment: Microsoft.Storage/storageAccounts/stone: Modify at tags.at" in said


def test_an_example_that_cannot_be_deployed_says_why(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    write(module / "examples" / "minimal.jsonnet", EXAMPLE.replace("stone", "S_1"))
    assert run(["test", "examples/minimal.jsonnet", "--jobs", "1"]) == 1
    said = capfdbinary.readouterr().err.decode()
    assert "the first deployment: " in said
    assert "AccountNameInvalid" in said


def test_golden_templates_are_written_and_compared(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    write(module / "tests" / "main_test.jsonnet", "{ cases: { whole: { parameters: { name: 'a' }, golden: true } } }")
    golden = module / "tests" / "golden" / "main_test.whole.json"
    assert run(["test", "tests", "--jobs", "1"]) == 1
    assert b"there is no golden/main_test.whole.json; --update-golden writes it" in capfdbinary.readouterr().err
    assert run(["test", "tests", "--update-golden", "--jobs", "1"]) == 0
    assert json.loads(golden.read_bytes())["resources"][0]["name"] == "a"
    assert run(["test", "tests", "--jobs", "1"]) == 0
    write(module / "main.jsonnet", MODULE.replace("Standard_LRS", "Standard_ZRS"))
    assert run(["test", "tests", "--jobs", "1"]) == 1
    assert b'resources[0].sku.name: is "Standard_ZRS", not "Standard_LRS"' in capfdbinary.readouterr().err


def test_a_file_that_cannot_be_read_is_a_failure_beside_the_others(
    module: Path, capfdbinary: CaptureFixture[bytes]
) -> None:
    write(module / "tests" / "other_test.jsonnet", "{ cases: { a: {} } }")
    assert run(["test", "--no-deploy", "--jobs", "1"]) == 1
    said = capfdbinary.readouterr()
    assert b"FAILED tests/other_test.jsonnet: can be read" in said.err
    assert said.out.startswith(b"3 passed, 1 failed in 3 files, ")


def test_a_path_that_is_not_there_is_refused(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    assert run(["test", "nowhere"]) == 1
    assert b"there is nothing at" in capfdbinary.readouterr().err
