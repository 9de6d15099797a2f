"""``armlib lint`` as it is called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from armlib.cli.app import run

TEMPLATE = """{
  // stays
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "variables": {
    "a": 1,
    "b": "[variables('a')]"
  },
  "resources": []
}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, the current folder, without installed types."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARMLIB_TYPES", str(tmp_path / "none.sqlite3"))
    (tmp_path / "armlib.toml").write_text("[lint]\n")
    return tmp_path


def called(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = run(["lint", *arguments])
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


Capture = pytest.CaptureFixture[bytes]


def test_findings_are_told_and_warnings_do_not_fail(project: Path, capsysbinary: Capture) -> None:
    (project / "t.json").write_text(TEMPLATE)
    code, out, err = called(capsysbinary, "t.json")
    assert (code, out) == (0, "")
    assert "t.json:7:5: warning: the variable 'b' is not used [unused-variable]" in err


@pytest.mark.parametrize(
    ("flags", "code"), [(["--strict"], 1), (["--max-warnings", "0"], 1), (["--max-warnings", "1"], 0), ([], 0)]
)
def test_how_many_warnings_fail(project: Path, capsysbinary: Capture, flags: list[str], code: int) -> None:
    (project / "t.json").write_text(TEMPLATE)
    assert called(capsysbinary, "t.json", *flags)[0] == code


def test_an_error_fails(project: Path, capsysbinary: Capture) -> None:
    (project / "t.json").write_text(
        '{"parameters": {"p": {"type": "securestring", "defaultValue": "x"}}, "resources": []}'
    )
    assert called(capsysbinary, "t.json")[0] == 1


def test_fix_mends_the_file_and_keeps_the_rest(project: Path, capsysbinary: Capture) -> None:
    (project / "t.json").write_bytes(b"\xef\xbb\xbf" + TEMPLATE.replace("\n", "\r\n").encode())
    assert called(capsysbinary, "t.json", "--fix")[0] == 0
    mended = (project / "t.json").read_bytes().decode("utf-8-sig")
    assert mended == TEMPLATE.replace('    "a": 1,\n    "b": "[variables(\'a\')]"\n', "").replace("\n", "\r\n")
    assert (project / "t.json").read_bytes().startswith(b"\xef\xbb\xbf{\r\n  // stays")


def test_diff_shows_and_changes_nothing(project: Path, capsysbinary: Capture) -> None:
    (project / "t.json").write_text(TEMPLATE)
    _, out, _ = called(capsysbinary, "t.json", "--fix", "--diff")
    assert '-    "a": 1,\n' in out
    assert (project / "t.json").read_text() == TEMPLATE
    _, out, _ = called(capsysbinary, "t.json", "--fix", "--diff", "--format", "json")
    assert json.loads(out)["fixed"] == ["t.json"]


def test_a_module_is_compiled_and_its_source_looked_at(project: Path, capsysbinary: Capture) -> None:
    (project / "main.jsonnet").write_text("local unused = 1;\n{ resources: [], parameters:: {} }\n")
    code, out, _ = called(capsysbinary, "main.jsonnet", "--format", "json")
    found = [(each["code"], each["line"]) for each in json.loads(out)["diagnostics"]]
    assert (code, found) == (0, [("unused-local", 1)])
    assert called(capsysbinary, "main.jsonnet", "--fix")[0] == 0
    assert (project / "main.jsonnet").read_text() == "{ resources: [], parameters:: {} }\n"


def test_a_file_that_is_no_json_is_a_finding_and_the_others_are_linted(project: Path, capsysbinary: Capture) -> None:
    (project / "a.json").write_text("{")
    (project / "b.json").write_text(TEMPLATE)
    code, out, _ = called(capsysbinary, "a.json", "b.json", "none.json", "--format", "json")
    assert code == 1
    assert {"json-syntax", "unused-variable", "cannot-read"} <= {
        each["code"] for each in json.loads(out)["diagnostics"]
    }


def test_stdin(project: Path) -> None:
    def piped(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "armlib", "lint", "-", *arguments]
        return subprocess.run(command, input=TEMPLATE.encode(), capture_output=True, timeout=60, check=False)

    done = piped()
    assert done.returncode == 0
    assert b"<stdin>:7:5: warning: the variable 'b' is not used" in done.stderr
    assert piped("--fix").returncode == 2
    assert sorted(path.name for path in project.iterdir()) == ["armlib.toml"]


def test_sarif(project: Path, capsysbinary: Capture) -> None:
    (project / "t.json").write_text(TEMPLATE)
    log: Any = json.loads(called(capsysbinary, "t.json", "--format", "sarif")[1])
    (result,) = log["runs"][0]["results"]
    assert result["ruleId"] == "unused-variable"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 7


def test_list_and_explain(project: Path, capsysbinary: Capture) -> None:
    assert "secure-default" in called(capsysbinary, "--list")[1]
    _, out, _ = called(capsysbinary, "--explain", "secure-default")
    assert all(each in out for each in ("Bad:", "Good:", "securestring"))
    code, _, err = called(capsysbinary, "--explain", "secure-defalt")
    assert code == 1
    assert "did you mean 'secure-default'?" in err


@pytest.mark.parametrize("arguments", [[], ["t.json", "--diff"], ["t.json", "--today", "tomorrow"]])
def test_wrong_calls(project: Path, capsysbinary: Capture, arguments: list[str]) -> None:
    (project / "t.json").write_text(TEMPLATE)
    assert called(capsysbinary, *arguments)[0] == 2


def test_settings(project: Path, capsysbinary: Capture) -> None:
    (project / "armlib.toml").write_text('[lint]\nrules = { unused-variable = "error" }\n')
    (project / "t.json").write_text(TEMPLATE)
    assert called(capsysbinary, "t.json")[0] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('rules = { unsed = "off" }', "did you mean 'unused'?"),
        ('rules = { unused = "loud" }', "'loud' is none of error, warning, note, off"),
        ("rule = {}", "did you mean 'rules'?"),
        ('paths = ["none"]', "no such file or folder"),
        ('python = ["none.py"]', "is no Python file"),
    ],
)
def test_wrong_settings_are_told(project: Path, capsysbinary: Capture, text: str, message: str) -> None:
    (project / "armlib.toml").write_text(f"[lint]\n{text}\n")
    (project / "t.json").write_text(TEMPLATE)
    code, _, err = called(capsysbinary, "t.json")
    assert code == 1
    assert message in err


def test_the_day_decides_what_is_recent(project: Path, capsysbinary: Capture) -> None:
    body = '{"type": "Contoso.Shop/shops", "apiVersion": "2021-01-01", "name": "a"}'
    (project / "t.json").write_text(TEMPLATE.replace("[]", f"[{body}]"))
    assert "[api-recent]" not in called(capsysbinary, "t.json", "--today", "2022-01-01")[2]
    assert "[api-recent]" in called(capsysbinary, "t.json", "--today", "2026-01-01")[2]


# rules of a project

JSONNET_RULE = """{
  code: 'short-names',
  severity: 'error',
  summary: 'names are short',
  check: function(template) [
    { path: ['resources', i, 'name'], message: 'the name ' + template.resources[i].name + ' is long' }
    for i in std.range(0, std.length(template.resources) - 1)
    if std.length(template.resources[i].name) > 3
  ],
}
"""
PYTHON_RULE = """
from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage

def check(subject):
    for resource in subject.resources:
        if len(resource.name) > 3:
            yield Finding(path=resource.place("name"), message=f"the name {resource.name} is long")

RULE = Rule(code="short-names", severity=Severity.ERROR, stage=Stage.TEMPLATE, summary="names are short",
            why="", bad="", good="", check=check)
"""
LONG = TEMPLATE.replace("[]", '[{"type": "Contoso.Shop/shops", "name": "long"}]')


@pytest.mark.parametrize(
    ("name", "text", "setting"), [("short.jsonnet", JSONNET_RULE, "paths"), ("short.py", PYTHON_RULE, "python")]
)
def test_a_rule_of_the_project(project: Path, capsysbinary: Capture, name: str, text: str, setting: str) -> None:
    (project / "rules").mkdir()
    (project / "rules" / name).write_text(text)
    (project / "armlib.toml").write_text(f'[lint]\n{setting} = ["rules/{name}"]\n')
    (project / "t.json").write_text(LONG)
    code, _, err = called(capsysbinary, "t.json", "--rule", "short-names")
    assert code == 1
    assert "error: the name long is long [short-names]" in err
    (project / "t.json").write_text("// armlib-ignore: short-names it is old\n" + LONG)
    assert called(capsysbinary, "t.json", "--rule", "short-names")[0] == 0


def test_python_is_loaded_only_when_it_is_named(project: Path, capsysbinary: Capture) -> None:
    (project / "rules").mkdir()
    (project / "rules" / "evil.py").write_text("raise SystemExit('loaded')\n")
    (project / "armlib.toml").write_text('[lint]\npaths = ["rules"]\n')
    (project / "t.json").write_text(TEMPLATE)
    assert called(capsysbinary, "t.json")[0] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("function(template) 3", "is no finding"),
        ("function(template) [{ message: 'x', severity: 'loud' }]", "has the severity 'loud'"),
        ("function(template) error 'no'", "no"),
        ("function(template", "short.jsonnet"),
        ("function(template) [{ message: importstr '/etc/passwd' }]", "/etc/passwd"),
    ],
)
def test_a_wrong_rule_is_told(project: Path, capsysbinary: Capture, text: str, message: str) -> None:
    (project / "short.jsonnet").write_text(text)
    (project / "armlib.toml").write_text('[lint]\npaths = ["short.jsonnet"]\n')
    (project / "t.json").write_text(LONG)
    code, _, err = called(capsysbinary, "t.json")
    assert code == 1
    assert message in err
    assert "root:" not in err


def test_a_python_rule_that_fails_is_told(project: Path, capsysbinary: Capture) -> None:
    (project / "bad.py").write_text(
        PYTHON_RULE.replace("for resource in subject.resources:", "for resource in subject.nothing:")
    )
    (project / "armlib.toml").write_text('[lint]\npython = ["bad.py"]\n')
    (project / "t.json").write_text(LONG)
    code, _, err = called(capsysbinary, "t.json")
    assert code == 1
    assert "the rule short-names of" in err
