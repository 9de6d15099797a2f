"""Lint while compiling and building: when it runs, what it tells, and what it may read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from armlib.cli.app import run

MODULE = """local arm = import 'arm.libsonnet';
local unused = 3;
local storage(name) = arm.Resource('Microsoft.Storage/storageAccounts', '2015-05-01') {
  name: name,
  location: 'westeurope',
  properties: { supportsHttpsTrafficOnly: false },
};
arm.Module {
  a:: storage('sta'),
  b:: storage('stb'),
}
"""
HTTPS = "'supportsHttpsTrafficOnly' of 'sta' allows connections that are not encrypted"

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a module, the current folder, without settings and installed types."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARMLIB_TYPES", str(tmp_path / "none.sqlite3"))
    monkeypatch.delenv("ARMLIB_LINT", raising=False)
    (tmp_path / "armlib.toml").write_text("")
    (tmp_path / "main.jsonnet").write_text(MODULE)
    return tmp_path


def called(capsysbinary: Capture, *arguments: str) -> tuple[int, str, str]:
    code = run(arguments)
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def settings(project: Path, text: str) -> None:
    (project / "armlib.toml").write_text(f"[lint]\n{text}\n")


# when it runs


def test_a_project_that_says_nothing_of_lint_is_compiled_without(project: Path, capsysbinary: Capture) -> None:
    code, out, err = called(capsysbinary, "compile", "main.jsonnet")
    assert (code, err) == (0, "")
    assert len(json.loads(out)["resources"]) == 2


@pytest.mark.parametrize(
    ("arguments", "lints"), [((), b"[]"), (("--no-lint",), b"[]"), (("--lint",), b"['armlib.lint'")]
)
def test_lint_is_imported_only_when_it_is_wanted(project: Path, arguments: tuple[str, ...], lints: bytes) -> None:
    program = (
        "import sys; from armlib.cli.app import run; run(sys.argv[1:]);"
        "print(sorted(each for each in sys.modules if each.startswith('armlib.lint')), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, "compile", "main.jsonnet", "-o", "out.json", *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert done.stderr.splitlines()[-1].startswith(lints)


@pytest.mark.parametrize(
    ("table", "variable", "flag", "is_told"),
    [
        (None, "", (), False),
        (None, "on", (), True),
        (None, "", ("--lint",), True),
        (None, "off", ("--lint",), True),
        ("", "", (), True),
        ("", "off", (), False),
        ("", "on", ("--no-lint",), False),
        ('on-compile = "off"', "", (), False),
        ('on-compile = "off"', "", ("--lint",), True),
        ('on-compile = "error"', "on", (), False),
    ],
)
def test_flag_variable_and_table_decide(
    project: Path,
    capsysbinary: Capture,
    monkeypatch: pytest.MonkeyPatch,
    table: str | None,
    variable: str,
    flag: tuple[str, ...],
    is_told: bool,
) -> None:
    if table is not None:
        settings(project, table)
    monkeypatch.setenv("ARMLIB_LINT", variable)
    code, out, err = called(capsysbinary, "compile", "main.jsonnet", *flag)
    assert code == 0
    assert json.loads(out)["resources"]
    assert ("[https-only]" in err) is is_told


# what it tells


def test_warnings_are_told_at_their_lines_and_the_template_is_written(project: Path, capsysbinary: Capture) -> None:
    settings(project, "")
    code, _, err = called(capsysbinary, "compile", "main.jsonnet", "-o", "out.json")
    assert code == 0
    assert f"main.jsonnet:6:17: warning: {HTTPS} (so in one more resource made here) [https-only]" in err
    assert "main.jsonnet:2:7: warning: the local 'unused' is not used [unused-local]" in err
    assert (project / "out.json").exists()


def test_an_error_stands_in_the_way_of_the_template(project: Path, capsysbinary: Capture) -> None:
    settings(project, 'rules = { https-only = "error" }')
    code, _, err = called(capsysbinary, "compile", "main.jsonnet", "-o", "out.json")
    assert code == 1
    assert f"error: {HTTPS}" in err
    assert not (project / "out.json").exists()


def test_notes_are_told_when_they_are_asked_for(project: Path, capsysbinary: Capture) -> None:
    settings(project, 'rules = { https-only = "note" }')
    assert "[https-only]" not in called(capsysbinary, "compile", "main.jsonnet")[2]
    settings(project, 'on-compile = "note"\nrules = { https-only = "note" }')
    assert "[https-only]" in called(capsysbinary, "compile", "main.jsonnet")[2]


def test_what_compile_tells_depends_on_no_day(project: Path, capsysbinary: Capture) -> None:
    settings(project, 'rules = { api-recent = "error" }')
    assert called(capsysbinary, "compile", "main.jsonnet")[0] == 0
    code, _, err = called(capsysbinary, "lint", "main.jsonnet", "--today", "2026-01-01")
    assert (code, "[api-recent]" in err) == (1, True)


def test_a_template_in_json_is_linted_as_its_text_has_it(project: Path, capsysbinary: Capture) -> None:
    settings(project, "")
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    text = '{\n"variables": { "a": 1,\n// armlib-ignore: unused-variable for later\n"b": 2 },\n"resources": [],\n'
    text += f'"contentVersion": "1.0.0.0",\n"$schema": "{schema}"\n}}'
    (project / "azuredeploy.json").write_text(text)
    code, _, err = called(capsysbinary, "compile", "azuredeploy.json")
    assert code == 0
    assert "azuredeploy.json:2:16: warning: the variable 'a' is not used [unused-variable]" in err
    assert "'b'" not in err


def test_templates_that_are_linked_are_linted_too(project: Path, capsysbinary: Capture) -> None:
    settings(project, "")
    (project / "outer.jsonnet").write_text(
        "local arm = import 'arm.libsonnet';\n"
        "arm.Module { inner:: arm.linked((import 'main.jsonnet') { parameters:: {} }, 'inner.json') }\n"
    )
    _, _, err = called(capsysbinary, "compile", "outer.jsonnet", "-o", "out/outer.json")
    assert "main.jsonnet:6:17: warning" in err
    assert "in linkedTemplates['inner.json'].resources[0].properties.supportsHttpsTrafficOnly" in err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  properties: {", "  // armlib-ignore: https-only old clients\n  properties: {"),
        (
            "supportsHttpsTrafficOnly: false }",
            "supportsHttpsTrafficOnly: false,  // armlib-ignore: https-only old clients\n  }",
        ),
        ("local storage(", "// armlib-ignore: https-only old clients\nlocal storage("),
        ("local arm", "// armlib-ignore: https-only old clients\nlocal arm"),
    ],
)
def test_a_comment_at_the_line_leaves_it_out(project: Path, capsysbinary: Capture, before: str, after: str) -> None:
    settings(project, "")
    (project / "main.jsonnet").write_text(MODULE.replace(before, after, 1))
    for command in (("compile",), ("lint", "--today", "2016-01-01")):
        _, _, err = called(capsysbinary, command[0], "main.jsonnet", *command[1:])
        assert "[https-only]" not in err
        assert "[lint-suppression]" not in err


def test_a_comment_before_a_field_covers_what_came_from_it(project: Path, capsysbinary: Capture) -> None:
    settings(project, "")
    (project / "main.jsonnet").write_text(MODULE.replace("  b::", "  // armlib-ignore: https-only old clients\n  b::"))
    _, _, err = called(capsysbinary, "compile", "main.jsonnet")
    assert f"warning: {HTTPS} [https-only]" in err
    assert "lint-suppression" not in err


def test_a_comment_that_covers_nothing_is_told(project: Path, capsysbinary: Capture) -> None:
    settings(project, "")
    (project / "main.jsonnet").write_text(MODULE.replace("  b::", "  // armlib-ignore: tags none\n  b::"))
    assert "main.jsonnet:10:3: warning: 'tags' is ignored" in called(capsysbinary, "compile", "main.jsonnet")[2]


# builds


def test_builds_keep_what_lint_said_until_a_rule_changes(project: Path, capsysbinary: Capture) -> None:
    rule = "function(template) [{ message: '%s', path: ['resources', 0, 'name'] }]"
    (project / "own.jsonnet").write_text(rule % "first")
    (project / "armlib.toml").write_text('[lint]\npaths = ["own.jsonnet"]\n[targets.main]\nentry = "main.jsonnet"\n')
    for said in ("first", "first", "second"):
        (project / "own.jsonnet").write_text(rule % said)
        code, _, err = called(capsysbinary, "build")
        assert code == 0
        assert f"main.jsonnet:4:3: warning: {said}" in err
        assert "[https-only]" in err
    assert called(capsysbinary, "build", "--no-lint")[2] == ""
    assert (project / "out" / "main.json").exists()


def test_an_error_fails_the_target(project: Path, capsysbinary: Capture) -> None:
    (project / "armlib.toml").write_text(
        '[lint]\nrules = { https-only = "error" }\n[targets.main]\nentry = "main.jsonnet"\n'
    )
    assert called(capsysbinary, "build")[0] == 1
    assert not (project / "out").exists()


# rules in Python


RULE = """
from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage

open({mark!r}, "w").close()
RULE = Rule(code="own", severity=Severity.WARNING, stage=Stage.TEMPLATE, summary="", why="", bad="", good="",
            check=lambda subject: [Finding(message="found")])
"""


def test_a_module_from_elsewhere_runs_no_python(
    project: Path, capsysbinary: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "own.py").write_text(RULE.format(mark=str(project / "ran")))
    settings(project, 'python = ["own.py"]')
    elsewhere = project.parent / f"{project.name}-elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for command in ("compile", "lint"):
        code, _, err = called(capsysbinary, command, str(project / "main.jsonnet"))
        assert code == 1
        assert "which is not run from outside of its project [lint-user-rule]" in err
    assert not (project / "ran").exists()
    monkeypatch.chdir(project)
    code, _, err = called(capsysbinary, "compile", "main.jsonnet")
    assert code == 0
    assert "warning: found [own]" in err


def test_without_lint_no_rule_is_loaded(project: Path, capsysbinary: Capture) -> None:
    (project / "own.py").write_text(RULE.format(mark=str(project / "ran")))
    settings(project, 'python = ["own.py"]')
    assert called(capsysbinary, "compile", "main.jsonnet", "--no-lint")[0] == 0
    assert not (project / "ran").exists()
