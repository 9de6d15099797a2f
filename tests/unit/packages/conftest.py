"""A project, a layout to publish to, and a cache of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeAlias

import pytest

from armlib.config import Flags, Settings, load_settings
from armlib.packages.contents import package_files
from armlib.packages.layout import Layout
from armlib.packages.manifest import read_manifest
from armlib.packages.oci import Repository
from armlib.packages.package import build, push
from armlib.packages.versions import parse_version, to_tag

MakeSettings: TypeAlias = Callable[..., Settings]


class Publish(Protocol):
    """Publishes a package of these files, or of one that says what it is."""

    def __call__(
        self,
        name: str,
        version: str,
        files: Mapping[str, str] | None = None,
        dependencies: Mapping[str, str] | None = None,
        exports: tuple[str, ...] = (),
        repository: Repository | None = None,
    ) -> str: ...


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write *files* into *folder* and return it."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


def package_folder(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str] | None = None,
    dependencies: Mapping[str, str] | None = None,
    exports: tuple[str, ...] = (),
) -> Path:
    """Write the source of a package and return its folder."""
    module = {"name": name, "version": version, "dependencies": dependencies or {}, "exports": exports}
    said = json.dumps(f"{name} {version}")
    return write(folder, {"module.json": json.dumps(module), **(files or {"main.jsonnet": f"{{ said: {said} }}\n"})})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a project, without an armlib.toml yet."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A registry in a folder beside the project."""
    return Layout(tmp_path / "layout")


@pytest.fixture
def publish(tmp_path: Path, layout: Layout) -> Publish:
    """Publish packages to the layout."""

    def publish_package(
        name: str,
        version: str,
        files: Mapping[str, str] | None = None,
        dependencies: Mapping[str, str] | None = None,
        exports: tuple[str, ...] = (),
        repository: Repository | None = None,
    ) -> str:
        folder = tmp_path / "sources" / f"{name}-{version}"
        manifest = read_manifest(package_folder(folder, name, version, files, dependencies, exports))
        target = repository or layout.repository(name)
        return push(build(manifest, package_files(manifest), {}), target, to_tag(parse_version(version))).digest

    return publish_package


@pytest.fixture
def settings(project: Path, tmp_path: Path) -> MakeSettings:
    """Write armlib.toml, with the layout as the default registry, and return the settings of the project."""

    def make(dependencies: str = "", rest: str = "", *, offline: bool = False, cache: str = "cache") -> Settings:
        registries = "" if "[registries]" in rest else '[registries]\ndefault = "layout:../layout"\n'
        (project / "armlib.toml").write_text(f"[dependencies]\n{dependencies}\n{registries}{rest}\n", "utf-8")
        loaded = load_settings(project, Flags(), {})
        packages = replace(loaded.packages, cache=tmp_path / cache, offline=offline)
        return replace(loaded, packages=packages)

    return make
