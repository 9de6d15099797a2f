"""The commands on packages, as a person calls them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.e2e.conftest import Run

MODULE = "{ resources: [{ type: 'A.B/c', apiVersion: '2024-01-01', name: 'n' }] }"


def write_module(folder: Path, name: str, version: str, text: str = MODULE) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "module.json").write_text(json.dumps({"name": name, "version": version}))
    (folder / name / "main.jsonnet").write_text(text)


def test_add_compile_update_and_list(run: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    write_module(tmp_path / "modules", "area/web", "1.0.0")
    (tmp_path / "armlib.toml").write_text('[registries]\ndefault = "folder:modules"\n')
    (tmp_path / "main.jsonnet").write_text("import 'area/web/main.jsonnet'\n")

    added = run("add", "area/web", env=env)
    assert (added.returncode, added.stdout) == (0, "+ area/web 1.0.0\n1 package, 1 fetched\n"), added.stderr
    assert '"area/web" = "^1.0.0"' in (tmp_path / "armlib.toml").read_text()
    template = json.loads(run("compile", "main.jsonnet", env=env).stdout)
    assert template["resources"][0]["type"] == "A.B/c"

    assert run("update", "--check", env=env).returncode == 0
    write_module(tmp_path / "modules", "area/web", "1.1.0")
    checked = run("update", "--check", env=env)
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (4, "~ area/web 1.0.0 -> 1.1.0")
    assert run("update", env=env).returncode == 0
    listed = json.loads(run("list", "--format", "json", env=env).stdout)
    assert [(one["name"], one["version"]) for one in listed["packages"]] == [("area/web", "1.1.0")]
    assert run("list", "--tree", env=env).stdout == "└─ area/web 1.1.0\n"


def test_ci_insists_on_a_lock_that_goes_with_the_project(run: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    write_module(tmp_path / "modules", "web", "1.0.0")
    toml = tmp_path / "armlib.toml"
    toml.write_text('[registries]\ndefault = "folder:modules"\n[dependencies]\nweb = "1"\n')
    assert "[not-locked]" in run("restore", "--locked", env=env).stderr
    assert run("restore", env=env).returncode == 0
    assert run("restore", "--locked", env=env).returncode == 0
    toml.write_text(toml.read_text().replace('"1"', '"^1"'))
    assert "[lock-stale]" in run("restore", "--locked", env=env).stderr


def test_build_compiles_again_when_the_lock_names_other_files(run: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    write_module(tmp_path / "modules", "web", "1.0.0")
    (tmp_path / "main.jsonnet").write_text("import 'web/main.jsonnet'\n")
    toml = '[registries]\ndefault = "folder:modules"\n[dependencies]\nweb = "1"\n[targets.x]\nentry = "main.jsonnet"\n'
    (tmp_path / "armlib.toml").write_text(toml)
    assert run("restore", env=env).returncode == 0
    assert "1 built" in run("build", env=env).stdout
    assert "1 unchanged" in run("build", env=env).stdout
    write_module(tmp_path / "modules", "web", "1.1.0", MODULE.replace("'n'", "'m'"))
    assert run("update", env=env).returncode == 0
    assert "1 built" in run("build", env=env).stdout
    assert '"m"' in (tmp_path / "out" / "x.json").read_text()


def test_nothing_of_packages_is_imported_without_a_lock(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(MODULE)
    (tmp_path / "armlib.toml").write_text('format = "text"\n')
    done = run("compile", "main.jsonnet", env={"PYTHONPROFILEIMPORTTIME": "1", **_home(tmp_path)})
    assert done.returncode == 0
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line]
    assert "armlib.build.compilation" in imported
    slow = ("armlib.packages", "requests", "semver", "resolvelib", "tomlkit", "cryptography")
    assert [name for name in imported if name.startswith(slow)] == []


def _home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"]}
