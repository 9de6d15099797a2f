"""``--source-map`` and ``--blame``, by the installed command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Run

MODULE = """\
local arm = import 'arm.libsonnet';
arm.Module {
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: 'stexample',
    sku: { name: 'Standard_LRS' },
  },
  id:: $.account.id,
}
"""
ENTRY = """\
(import 'account.libsonnet') {
  account+: { sku: { name: 'Premium_LRS' } },
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "account.libsonnet").write_text(MODULE, encoding="utf-8")
    (tmp_path / "main.jsonnet").write_text(ENTRY, encoding="utf-8")
    return tmp_path


BLAMED = """\
resources[0].sku.name
  written at main.jsonnet:2:22
    2 |   account+: { sku: { name: 'Premium_LRS' } },
      |                      ^^^^^^^^^^^^^^^^^^^
  replaces account.libsonnet:5:12
    5 |     sku: { name: 'Standard_LRS' },
      |            ^^^^^^^^^^^^^^^^^^^^
"""


@pytest.mark.parametrize("command", ["compile", "eval"])
def test_blame_tells_what_won_and_what_it_replaced(run: Run, project: Path, command: str) -> None:
    done = run(command, "main.jsonnet", "--blame", "resources[0].sku.name", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, BLAMED, "")


def test_blame_in_json(run: Run, project: Path) -> None:
    done = run("compile", "main.jsonnet", "--blame", "outputs.id.value", "--format", "json", cwd=project)
    told = json.loads(done.stdout)
    assert told["blame"] == {
        "path": "outputs.id.value",
        "known": "outputs.id.value",
        "chain": [
            {"what": "written", "file": "account.libsonnet", "line": 7, "column": 3, "text": "  id:: $.account.id,"}
        ],
    }
    assert told["template"]["resources"][0]["name"] == "stexample"


def test_blame_of_a_json_template(run: Run, project: Path) -> None:
    run("compile", "main.jsonnet", "-o", "main.json", cwd=project)
    done = run("eval", "main.json", "--blame", "resources[0].sku.name", "--format", "json", cwd=project)
    (link,) = json.loads(done.stdout)["blame"]["chain"]
    lines = (project / "main.json").read_text(encoding="utf-8").split("\n")
    assert '"name": "Premium_LRS"' in lines[link["line"] - 1]


def test_blame_of_a_module_from_stdin(run: Run, project: Path) -> None:
    done = run("compile", "-", "--blame", "resources[0].sku", stdin=ENTRY, cwd=project)
    assert "written at <stdin>:2:15\n" in done.stdout
    assert ".stdin" not in done.stdout


def test_nothing_at_a_path_is_wrong_input(run: Run, project: Path) -> None:
    done = run("compile", "main.jsonnet", "--blame", "resources[0].skuu", cwd=project)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "error: the template has no resources[0].skuu [no-such-path]\n  hint: did you mean 'sku'?\n"


def test_what_is_no_path_is_wrong_usage(run: Run, project: Path) -> None:
    assert run("compile", "main.jsonnet", "--blame", "resources[", cwd=project).returncode == 2


def test_a_source_map_leads_to_the_lines(run: Run, project: Path) -> None:
    plain = run("compile", "main.jsonnet", cwd=project)
    done = run("compile", "main.jsonnet", "--source-map", "out/main.map.json", cwd=project)
    assert (done.returncode, done.stdout) == (0, plain.stdout)
    found = json.loads((project / "out/main.map.json").read_text(encoding="utf-8"))
    assert found["version"] == 1
    assert set(found["files"]) == {"main.jsonnet", "account.libsonnet"}
    assert _line(found, "resources", 0, "sku", "name") == "name: 'Premium_LRS'"
    assert _line(found, "resources", 0, "name") == "name: 'stexample'"
    assert _line(found, "resources", 0, "type") == "'Microsoft.Storage/storageAccounts'"
    assert _line(found, "outputs", "id", "value") == "id:: $.account.id"


def _line(found: dict[str, Any], *path: str | int) -> str:
    """Return the text that the map leads to from *path*, by what docs/reference/source-map.md says."""
    node = found["template"]
    for step in path:
        if isinstance(node, list):
            node = node[1][step]
    origin = found["origins"][node[0] if isinstance(node, list) else node]
    file, line, column, _, end = found["places"][origin["at"]]
    texts = {"main.jsonnet": ENTRY, "account.libsonnet": MODULE}
    text: str = texts[found["files"][file]].split("\n")[line - 1]
    return text[column - 1 : end - 1]


def test_nothing_is_written_when_there_is_an_error(run: Run, project: Path) -> None:
    (project / "main.jsonnet").write_text("{ resources: [1] }", encoding="utf-8")
    done = run("compile", "main.jsonnet", "--source-map", "map.json", cwd=project)
    assert done.returncode == 1
    assert done.stderr.startswith("main.jsonnet:1:15: error:")
    assert not (project / "map.json").exists()


def test_an_evaluation_that_fails_is_told_as_ever(run: Run, project: Path) -> None:
    (project / "main.jsonnet").write_text("{ a: { b: 1 }, resources: [{ name: $.a.c }] }", encoding="utf-8")
    plain = run("compile", "main.jsonnet", cwd=project)
    traced = run("compile", "main.jsonnet", "--source-map", "map.json", cwd=project)
    assert plain.returncode == traced.returncode == 1
    assert traced.stderr == plain.stderr


def test_a_finding_of_lint_has_the_line_of_the_module(run: Run, project: Path) -> None:
    text = MODULE.replace("sku:", "properties: { supportsHttpsTrafficOnly: false },\n    sku:")
    (project / "main.jsonnet").write_text(text, encoding="utf-8")
    done = run("lint", "main.jsonnet", cwd=project)
    assert "main.jsonnet:5:19: warning: 'supportsHttpsTrafficOnly'" in done.stdout + done.stderr
