"""``armlib compile`` as it is installed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import ARMLIB, Run, clean_environment

MODULE = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string', minLength: 3 }, key: { type: 'secureString', defaultValue: '' } },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    properties: { key: $.arguments.key },
  },
}
"""
PLAIN = "{ resources: [{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2023-05-01', name: 'plain' }] }"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "main.jsonnet"
    path.parent.mkdir()
    path.write_text(MODULE)
    return path


def names(text: str) -> list[str]:
    return [resource["name"] for resource in json.loads(text)["resources"]]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [("compile", "main.jsonnet"), ("lint", "--list")])
def test_a_full_disk_behind_stdout_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "main.jsonnet").write_text("{ resources: [] }")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([ARMLIB, *command], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"No space left on device [cannot-write]" in done.stderr


def test_what_is_no_file_is_no_entry(run: Run) -> None:
    done = run("compile", "/dev/null")
    assert (done.returncode, done.stdout) == (1, "")
    assert "neither a file nor a folder" in done.stderr


def test_the_template_goes_to_stdout_and_nothing_else_does(run: Run, module: Path) -> None:
    done = run("compile", module, "-p", "name=web")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(done.stdout) == ["web"]
    assert done.stdout.endswith("}\n")


@pytest.mark.parametrize("folder", [".", "project", "elsewhere"])
def test_the_current_folder_makes_no_difference(run: Run, module: Path, tmp_path: Path, folder: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    here = tmp_path / folder
    relative = os.path.relpath(module, here)
    assert (
        run("compile", relative, "-p", "name=web", cwd=here).stdout == run("compile", module, "-p", "name=web").stdout
    )


def test_output_is_written_and_says_nothing(run: Run, module: Path, tmp_path: Path) -> None:
    done = run("compile", module, "-p", "name=web", "-o", "made/x.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert names((tmp_path / "made/x.json").read_text()) == ["web"]


def test_nothing_is_written_over_when_there_is_an_error(run: Run, module: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("x.json", "p.json", "deps")}
    for path in files.values():
        path.write_text("before")
    done = run("compile", module, "-o", "x.json", "--parameters-out", "p.json", "--deps", "deps")
    assert done.returncode == 1
    assert [path.read_text() for path in files.values()] == ["before"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deps", "p.json", "project", "x.json"]


def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(module: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "x.json"
    output.parent.mkdir()
    command = [str(ARMLIB), "compile", str(module), "-p", "name=web", "-o", str(output)]
    subprocess.run(command, check=True, timeout=60, env=clean_environment())
    whole = output.read_bytes()
    for delay in range(20):
        output.write_bytes(b"old")
        process = subprocess.Popen(command, env=clean_environment())
        try:
            process.wait(timeout=0.01 * delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert output.read_bytes() in (b"old", whole)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("main.jsonnet", "-o", "."), "it is a folder"),
        (("main.jsonnet", "-o", "main.jsonnet/x.json"), "cannot write"),
        (("missing.jsonnet",), "did you mean main.jsonnet?"),
        ((".",), "is a folder"),
        (("main.jsonnet", "-P", "missing.yaml"), "there is no such file"),
    ],
)
def test_wrong_input_ends_with_1(run: Run, module: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run("compile", *arguments, "-p", "name=web", cwd=module.parent)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compile",), "Missing argument 'ENTRY...'"),
        (("complie", "x"), "Did you mean 'compile'?"),
        (("nothing-like-it",), "there is no command 'nothing-like-it'."),
        (("compile", "x", "--minfy"), "--minify"),
        (("compile", "x", "--scope-kind", "Group"), "'group', 'subscription', 'managementGroup', 'tenant'"),
        (("compile", "x", "--timeout", "soon"), "'soon' is not a duration"),
        (("compile", "x", "--ext-str", "ARMLIB_NOT_SET"), "environment variable ARMLIB_NOT_SET is not set"),
        (("compile", "x", "--ext-str", "=1"), "has no name before the '='"),
        (("compile", "x", "y", "--as", "one"), "names given with --as: 1"),
        (("compile", "-", "-"), "stdin can be read only once"),
        (("compile", "x.jsonnet", "-p", "name"), "'name' is not an assignment"),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_wrong_setting_in_the_environment_is_usage(run: Run, module: Path) -> None:
    done = run("compile", module, env={"ARMLIB_TIMEOUT": "soon"})
    assert (done.returncode, done.stdout) == (2, "")
    assert "environment variable ARMLIB_TIMEOUT: 'soon' is not a duration" in done.stderr


def test_all_problems_are_told_at_once_with_their_places(run: Run, module: Path) -> None:
    done = run("compile", module, "-p", "name=ab", "-p", "nme=web")
    assert done.returncode == 1
    assert "there is no parameter 'nme'" in done.stderr
    assert "did you mean 'name'?" in done.stderr
    assert "too short" in done.stderr
    assert done.stderr.endswith("2 errors\n")


def test_a_syntax_error_has_its_line_and_a_caret(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("{\n  a: 1\n  b: 2,\n}\n")
    lines = run("compile", "main.jsonnet").stderr.splitlines()
    assert lines[0].startswith("main.jsonnet:3:3: error: ")
    assert lines[1:3] == ["  3 |   b: 2,", "    |   ^"]


def test_json_holds_the_template_and_the_diagnostics(run: Run, module: Path) -> None:
    done = run("compile", module, "-p", "name=web", "--format", "json")
    result = json.loads(done.stdout)
    assert set(result) == {"template", "diagnostics"}
    assert result["template"] == json.loads(run("compile", module, "-p", "name=web").stdout)
    assert (result["diagnostics"], done.stderr, done.returncode) == ([], "", 0)


def test_json_of_an_error_has_no_template(run: Run, module: Path) -> None:
    done = run("compile", module, "--format", "json")
    result = json.loads(done.stdout)
    assert (done.returncode, done.stderr, result["template"]) == (1, "", None)
    assert [found["code"] for found in result["diagnostics"]] == ["missing-parameter"]


def test_json_of_an_error_that_ends_the_command_has_the_same_form(run: Run, module: Path) -> None:
    done = run("compile", module, "-P", "missing.yaml", "--format", "json")
    result = json.loads(done.stdout)
    assert (done.returncode, done.stderr, result["template"]) == (1, "", None)
    assert [found["code"] for found in result["diagnostics"]] == ["file-not-found"]


def test_sarif_is_on_stdout_and_the_template_in_its_file(run: Run, module: Path, tmp_path: Path) -> None:
    done = run("compile", module, "-p", "name=web", "--format", "sarif", "-o", "x.json")
    assert json.loads(done.stdout)["version"] == "2.1.0"
    assert names((tmp_path / "x.json").read_text()) == ["web"]


def test_a_module_from_stdin_reaches_what_lies_in_the_current_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.libsonnet").write_text(PLAIN)
    done = run("compile", "-", stdin="import 'part.libsonnet'")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(done.stdout) == ["plain"]
    assert [path.name for path in tmp_path.iterdir()] == ["part.libsonnet"]


def test_an_error_in_stdin_is_told_of_stdin(run: Run, tmp_path: Path) -> None:
    done = run("compile", "-", stdin="{ resources: x }")
    assert done.stderr.startswith("<stdin>:1:14: error: ")
    assert list(tmp_path.iterdir()) == []


def test_an_arm_template_from_stdin_is_one(run: Run) -> None:
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"name": {"type": "string"}},
        "resources": [],
    }
    done = run("compile", "-", stdin=json.dumps(template))
    assert json.loads(done.stdout)["parameters"] == {"name": {"type": "string"}}


def test_deps_is_a_rule_for_make_with_an_output(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a part $1.libsonnet").write_text(PLAIN)
    (tmp_path / "main.jsonnet").write_text("import 'a part $1.libsonnet'")
    (tmp_path / "Makefile").write_text("x.json:\n\tarmlib compile main.jsonnet -o x.json --deps x.d\n-include x.d\n")
    path = f"{ARMLIB.parent}{os.pathsep}{os.environ['PATH']}"

    def make() -> str:
        environment = clean_environment(PATH=path)
        return subprocess.run(
            ["make"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    assert "armlib compile" in make()
    assert "up to date" in make()
    os.utime(tmp_path / "x.json", (1, 1))
    assert "armlib compile" in make()
    (tmp_path / "a part $1.libsonnet").rename(tmp_path / "other.libsonnet")
    (tmp_path / "main.jsonnet").write_text("import 'other.libsonnet'")
    assert "armlib compile" in make()


def test_deps_without_an_output_is_a_list(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.libsonnet").write_text(PLAIN)
    (tmp_path / "main.jsonnet").write_text("import 'part.libsonnet'")
    (tmp_path / "p.yaml").write_text("{}")
    run("compile", "main.jsonnet", "-P", "p.yaml", "--deps", "deps")
    assert (tmp_path / "deps").read_text() == "main.jsonnet\np.yaml\npart.libsonnet\n"


def test_outputs_may_be_dev_stdout(run: Run, module: Path) -> None:
    done = run("compile", module, "-p", "name=web", "-o", "/dev/stdout")
    assert names(done.stdout) == ["web"]


def test_a_reader_that_goes_away_is_no_error(module: Path, tmp_path: Path) -> None:
    (tmp_path / "big.jsonnet").write_text("{ resources: [], variables: { x: std.range(1, 200000) } }")
    script = f"set -o pipefail; '{ARMLIB}' compile big.jsonnet | head -1"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_library_folders_are_searched_as_jsonnet_does(run: Run, tmp_path: Path) -> None:
    for name in ("first", "last", "variable"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part.libsonnet").write_text(PLAIN.replace("'plain'", f"'{name}'"))
    (tmp_path / "main.jsonnet").write_text("import 'part.libsonnet'")
    assert names(run("compile", "main.jsonnet", "-J", "first", "-J", "last").stdout) == ["last"]
    env = {"ARMLIB_PATH": os.pathsep.join(["variable", "first"])}
    assert names(run("compile", "main.jsonnet", env=env).stdout) == ["variable"]
    assert names(run("compile", "main.jsonnet", "-J", "last", env=env).stdout) == ["last"]


def test_variables_are_given_as_in_jsonnet(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(
        "function(t, c) { resources: [], variables: { t: t, c: c, "
        "a: std.extVar('a'), b: std.extVar('b'), e: std.extVar('E') } }"
    )
    done = run(
        *("compile", "main.jsonnet", "--ext-str", "a=1=2", "--ext-code", "b=1+1", "--ext-str", "E"),
        *("--tla-str", "t=x", "--tla-code", "c={d: 1}"),
        env={"E": "from outside"},
    )
    assert json.loads(done.stdout)["variables"] == {"a": "1=2", "b": 2, "c": {"d": 1}, "e": "from outside", "t": "x"}


SECRET = "s3cr3t-Pa55word"


@pytest.mark.parametrize("way", ["-p", "file", "environment", "text-file"])
@pytest.mark.parametrize("outcome", ["compiles", "fails"])
def test_a_secret_is_nowhere(run: Run, module: Path, tmp_path: Path, way: str, outcome: str) -> None:
    arguments: list[str | Path] = ["-p", "name=web" if outcome == "compiles" else "name=w"]
    environment = {}
    if way == "-p":
        arguments += ["-p", f"key={SECRET}"]
    elif way == "file":
        (tmp_path / "p.json").write_text(json.dumps({"key": SECRET}))
        arguments += ["-P", tmp_path / "p.json"]
    elif way == "text-file":
        (tmp_path / "p.txt").write_text(SECRET)
        arguments += ["-p", f"key=@{tmp_path / 'p.txt'}"]
    else:
        environment["ARMLIB_PARAM_KEY"] = SECRET
    shown = ""
    for form in ("text", "json", "sarif"):
        done = run(
            *("compile", module, *arguments, "--format", form, "-o", "made/x.json"),
            *("--parameters-out", "made/p.json", "--deps", "made/deps"),
            env=environment,
        )
        assert done.returncode == (0 if outcome == "compiles" else 1), done.stderr
        shown += done.stdout + done.stderr
    assert SECRET not in shown
    made = list((tmp_path / "made").glob("*"))
    assert len(made) == (3 if outcome == "compiles" else 0)
    assert not [path for path in made if SECRET in path.read_text()]
    if outcome == "compiles":
        assert "[parameters('key')]" in (tmp_path / "made/x.json").read_text()


def test_no_colour_is_written_to_a_file(run: Run, module: Path) -> None:
    assert "\x1b" not in run("compile", module).stderr
