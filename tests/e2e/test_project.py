"""``armlib init`` and ``armlib build`` as they are installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import ARMLIB, Run, clean_environment


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "web-shop"
    assert run("init", folder).returncode == 0
    return folder


def test_init_says_which_files_it_made(run: Run, tmp_path: Path) -> None:
    done = run("init", "demo")
    assert (done.returncode, done.stderr) == (0, "")
    files = sorted(done.stdout.splitlines())
    assert files == sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert "demo/.gitignore" in files


def test_every_command_of_the_new_readme_works(project: Path) -> None:
    commands = re.findall(r"^\$ (.+)$", (project / "README.md").read_text(), re.MULTILINE)
    assert len(commands) >= 5
    environment = clean_environment(
        PATH=f"{ARMLIB.parent}{os.pathsep}{os.environ['PATH']}", ARMLIB_STATE=str(project / "state")
    )
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout
        assert not done.stderr or command.startswith("armlib deploy ")  # which tells of each resource there


def test_the_new_project_is_named_after_its_folder(run: Run, project: Path) -> None:
    run("build", cwd=project)
    template = json.loads((project / "out/dev.json").read_text())
    assert template["resources"][0]["name"] == "webshopdev"
    assert template["resources"][0]["tags"] == {"environment": "dev", "project": "webshop"}


def test_init_does_not_write_over_anything(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("mine")
    done = run("init")
    assert done.returncode == 1
    assert "already has main.jsonnet" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["main.jsonnet"]


def test_build_tells_what_it_made(run: Run, project: Path) -> None:
    first, second = run("build", cwd=project), run("build", cwd=project)
    assert first.stdout.splitlines()[:2] == [
        "built        dev -> out/dev.json",
        "built        production -> out/production.json",
    ]
    assert re.fullmatch(r"2 unchanged in \d+\.\d\d s\n", second.stdout)
    assert (first.stderr, second.stderr) == ("", "")


def test_build_from_below_and_from_elsewhere(run: Run, project: Path, tmp_path: Path) -> None:
    assert run("build", "dev", cwd=project / "environments").returncode == 0
    assert (project / "out/dev.json").exists()
    done = run("build", "production", "--project", project, cwd=tmp_path)
    assert done.stdout.startswith("built        production -> web-shop/out/production.json\n")


def test_build_check_ends_with_4_when_files_would_change(run: Run, project: Path) -> None:
    done = run("build", "--check", cwd=project)
    assert done.returncode == 4
    assert done.stdout.startswith("would change dev -> out/dev.json\n")
    run("build", cwd=project)
    assert run("build", "--check", cwd=project).returncode == 0


def test_build_as_json(run: Run, project: Path) -> None:
    (project / "environments/dev.yaml").write_text("name: x\n")
    done = run("build", "--format", "json", cwd=project)
    result = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert result["targets"] == [
        {"name": "dev", "status": "failed", "files": []},
        {"name": "production", "status": "built", "files": ["out/production.json"]},
    ]
    assert result["summary"] == {"failed": 1, "built": 1}
    assert [found["code"] for found in result["diagnostics"]] == ["too-short"]


def test_build_elsewhere(run: Run, project: Path) -> None:
    run("build", "--out", "made", cwd=project)
    assert sorted(path.name for path in (project / "made").iterdir()) == ["dev.json", "production.json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("prodution",), "did you mean 'production'?"),
        (("--project", "/nowhere"), "there is no armlib.toml in /nowhere or above"),
    ],
)
def test_what_cannot_be_built_ends_with_1(run: Run, project: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run("build", *arguments, cwd=project)
    assert done.returncode == 1
    assert message in done.stderr


def test_a_wrong_armlib_toml_is_told_with_its_place(run: Run, project: Path) -> None:
    (project / "armlib.toml").write_text('[targets.dev]\nentri = "main.jsonnet"\n')
    done = run("build", cwd=project)
    assert done.returncode == 1
    assert "armlib.toml:2:1: error: targets.dev.entri: there is no such setting [settings-unknown-key]" in done.stderr
    assert "did you mean 'entries'?" in done.stderr or "did you mean 'entry'?" in done.stderr


@pytest.mark.slow
def test_of_many_targets_only_what_changed_is_built(run: Run, tmp_path: Path) -> None:
    module = "{ resources: [{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2023-05-01', name: 'NAME' }] }"
    settings = ""
    for number in range(100):
        (tmp_path / f"m{number}.jsonnet").write_text(module.replace("NAME", f"n{number}"))
        settings += f'[targets.t{number}]\nentry = "m{number}.jsonnet"\n'
    (tmp_path / "armlib.toml").write_text(settings)
    assert run("build").returncode == 0
    assert run("build").stdout.startswith("100 unchanged")
    (tmp_path / "m7.jsonnet").write_text(module.replace("NAME", "other"))
    done = run("build")
    assert done.stdout.splitlines()[0] == "built        t7 -> out/t7.json"
    assert done.stdout.splitlines()[1].startswith("1 built, 99 unchanged in ")
