"""The whole collection in a registry: published, looked at, copied, and used from there as from its folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest import CaptureFixture

from armlib.cli.app import run
from tests.e2e.test_packages import write_key
from tests.registry.collection import COLLECTION, MODULES, module_named
from tests.unit.packages.registry_server import docker_registry

USED = (
    "compute/virtual-machine",
    "container-service/cluster",
    "key-vault/vault",
    "network/application-gateway",
    "network/private-dns-zone",
    "network/virtual-network",
    "operational-insights/workspace",
    "storage/account",
    "web/serverfarm",
    "web/site",
)
ALL = sorted(str(file.parent.relative_to(COLLECTION)) for file in COLLECTION.glob("*/*/module.json"))


@dataclass(frozen=True)
class Published:
    """The registry that has the collection, and the folder with the key that signed it."""

    address: str
    keys: Path


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """All packages of the collection in a registry, signed."""
    keys = tmp_path_factory.mktemp("keys")
    write_key(keys, "release")
    with docker_registry(tmp_path_factory.mktemp("registry")) as server, chdir(keys):
        registry = f"oci://{server.host}/collection"
        for name in ALL:
            assert run(["publish", str(COLLECTION / name), "--to", registry, "--sign", "release.pem"]) == 0, name
        yield Published(registry, keys)


@pytest.fixture
def armlib(capfdbinary: CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Run a command in a folder, and return its result as JSON; with a cache of its own and no collection at hand."""

    def run_in(folder: Path, *arguments: str, cache: str = "cache") -> Any:
        monkeypatch.setenv("ARMLIB_PACKAGES", str(tmp_path / cache))
        with chdir(folder):
            code = run([*arguments, "--format", "json"])
        said = capfdbinary.readouterr()
        assert code == 0, said.err.decode() + said.out.decode()
        return json.loads(said.out)

    return run_in


def project(folder: Path, registry: str, entries: Mapping[str, str]) -> Path:
    """Write a project with *entries*, files by name, and return its folder."""
    folder.mkdir()
    (folder / "armlib.toml").write_text(f'[registries]\ndefault = "{registry}"\n', encoding="utf-8")
    for name, text in entries.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def entries() -> dict[str, str]:
    """Return the least examples of the modules that are used: they import these by name, as any project does."""
    examples = {name: module_named(name).path / "examples" / "minimal.jsonnet" for name in USED}
    return {f"{name.replace('/', '-')}.jsonnet": file.read_text(encoding="utf-8") for name, file in examples.items()}


def templates(armlib: Callable[..., Any], folder: Path, **more: str) -> dict[str, bytes]:
    """Return the bytes that each entry compiles to."""
    for name in entries():
        armlib(folder, "compile", name, "-o", f"{name}.json", **more)
    return {name: (folder / f"{name}.json").read_bytes() for name in entries()}


def check_packages(published: Published, armlib: Callable[..., Any]) -> None:
    """Each package is what its manifest says, and signed."""
    keys = published.keys
    for name in ALL:
        manifest = json.loads((COLLECTION / name / "module.json").read_text(encoding="utf-8"))
        reference = f"{published.address}/{name}:{manifest['version']}"
        shown = armlib(keys, "inspect", reference)["package"]
        assert (shown["name"], shown["version"]) == (name, manifest["version"])
        needed = {each["package"]: each["version"] for each in shown["dependencies"].values()}
        assert needed == manifest.get("dependencies", {})
        if name in {module.name for module in MODULES}:
            assert {"name", "tags"} <= shown["descriptor"]["parameters"]["properties"].keys(), name
        armlib(keys, "verify", reference, "--key", "release.pub")


# One test, because publishing takes its time, and processes that run tests at once would each do it.
def test_a_project_gets_the_same_from_the_registry_as_from_the_folder(
    published: Published, armlib: Callable[..., Any], tmp_path: Path
) -> None:
    check_packages(published, armlib)
    own = project(tmp_path / "own", "local:", entries())
    expected = templates(armlib, own)
    assert not (own / "armlib.lock").exists()

    served = project(tmp_path / "served", published.address, entries())
    armlib(served, "add", *USED)
    assert templates(armlib, served) == expected
    listed = armlib(served, "list")["packages"]
    assert {package["name"] for package in listed} >= {*USED, "common/interfaces", "network/network-interface"}
    assert all(published.address in json.dumps(package) for package in listed)

    plain = project(tmp_path / "plain", f"folder:{COLLECTION}", entries())
    armlib(plain, "add", *USED, cache="other")
    assert templates(armlib, plain, cache="other") == expected

    # Everything in a layout beside the project: no registry, and an empty cache.
    for name in USED:
        armlib(served, "copy", name, f"layout:{tmp_path / 'layout'}")
    away = project(tmp_path / "away", published.address, entries())
    mirrors = f'[mirrors]\n"{published.address}" = ["layout:{tmp_path / "layout"}"]\n'
    settings = (served / "armlib.toml").read_text(encoding="utf-8")
    (away / "armlib.toml").write_text(f"{settings}\n{mirrors}", encoding="utf-8")
    shutil.copy(served / "armlib.lock", away)
    armlib(away, "restore", "--offline", "--locked", cache="empty")
    assert templates(armlib, away, cache="empty") == expected
