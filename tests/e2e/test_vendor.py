"""``armlib vendor``, as a person and CI call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

from tests.e2e.conftest import ARMLIB, Run, clean_environment

BOTTOM = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: arm.param.string('Its name') },
  zone:: arm.Resource('A.B/zones', '2024-01-01') {
    name: $.arguments.name,
    properties: import 'area/bottom/x.libsonnet',
  },
}
"""
MIDDLE = "function(name) (import 'area/bottom/main.jsonnet') { parameters:: { name: name + '-zone' } }"
TOP = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: arm.param.string('Its name') },
  inner:: (import 'area/middle/lib/zone.libsonnet')($.arguments.name),
  store:: arm.Resource('A.B/stores', '2024-01-01') { name: $.arguments.name },
  outputs: { id: arm.output($.store.id) },
}
"""
MAIN = "import 'store/main.jsonnet'"


def module(folder: Path, name: str, version: str, files: Mapping[str, str], **dependencies: str) -> None:
    manifest = {"name": name, "version": version, "dependencies": dependencies}
    for path, text in {**files, "module.json": json.dumps(manifest)}.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_text(text)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A project whose packages need packages that need packages."""
    module(tmp_path / "modules", "area/bottom", "1.0.0", {"main.jsonnet": BOTTOM, "x.libsonnet": "{ size: 3 }"})
    middle = {"lib/zone.libsonnet": MIDDLE}
    module(tmp_path / "modules", "area/middle", "1.0.0", middle, **{"area/bottom": "^1.0"})
    module(tmp_path / "modules", "top", "1.0.0", {"main.jsonnet": TOP}, **{"area/middle": "1"})
    toml = '[registries]\ndefault = "folder:../modules"\n[dependencies]\nstore = { package = "top", version = "1" }\n'
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "armlib.toml").write_text(toml)
    (tmp_path / "project" / "main.jsonnet").write_text(MAIN)
    return {"ARMLIB_PACKAGES": str(tmp_path / "cache")}


@pytest.fixture
def project(tmp_path: Path, env: dict[str, str]) -> Path:
    return tmp_path / "project"


@pytest.mark.parametrize("engine", [_gojsonnet, _jsonnet], ids=["go", "c++"])
def test_plain_jsonnet_evaluates_the_project_from_the_vendor_folder(
    engine: Any, run_here: Run, project: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "[not-locked]" in run_here("vendor", cwd=project, env=env).stderr
    assert run_here("restore", cwd=project, env=env).returncode == 0
    done = run_here("vendor", cwd=project, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[:2] for line in done.stdout.splitlines()[:-1]] == [
        ["+", "area/bottom"],
        ["+", "area/middle"],
        ["+", "arm.libsonnet"],
        ["+", "store"],
    ]
    monkeypatch.chdir(project)
    plain = json.loads(
        engine.evaluate_file("main.jsonnet", jpathdir=["vendor"], ext_vars={"parameters": '{"name": "st"}'})
    )
    compiled = run_here("compile", "main.jsonnet", "-p", "name=st", cwd=project, env=env)
    assert compiled.returncode == 0, compiled.stderr
    ours = json.loads(compiled.stdout)
    assert plain["resources"] == ours["resources"]
    assert plain["outputs"] == ours["outputs"]
    assert [one["name"] for one in plain["resources"]] == ["st-zone", "st"]


def test_ci_is_told_whether_it_is_up_to_date(run_here: Run, project: Path, env: dict[str, str]) -> None:
    def check() -> subprocess.CompletedProcess[str]:
        return run_here("vendor", "third/party", "--check", "--offline", cwd=project, env=env)

    assert run_here("restore", cwd=project, env=env).returncode == 0
    assert check().returncode == 4
    assert not (project / "third").exists()
    assert run_here("vendor", "third/party", cwd=project, env=env).returncode == 0
    done = check()
    assert (done.returncode, done.stdout) == (0, "4 packages in third/party, up to date\n")
    module(project.parent / "modules", "area/middle", "1.0.1", {"lib/zone.libsonnet": MIDDLE}, **{"area/bottom": "1"})
    assert run_here("update", cwd=project, env=env).returncode == 0
    done = check()
    assert (done.returncode, done.stdout.splitlines()[0]) == (4, "~ area/middle 1.0.0 -> 1.0.1")
    assert run_here("vendor", "third/party", cwd=project, env=env).returncode == 0
    (project / "third/party/area/middle/lib/zone.libsonnet").write_text("{}")
    done = check()
    assert (done.returncode, done.stdout.splitlines()[0]) == (4, "~ area/middle/lib/zone.libsonnet")
    refused = run_here("vendor", "third/party", cwd=project, env=env)
    assert (refused.returncode, "[vendor-changed]" in refused.stderr) == (1, True)
    assert run_here("vendor", "third/party", "--force", cwd=project, env=env).returncode == 0
    assert check().returncode == 0
    report = json.loads(run_here("vendor", "third/party", "--format", "json", cwd=project, env=env).stdout)
    assert (report["vendor"]["folder"], report["vendor"]["changes"]) == ("third/party", [])
    assert [one["folder"] for one in report["vendor"]["packages"]] == [
        "area/bottom",
        "area/middle",
        "store",
        "arm.libsonnet",
    ]


def test_a_folder_of_others_is_refused(run_here: Run, project: Path, env: dict[str, str]) -> None:
    assert run_here("restore", cwd=project, env=env).returncode == 0
    refused = run_here("vendor", ".", cwd=project, env=env)
    assert (refused.returncode, "[vendor-not-ours]" in refused.stderr) == (1, True)
    assert (project / "main.jsonnet").read_text() == MAIN


def test_killed_in_the_middle_it_leaves_the_folder_as_it_was(run_here: Run, project: Path, env: dict[str, str]) -> None:
    assert run_here("restore", cwd=project, env=env).returncode == 0
    assert run_here("vendor", cwd=project, env=env).returncode == 0
    before = contents(project / "vendor")
    many = {f"f{number}.libsonnet": str(number) for number in range(1000)}
    module(project.parent / "many", "many", "1.0.0", many)
    with (project / "armlib.toml").open("a") as toml:
        toml.write('many = { path = "../many/many" }\n')
    assert run_here("restore", cwd=project, env=env).returncode == 0
    process = subprocess.Popen([ARMLIB, "vendor"], cwd=project, env=clean_environment(**env))
    deadline = time.monotonic() + 30
    while not (left := list(project.glob(".vendor.*.tmp"))) and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=10) == -signal.SIGKILL
    assert contents(project / "vendor") == before
    os.utime(left[0], (0, 0))  # an hour later
    assert run_here("vendor", cwd=project, env=env).returncode == 0
    assert (project / "vendor" / "many" / "f999.libsonnet").read_text() == "999"
    assert list(project.glob(".vendor.*")) == []


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
