"""Rules from packages: Python by entry points, Jsonnet on the library path."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from armlib.cli.app import run
from armlib.config import Lint, Package
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Roots
from armlib.jsontypes import JsonObject
from armlib.lint.reading import template_subject
from armlib.lint.user_rules import UserRules

Capture = pytest.CaptureFixture[bytes]
TEMPLATE: JsonObject = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [{"type": "Contoso.Shop/shops", "name": "a", "apiVersion": "2099-01-01"}],
}
RULES = """
from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage


def rule(code):
    return Rule(code=code, severity=Severity.WARNING, stage=Stage.TEMPLATE, summary=code, why="", bad="", good="",
                check=lambda subject: [Finding(message=f"{code} found", path=("resources", 0))])


one, RULES = rule("contoso-one"), [rule("contoso-two"), rule("contoso-three")]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a template, the current folder, and beside it a folder of installed packages."""
    folder, packages = tmp_path / "project", tmp_path / "site"
    folder.mkdir()
    packages.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ARMLIB_TYPES", str(tmp_path / "none.sqlite3"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
    (folder / "t.json").write_text(json.dumps(TEMPLATE))
    (folder / "armlib.toml").write_text("")
    return folder


def install(project: Path, name: str, module: str, text: str, points: str) -> None:
    """Put a package where installed ones lie, with entry points."""
    site = project.parent / "site"
    (site / f"{module}.py").write_text(text)
    info = site / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[armlib.lint_rules]\n{points}\n")


def linted(capsysbinary: Capture, *arguments: str) -> tuple[int, str, str]:
    code = run(["lint", "t.json", *arguments])
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def test_the_rules_of_a_package_that_is_named(project: Path, capsysbinary: Capture) -> None:
    install(project, "Contoso.Rules", "contoso_a", RULES, "one = contoso_a:one\nall = contoso_a")
    (project / "armlib.toml").write_text('[lint]\npackages = ["contoso-rules"]\nrules = { contoso-two = "error" }\n')
    code, _, err = linted(capsysbinary)
    assert code == 1
    assert all(each in err for each in ("warning: contoso-one found", "error: contoso-two found", "contoso-three"))
    assert "contoso-one" in linted(capsysbinary, "--list")[1]


def test_a_package_that_is_not_named_is_not_loaded_and_the_list_tells_of_it(
    project: Path, capsysbinary: Capture
) -> None:
    install(project, "Contoso.Rules", "contoso_b", "raise SystemExit('loaded')", "one = contoso_b:one")
    assert linted(capsysbinary)[0] == 0
    code, _, err = linted(capsysbinary, "--list")
    assert code == 0
    assert "'Contoso.Rules'" in err
    assert "[lint] packages" in err


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("contoso-ruls", RULES, "did you mean 'Contoso.Rules'?"),
        ("contoso-rules", "raise ValueError('no')", "cannot be loaded: ValueError: no"),
        ("contoso-rules", "one = 3", "has no RULE"),
        ("pytest", RULES, "the package 'pytest' has no lint rules"),
        ("nowhere-to-be-found", RULES, "is not installed"),
    ],
)
def test_a_package_that_cannot_be_used_is_told(
    project: Path, capsysbinary: Capture, name: str, text: str, message: str
) -> None:
    module = f"contoso_{project.parent.name}"
    install(project, "Contoso.Rules", module, text, f"one = {module}:one")
    (project / "armlib.toml").write_text(f'[lint]\npackages = ["{name}"]\n')
    code, _, err = linted(capsysbinary)
    assert code == 1
    assert message in err
    assert "[lint-user-rule]" in err


SEVERAL = """local text = import 'text.libsonnet';
{
  'no-shops': { severity: 'error', summary: 'no shops', check(template):: text.found },
  shout: function(template) [{ message: 'HELLO' }],
  helper:: function(template) error 'not a rule',
}
"""


@pytest.fixture
def library(project: Path) -> Path:
    """A folder of a library outside of the project, with rules in it."""
    folder = project.parent / "library"
    (folder / "contoso").mkdir(parents=True)
    (folder / "contoso" / "rules.libsonnet").write_text(SEVERAL)
    (folder / "contoso" / "text.libsonnet").write_text("{ found: [{ message: 'a shop', path: 'resources[0].type' }] }")
    return folder


@pytest.mark.parametrize("how", ["flag", "table"])
def test_rules_lie_on_the_library_path(project: Path, library: Path, capsysbinary: Capture, how: str) -> None:
    table = f'library = ["{library}"]\n' if how == "table" else ""
    (project / "armlib.toml").write_text(table + '[lint]\npaths = ["contoso/rules.libsonnet"]\n')
    code, _, err = linted(capsysbinary, *(("-J", str(library)) if how == "flag" else ()))
    assert code == 1
    assert "error: a shop [no-shops]" in err
    assert "warning: HELLO [shout]" in err


def test_what_is_in_the_project_comes_first(project: Path, library: Path, capsysbinary: Capture) -> None:
    (project / "contoso").mkdir()
    (project / "contoso" / "rules.libsonnet").write_text("function(template) [{ message: 'own' }]")
    (project / "armlib.toml").write_text(f'library = ["{library}"]\n[lint]\npaths = ["contoso/rules.libsonnet"]\n')
    _, _, err = linted(capsysbinary)
    assert "warning: own [rules]" in err
    assert "HELLO" not in err


def test_a_rule_of_the_library_does_not_read_the_project(project: Path, library: Path, capsysbinary: Capture) -> None:
    (library / "contoso" / "rules.libsonnet").write_text(
        f"function(template) [{{ message: importstr '{project.name}/t.json' }}, {{ message: importstr 't.json' }}]"
    )
    (project / "armlib.toml").write_text(f'library = ["{library}"]\n[lint]\npaths = ["contoso/rules.libsonnet"]\n')
    code, _, err = linted(capsysbinary)
    assert code == 1
    assert "no such file" in err
    assert "Contoso.Shop" not in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ unused: function(template) [] }", "the rule 'unused' of"),
        ("{ a: function(template) [], b: { code: 'a', check(template):: [] } }", "the rule 'a' of"),
        ("{ 'No Shops': function(template) [] }", "names a rule 'No Shops'"),
        ("{}", "has no rule"),
        ("3", "has no rule"),
    ],
)
def test_names_that_clash_or_cannot_be_are_told(project: Path, capsysbinary: Capture, text: str, message: str) -> None:
    (project / "own.libsonnet").write_text(text)
    (project / "armlib.toml").write_text('[lint]\npaths = ["own.libsonnet"]\n')
    code, _, err = linted(capsysbinary)
    assert code == 1
    assert message in err


def test_rules_lie_in_a_package_of_jsonnet(project: Path, library: Path) -> None:
    package = Package(label="contoso@1.0.0", folder=library / "contoso")
    roots = Roots(project=project, packages=(package,), imports=(("contoso", 0),))
    found = UserRules(
        Lint(paths=(project / "contoso" / "rules.libsonnet",)), InProcessEvaluator(), project=project, roots=roots
    )
    assert [rule.code for rule in found.rules] == ["no-shops", "shout"]
    subject = template_subject(dict(TEMPLATE))
    assert [each.message for rule in found.rules for each in rule.check(subject)] == ["a shop", "HELLO"]
    assert {Path(read.path).name for read in found.reads if read.kind == "file"} == {
        "rules.libsonnet",
        "text.libsonnet",
    }
