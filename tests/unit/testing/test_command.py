"""``armlib test`` on small modules: what it finds, what it says, and what it leaves behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
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
    moment = "{ now: { type: 'string', deployTime: true, defaultValue: \"[utcNow('yyyy')]\" }, keys:"
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


def test_golden_files_of_no_case_are_told_and_removed(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    tests, golden = module / "tests", module / "tests" / "golden"
    text = "{ cases: { before: { parameters: { name: 'a' }, golden: true } } }"
    for name in ("main_test", "other_test"):
        write(tests / f"{name}.jsonnet", text)
    assert run(["test", "tests", "--update-golden", "--jobs", "1"]) == 0
    write(tests / "main_test.jsonnet", text.replace("before", "after"))
    assert run(["test", "tests", "--jobs", "1"]) == 1
    said = capfdbinary.readouterr().err.decode()
    assert "golden/main_test.before.json is of no case; --update-golden removes it" in said
    assert "other_test" not in said
    assert run(["test", "tests", "--update-golden", "--jobs", "1"]) == 0
    assert [path.name for path in sorted(golden.iterdir())] == ["main_test.after.json", "other_test.before.json"]
    assert run(["test", "tests", "--jobs", "1"]) == 0


def test_a_file_that_cannot_be_read_is_a_failure_beside_the_others(
    module: Path, capfdbinary: CaptureFixture[bytes]
) -> None:
    write(module / "tests" / "other_test.jsonnet", "{ cases: { a: {} } }")
    assert run(["test", "--no-deploy", "--jobs", "1"]) == 1
    said = capfdbinary.readouterr()
    assert b"FAILED tests/other_test.jsonnet: can be read" in said.err
    assert said.out.startswith(b"3 passed, 1 failed in 3 files, ")


RANDOM = "{ random: { 'takes any': { parameters: { name: 'a' } } } }"


def test_random_arguments_that_fail_are_shown_with_as_few_as_fail(
    module: Path, capfdbinary: CaptureFixture[bytes]
) -> None:
    count = "count: { type: 'int', minValue: 0, maxValue: 3, defaultValue: 1 }, keys:"
    text = MODULE.replace("keys:", count, 1)
    write(module / "main.jsonnet", text)
    write(module / "tests" / "main_test.jsonnet", RANDOM)
    assert run(["test", "tests", "--jobs", "1"]) == 0
    capfdbinary.readouterr()
    write(module / "main.jsonnet", text.replace("kind:", "tags: { a: '' + 1 / $.arguments.count }, kind:"))
    assert run(["test", "tests", "--jobs", "1", "--examples", "30"]) == 1
    said = capfdbinary.readouterr().err.decode()
    assert 'with {"name": "a", "count": 0}' in said
    assert "division by zero" in said


def test_random_arguments_that_a_function_refuses_are_not_valid(
    module: Path, capfdbinary: CaptureFixture[bytes]
) -> None:
    refusing = "items: { type: 'array', items: { type: 'string', validate: function(v) v == 'x' }, defaultValue: [] }"
    write(module / "main.jsonnet", MODULE.replace("keys:", f"{refusing}, keys:", 1))
    write(module / "tests" / "main_test.jsonnet", RANDOM)
    assert run(["test", "tests", "--jobs", "1"]) == 0
    write(module / "main.jsonnet", MODULE.replace("keys:", f"{refusing.replace(', defaultValue: []', '')}, keys:", 1))
    write(module / "tests" / "main_test.jsonnet", RANDOM.replace("name: 'a'", "name: 'a', items: ['y']"))
    assert run(["test", "tests", "--jobs", "1"]) == 1
    assert b"refuses all arguments that are made" in capfdbinary.readouterr().err


def test_coverage_says_what_no_case_gives(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    assert run(["test", "tests", "--coverage", "--jobs", "1"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"main.jsonnet: parameter 'keys' is never given\n2 passed")
    assert run(["test", "tests", "--coverage", "--jobs", "1", "--format", "json"]) == 0
    answer = json.loads(capfdbinary.readouterr().out)
    assert answer["coverage"] == {"main.jsonnet": ["parameter 'keys' is never given"]}


BRANCHES = """local arm = import 'arm.libsonnet', keys = import 'lib/keys.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string' }, keys: { type: 'bool', defaultValue: false } },
  account::
    assert !$.arguments.keys || $.arguments.name != 'bare' : 'bare has no keys';
    arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name, location: 'westeurope', sku: { name: 'Standard_LRS' }, kind: 'StorageV2',
    [if $.arguments.keys then 'properties']: { allowSharedKeyAccess: keys },
  },
}
"""
REFUSED = (
    """{ cases: { 'refuses keys': { parameters: { name: 'bare', keys: true }, errors: ['bare has no keys'] } } }"""
)


def test_coverage_says_which_branches_no_test_takes(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    write(module / "main.jsonnet", BRANCHES)
    write(module / "lib" / "keys.libsonnet", "if 1 < 2 then true else false\n")
    write(module / "tests" / "main_test.jsonnet", REFUSED)
    assert run(["test", "tests", "--coverage", "--coverage-lcov", "lcov.info", "--jobs", "1"]) == 0
    said = capfdbinary.readouterr()
    assert said.err == b""
    assert [line for line in said.out.decode().splitlines() if "parameter" not in line][:-1] == [
        "main.jsonnet:8:6: the condition is never false",
        "main.jsonnet:8:31: 'then' is never taken",
        "2 of 4 branches taken",
    ]
    assert run(["test", "--coverage", "--jobs", "2", "--format", "json"]) == 0
    answer = json.loads(capfdbinary.readouterr().out)
    assert answer["branches"] == {
        "main.jsonnet": {
            "branches": 4,
            "taken": 3,
            "missed": [{"line": 8, "column": 31, "message": "'then' is never taken"}],
        }
    }
    lcov = (module / "lcov.info").read_text(encoding="utf-8").splitlines()
    assert lcov[:2] == ["TN:", "SF:main.jsonnet"]
    assert {"BRDA:8,0,2,0", "BRF:4", "BRH:2", "DA:5,1", "DA:8,0", "LF:2", "LH:1"} <= set(lcov)


def test_branches_of_files_that_are_read_late_are_told(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    write(module / "main.jsonnet", MODULE.replace("$.arguments.keys }", "import 'lib/keys.libsonnet' }"))
    write(module / "lib" / "keys.libsonnet", "if 1 < 2 then false else import 'other.libsonnet'\n")
    assert run(["test", "tests", "--coverage", "--jobs", "1"]) == 0
    said = capfdbinary.readouterr().out.decode()
    assert "lib/keys.libsonnet:1:26: 'else' is never taken\n1 of 2 branches taken\n" in said


def test_coverage_leaves_the_places_of_errors_as_they_are(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    write(module / "main.jsonnet", BRANCHES.replace("import 'lib/keys.libsonnet'", "if 1 < 2 then error 'no'"))
    write(module / "examples" / "minimal.jsonnet", EXAMPLE.replace("'stone'", "'stone', keys: true"))
    said = []
    for options in ([], ["--coverage"]):
        assert run(["test", "examples", *options, "--jobs", "1"]) == 1
        said.append(capfdbinary.readouterr().err)
    assert said[0] == said[1]
    assert b"no" in said[0]


def test_watching_runs_again_when_a_module_is_changed(module: Path) -> None:
    command = [str(Path(sys.executable).parent / "armlib"), "test", "tests", "--watch", "--jobs", "1"]
    with subprocess.Popen(command, cwd=module, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("2 passed")
            write(module / "main.jsonnet", MODULE.replace("defaultValue: false", "defaultValue: true"))
            assert process.stdout.readline().startswith("FAILED tests/main_test.jsonnet: takes no keys")
            while not process.stdout.readline().startswith("1 passed, 1 failed in 1 file"):
                pass
            write(module / "tests" / "notes.txt", "no test")
            write(module / "tests" / "new_test.jsonnet", TESTS)
            while not (line := process.stdout.readline()).startswith("2 passed, 2 failed in 2 files"):
                assert line, "it has ended"
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)


def pytest_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    plugin = "armlib.testing.pytest_plugin"
    command = [sys.executable, "-m", "pytest", "-p", plugin, "-q", "-rA", "--rootdir", str(folder), *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


def test_pytest_runs_cases_when_it_is_asked_to(module: Path) -> None:
    write(module / "main.jsonnet", MODULE.replace("defaultValue: false", "defaultValue: true"))
    write(module / "vendor" / "other_test.jsonnet", TESTS)
    done = pytest_in(module, "--armlib", "--armlib-no-deploy")
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert "properties.allowSharedKeyAccess: is true, not false" in done.stdout
    assert "PASSED examples/minimal.jsonnet::compiles" in done.stdout
    assert "Traceback" not in done.stdout
    assert ".py:" not in done.stdout
    assert pytest_in(module).returncode == 5, "nothing is collected unless it is asked for"


def test_pytest_deploys_examples_in_several_processes(module: Path) -> None:
    write(module / "examples" / "wrong.jsonnet", EXAMPLE.replace("stone", "S_1"))
    write(module / "pytest.ini", "[pytest]\narmlib = true\n")
    done = pytest_in(module, "-n", "2", "-k", "deploys or long")
    assert "1 failed, 2 passed" in done.stdout
    assert "PASSED examples/minimal.jsonnet::deploys twice" in done.stdout
    assert "the first deployment: " in done.stdout
    assert "AccountNameInvalid" in done.stdout


def test_pytest_makes_arguments_and_writes_golden_templates(module: Path) -> None:
    cases = "cases: { whole: { parameters: { name: 'a' }, golden: true } }"
    write(module / "tests" / "main_test.jsonnet", f"{{ {cases}, random: {{ 'any goes': {{}} }} }}")
    assert "1 failed, 1 passed" in pytest_in(module, "--armlib", "--armlib-examples", "2", "tests").stdout
    assert "2 passed" in pytest_in(module, "--armlib", "--armlib-update-golden", "tests").stdout
    assert (module / "tests" / "golden" / "main_test.whole.json").is_file()


def test_pytest_tells_of_wrong_settings_and_files_without_a_traceback(module: Path) -> None:
    write(module / "tests" / "main_test.jsonnet", "{ case: {} }")
    assert "has a member 'case' that means nothing" in pytest_in(module, "--armlib", "tests").stdout
    write(module / "armlib.toml", "nonsense = 1")
    done = pytest_in(module, "--armlib", "tests")
    assert "nonsense" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_plugin_imports_nothing_until_it_is_asked() -> None:
    program = "import sys, armlib.testing.pytest_plugin as p; print([m for m in sys.modules if m.startswith('armlib')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=True)
    assert done.stdout.strip() == "['armlib', 'armlib.testing', 'armlib.testing.pytest_plugin']"


def test_a_path_that_is_not_there_is_refused(module: Path, capfdbinary: CaptureFixture[bytes]) -> None:
    assert run(["test", "nowhere"]) == 1
    assert b"there is nothing at" in capfdbinary.readouterr().err
