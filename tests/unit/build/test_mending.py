"""Fixes of modules: what a compiled template lacks is mended in the source, when nothing else changes by that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from armlib.cli.app import run
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluator, Program, Roots
from armlib.jsonnet.process import WorkerEvaluator

Capture = pytest.CaptureFixture[bytes]
LIBRARY = """local arm = import 'arm.libsonnet';
function(name) arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
  name: name,
  properties: {
    supportsHttpsTrafficOnly: false,  // stays
    minimumTlsVersion: 'TLS1_0',
  },
}
"""
MAIN = """local arm = import 'arm.libsonnet';
local storage = import 'storage.libsonnet';
arm.Module {
  a:: storage('sta') { properties+: { allowBlobPublicAccess: true } },
  b:: storage('stb'),
%s
}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, the current folder, without installed types."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARMLIB_TYPES", str(tmp_path / "none.sqlite3"))
    (tmp_path / "armlib.toml").write_text("")
    (tmp_path / "storage.libsonnet").write_text(LIBRARY)
    return tmp_path


def fixed(project: Path, capsysbinary: Capture, more: str = "", *flags: str) -> tuple[str, str]:
    """Mend the module, and return its text and that of the library."""
    (project / "main.jsonnet").write_text(MAIN % more)
    run(["lint", "main.jsonnet", "--fix", *flags])
    return (project / "main.jsonnet").read_text(), (project / "storage.libsonnet").read_text()


def test_literals_are_mended_where_they_were_written(project: Path, capsysbinary: Capture) -> None:
    main, library = fixed(project, capsysbinary)
    assert main == MAIN.replace("allowBlobPublicAccess: true", "allowBlobPublicAccess: false") % ""
    assert library == LIBRARY.replace("Only: false", "Only: true").replace("TLS1_0", "TLS1_2")
    capsysbinary.readouterr()
    run(["compile", "main.jsonnet"])
    template = json.loads(capsysbinary.readouterr().out)
    assert [each["properties"]["supportsHttpsTrafficOnly"] for each in template["resources"]] == [True, True]


def test_a_literal_that_something_else_depends_on_stays(project: Path, capsysbinary: Capture) -> None:
    other = "  outputs: { o: { type: 'bool', value: $.b.properties.supportsHttpsTrafficOnly } },"
    _, library = fixed(project, capsysbinary, other)
    assert library == LIBRARY.replace("TLS1_0", "TLS1_2")


@pytest.mark.parametrize(
    "written",
    [
        "local open = false; { supportsHttpsTrafficOnly: open }",
        "{ supportsHttpsTrafficOnly: !true }",
        "{ [name]: false for name in ['supportsHttpsTrafficOnly', 'isHnsEnabled'] }",
        "std.parseJson('{\"supportsHttpsTrafficOnly\": false}')",
        "{ supportsHttpsTrafficOnly: if std.length('a') == 1 then false else true }",
    ],
)
def test_what_is_worked_out_stays(project: Path, capsysbinary: Capture, written: str) -> None:
    site = "arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01')"
    text = MAIN % f"  c:: {site} {{ name: 'c', properties: {written} }},"
    (project / "storage.libsonnet").write_text(LIBRARY.replace("Only: false", "Only: true").replace("TLS1_0", "TLS1_2"))
    (project / "main.jsonnet").write_text(text)
    run(["lint", "main.jsonnet", "--fix", "--rule", "https-only"])
    assert (project / "main.jsonnet").read_text() == text
    assert b"'supportsHttpsTrafficOnly' of 'c'" in capsysbinary.readouterr().err


REMOVABLE = """  inner:: arm.Resource('Microsoft.Resources/deployments', '2022-09-01') {
    name: 'inner',
    properties: {
      mode: 'Incremental',
%s      template: { '$schema': '%s', contentVersion: '1.0.0.0', resources: [] },
    },
  },
  variables: { used: 1%s },
  outputs: { o: { type: 'int', value: "[variables('used')]" } },"""
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def test_members_are_removed_with_their_lines(project: Path, capsysbinary: Capture) -> None:
    setting = "      debugSetting: {\n        detailLevel: 'RequestContent',\n      },\n"
    main, _ = fixed(project, capsysbinary, REMOVABLE % (setting, SCHEMA, ", unused: 'x'"))
    mended = MAIN.replace("Access: true", "Access: false") % (REMOVABLE % ("", SCHEMA, ""))
    assert main == mended


def test_diff_shows_every_file_and_changes_none(project: Path, capsysbinary: Capture) -> None:
    main, library = fixed(project, capsysbinary, "", "--diff")
    assert (main, library) == (MAIN % "", LIBRARY)
    out = capsysbinary.readouterr().out.decode()
    assert "+++ storage.libsonnet" in out
    assert "+    supportsHttpsTrafficOnly: true,  // stays" in out
    assert "+++ main.jsonnet" in out


def test_what_is_left_out_and_what_is_others_stays(project: Path, capsysbinary: Capture) -> None:
    ignored = LIBRARY.replace("    minimum", "    // armlib-ignore: https-only old clients\n    minimum")
    (project / "storage.libsonnet").write_text(ignored)
    _, library = fixed(project, capsysbinary)
    assert library == ignored.replace("Only: false", "Only: true")
    vendor = project / "vendor"
    vendor.mkdir()
    (project / "storage.libsonnet").unlink()
    (vendor / "storage.libsonnet").write_text(LIBRARY)
    (project / "main.jsonnet").write_text(MAIN % "")
    run(["lint", "main.jsonnet", "--fix", "-J", "vendor"])
    assert (vendor / "storage.libsonnet").read_text() == LIBRARY


@pytest.mark.parametrize("evaluator", [WorkerEvaluator(), InProcessEvaluator()], ids=["worker", "in process"])
def test_texts_are_taken_in_place_of_files(tmp_path: Path, evaluator: Evaluator) -> None:
    (tmp_path / "a.libsonnet").write_text("1")
    (tmp_path / "b.libsonnet").write_text("2")
    roots = Roots(project=tmp_path, instead=((str(tmp_path / "a.libsonnet"), "'ä'"),))
    program = Program(source="[import 'a.libsonnet', import 'b.libsonnet']", file=str(tmp_path / "x"), roots=roots)
    assert json.loads(evaluator.evaluate(program).text) == ["ä", 2]
