"""The wheel and the source distribution: what they hold, and that they work alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from armlib import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the source distribution, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", folder, ROOT], check=True, capture_output=True, timeout=300
    )
    (source,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return source, wheel


def test_the_version_is_said_in_one_place(built: tuple[Path, Path]) -> None:
    assert [path.name for path in built] == [f"armlib-{__version__}.tar.gz", f"armlib-{__version__}-py3-none-any.whl"]


def test_the_wheel_carries_the_libraries(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[1]).namelist())
    for folder in ("lib", "registry"):
        files = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert files
        assert {f"armlib/_data/{path.as_posix()}" for path in files} <= names
    data = [path for path in (ROOT / "armlib").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {path.relative_to(ROOT).as_posix() for path in data} <= names


def test_the_wheel_holds_nothing_else(built: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(built[1]).namelist()
    assert [name for name in names if not name.startswith(("armlib/", f"armlib-{__version__}.dist-info/"))] == []
    assert [name for name in names if name.endswith(".pyc")] == []


def test_the_source_distribution_can_be_built_from(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "armlib/py.typed", "lib/arm.libsonnet"} <= names


@pytest.mark.slow
def test_an_installed_wheel_needs_no_checkout(built: tuple[Path, Path], tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(environment)]
    install = [*pip, "install", "--quiet", "--no-compile", str(built[1])]
    subprocess.run(install, check=True, timeout=300, capture_output=True)
    (tmp_path / "main.jsonnet").write_text(
        "local arm = import 'arm.libsonnet';\n"
        "arm.Module { parameterMetadata:: { name: { type: 'string', pattern: '^[a-z]+$' } },\n"
        "account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') { name: $.arguments.name } }\n"
    )
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "ARMLIB"))}

    def armlib(*arguments: str) -> str:
        command = [str(environment / "bin" / "armlib"), *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=clean, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout

    template = json.loads(armlib("compile", "main.jsonnet", "-p", "name=web"))
    assert [resource["name"] for resource in template["resources"]] == ["web"]
    (tmp_path / "vault.jsonnet").write_text("(import 'key-vault/vault/main.jsonnet') { parameters:: { name: 'kv-1' } }")
    assert [resource["name"] for resource in json.loads(armlib("compile", "vault.jsonnet"))["resources"]] == ["kv-1"]
    armlib("init", "project")
    armlib("build", "--project", "project")
    assert (tmp_path / "project/out/production.json").exists()
    requirements = subprocess.run([*pip, "check"], capture_output=True, text=True, check=False)
    assert requirements.returncode == 0, requirements.stdout
