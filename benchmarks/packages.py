"""Packages: restoring a tree of them from a registry, against a plain download of the same."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from armlib.config import Flags, load_settings
from armlib.packages.lock import Locked, read_lock
from armlib.packages.oci import MANIFEST, parse_manifest
from armlib.packages.package import package_layer
from armlib.packages.restore import Restored, restore
from benchmarks import download
from benchmarks.measure import Timing, commands_in_turn, in_turn, ratio
from benchmarks.table import Row
from tests.campaigns.packages import ARMLIB, BEFORE, Project, make_project, publish_tree, repository
from tests.unit.packages.registry_server import PROGRAM, docker_registry

PACKAGES = 50
LINES = range(75, 1600)  # of a module, 64 bytes each: 5 to 102 kB; a module of the collection has 13 kB in the middle
_COLD = "no more than 1.5 x"


def restoring(folder: Path, repeat: int) -> list[Row]:
    """Return the time of restores with an empty cache, of those with a full one, and of the first one of a project."""
    if PROGRAM is None:
        return [Row("packages: restore", "-", "docker-registry is not installed")]
    with _published(folder / "packages") as (registry, project):
        code, _, said = project.run("restore")
        if code:
            raise RuntimeError(f"armlib restore ended with {code}: {said}")
        wanted = list(_wanted(project, registry))
        size = download.download(wanted)
        what = f"{PACKAGES} packages, {len(wanted)} requests, {size / 2**20:.1f} MiB"
        fresh = make_project(folder / "packages" / "fresh", project.cache, registry)
        return [
            *_in_process(project, wanted, repeat, what),
            *_commands(project, fresh, wanted, repeat, what),
        ]


@contextmanager
def _published(folder: Path) -> Iterator[tuple[str, Project]]:
    """Give a registry with the tree of packages, and a project that depends on all of it."""
    (folder / "registry").mkdir(parents=True)
    with docker_registry(folder / "registry") as server:
        registry = f"oci://{server.host}/benchmark"
        publish_tree(registry, BEFORE, folder / "sources", PACKAGES, LINES)
        yield registry, make_project(folder / "project", folder / "full", registry)


def _wanted(project: Project, registry: str) -> Iterator[tuple[str, str]]:
    """Yield what a restore of *project* must ask for: manifests by their digests, and layers."""
    for locked in _locked(project):
        held = repository(registry, locked.name, project.folder)
        stored = held.manifest(locked.digest)
        assert stored is not None, "it has just been restored"
        layer = package_layer(parse_manifest(stored, locked.id), locked.id)
        address = f"http://{registry.removeprefix('oci://').replace('/', '/v2/', 1)}/{locked.name}"
        yield f"{address}/manifests/{locked.digest}", MANIFEST
        yield f"{address}/blobs/{layer.digest}", "*/*"


def _locked(project: Project) -> Iterable[Locked]:
    lock = read_lock(project.lock)
    assert lock is not None, "the project has been restored"
    return lock.packages.values()


def _in_process(project: Project, wanted: Sequence[tuple[str, str]], repeat: int, what: str) -> list[Row]:
    caches = itertools.count()
    settings = load_settings(project.folder, Flags(), {})

    def cold() -> Restored:
        cache = project.folder.parent / "caches" / f"{next(caches)}"
        return restore(replace(settings, packages=replace(settings.packages, cache=cache)))

    found = in_turn({"restore": cold, "download": partial(download.download, wanted)}, repeat)
    return [
        _against("packages: cold restore, in process", found["restore"], found["download"], _COLD),
        Row("packages: plain download, in process", _milliseconds(found["download"]), f"{what}, 8 connections"),
    ]


def _commands(project: Project, fresh: Project, wanted: Sequence[tuple[str, str]], repeat: int, what: str) -> list[Row]:
    """Return the rows of whole commands; each cold one has a cache of its own, the first one no lock."""
    listed = project.folder.parent / "wanted.txt"
    listed.write_text("".join(f"{address} {accept}\n" for address, accept in wanted), encoding="utf-8")
    cold = f'cd "$1" && ARMLIB_PACKAGES=$(mktemp -d -p "$2") exec "{ARMLIB}" restore'
    places = str(project.folder), str(project.folder.parent)
    found = commands_in_turn(
        {
            "restore": ["sh", "-c", cold, "sh", *places],
            "download": [sys.executable, "-P", download.__file__, str(listed)],
            "first": ["sh", "-c", f'rm -f "$1/armlib.lock" && {cold}', "sh", str(fresh.folder), places[1]],
            "warm": ["env", f"ARMLIB_PACKAGES={project.cache}", ARMLIB, "restore", "--project", str(project.folder)],
        },
        repeat,
    )
    return [
        _against("packages: cold restore, command", found["restore"], found["download"], _COLD),
        Row("packages: plain download, command", _milliseconds(found["download"]), f"{what}, 8 connections"),
        _against("packages: first restore, no lock, command", found["first"], found["download"], ""),
        Row("packages: warm restore, command", _milliseconds(found["warm"]), f"{PACKAGES} packages", "under 300 ms"),
    ]


def _against(name: str, found: Timing, base: Timing, aim: str) -> Row:
    return Row(name, _milliseconds(found), f"{ratio(found, base):.2f} x plain download", aim)


def _milliseconds(found: Timing) -> str:
    return f"{found.median * 1000:.0f} ms"
