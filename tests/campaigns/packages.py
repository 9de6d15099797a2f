"""A tree of packages in a registry, and projects that use it: what the campaigns on restoring have in common."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from armlib.jsonnet.digest import sha256_hex
from armlib.packages.cache import Cache
from armlib.packages.client import RegistryRepository
from armlib.packages.contents import package_files
from armlib.packages.http import Transport
from armlib.packages.layout import Layout
from armlib.packages.manifest import read_manifest
from armlib.packages.oci import Repository
from armlib.packages.package import build, push

ARMLIB = str(Path(sys.executable).parent / "armlib")
PACKAGES = 20
BEFORE, AFTER = "1.0.0", "1.1.0"

_MAIN = """local arm = import 'arm.libsonnet';
local used = import '{name}/main.jsonnet';

arm.Module {{ outputs: {{ said: arm.output(std.join(' ', used.said)) }} }}
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project in *folder*, with the cache *cache*."""

    folder: Path
    cache: Path

    @property
    def lock(self) -> Path:
        """Its lock."""
        return self.folder / "armlib.lock"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``armlib`` with *arguments* here, in a process group of its own."""
        environment = {**os.environ, "ARMLIB_PACKAGES": str(self.cache), "NO_COLOR": "1"}
        return subprocess.Popen(
            [ARMLIB, *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run ``armlib`` with *arguments* here, and return its exit code and what it said."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def said(self, entry: str = "main.jsonnet") -> str:
        """Return what *entry* compiles to says of its packages; what went wrong when it does not."""
        code, out, err = self.run("compile", entry)
        return str(json.loads(out)["outputs"]["said"]["value"]) if code == 0 else f"exit code {code}: {err}"


def name_of(number: int) -> str:
    """Return the name of a package of the tree."""
    return f"tree/p{number:02}"


def publish_tree(
    registry: str, version: str, folder: Path, count: int = PACKAGES, lines: range = range(80, 600)
) -> None:
    """Publish the tree in one *version*: each package has two below it, as far as there are so many.

    *lines* are how many lines of 64 bytes a module may have.
    """
    chosen = random.Random(f"{version} {count}")
    for number in range(count):
        below = [child for child in (2 * number + 1, 2 * number + 2) if child < count]
        imports = "".join(f" + (import '{name_of(child)}/main.jsonnet').said" for child in below)
        words = "\n".join(f"// {chosen.randbytes(30).hex()}" for _ in range(chosen.choice(lines)))
        said = f"{{ said: ['{number}={version}']{imports} }}\n{words}\n"
        source = folder / version / name_of(number)
        source.mkdir(parents=True)
        depends = {name_of(child): f"^{BEFORE}" for child in below}
        module = {"name": name_of(number), "version": version, "dependencies": depends}
        (source / "module.json").write_text(json.dumps(module))
        (source / "main.jsonnet").write_text(said)
        manifest = read_manifest(source)
        push(build(manifest, package_files(manifest), {}), repository(registry, name_of(number), folder), version)


def repository(registry: str, name: str, folder: Path) -> Repository:
    """Return the repository of a package in *registry*, ``oci://HOST/PREFIX`` or ``layout:FOLDER``."""
    kind, _, place = registry.partition(":")
    if kind == "layout":
        return Layout(folder / place).repository(name)
    host, _, prefix = place.removeprefix("//").partition("/")
    return RegistryRepository(Transport(host, lambda: None), f"{prefix}/{name}")


def make_project(folder: Path, cache: Path, registry: str, top: int = 0, more: str = "") -> Project:
    """Write a project that depends on package *top* of the tree."""
    folder.mkdir(parents=True)
    text = f'[registries]\ndefault = "{registry}"\n\n[dependencies]\n"{name_of(top)}" = "^1"\n{more}'
    (folder / "armlib.toml").write_text(text)
    (folder / "main.jsonnet").write_text(_MAIN.format(name=name_of(top)))
    return Project(folder, cache)


def expected(version: str, top: int = 0, count: int = PACKAGES) -> str:
    """Return what a project with package *top* compiles to says when all packages have *version*."""
    below = [child for child in (2 * top + 1, 2 * top + 2) if child < count]
    return " ".join([f"{top}={version}", *(expected(version, child, count) for child in below)])


def damage(cache: Path) -> list[str]:
    """Return what of *cache* is named as if it were whole, and is not."""
    wrong = [
        f"the blob {path.name} is not what its name says"
        for path in cache.glob("blobs/*")
        if sha256_hex(path.read_bytes()) != path.name
    ]
    whole = Cache(cache)
    trees = (path for path in cache.glob("trees/*") if path.is_dir())
    return wrong + [f"the tree {path.name} is not whole" for path in trees if not whole.is_whole(path.name)]
