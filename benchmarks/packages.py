"""Packages: restoring a tree of them from a registry, against a plain download of the same; and choosing versions."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from semver import Version

from armlib.config import Flags, load_settings
from armlib.packages.errors import PackageError
from armlib.packages.lock import Locked, read_lock
from armlib.packages.manifest import Dependency
from armlib.packages.oci import MANIFEST, parse_manifest
from armlib.packages.origin import Origin
from armlib.packages.package import Release, package_layer
from armlib.packages.resolve import Solution, resolve
from armlib.packages.restore import Restored, restore
from armlib.packages.versions import parse_range, parse_version
from benchmarks import download
from benchmarks.measure import Timing, commands_in_turn, in_turn, ratio
from benchmarks.table import Row, growth_row
from tests.campaigns.packages import ARMLIB, BEFORE, Project, make_project, publish_tree, repository
from tests.unit.packages.registry_server import PROGRAM, docker_registry

PACKAGES = 50
LINES = range(75, 1600)  # of a module, 64 bytes each: 5 to 102 kB; a module of the collection has 13 kB in the middle
SIZES = (250, 500, 1000, 2000)
SEED = 20260901
_NUMBERS = list(itertools.product((1, 2), range(5)))  # first and second of the generated versions
_CHAIN = 3
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


# Choosing versions


@dataclass(frozen=True)
class Index:
    """Generated packages: their versions, oldest first, and their releases."""

    known: Mapping[str, Sequence[Version]]
    releases: Mapping[tuple[str, Version], Release]

    def versions(self, origin: Origin) -> Sequence[Version]:
        """Return the versions of a package."""
        return self.known[origin.name]

    def release(self, origin: Origin, version: Version | None, revision: str | None = None) -> Release:
        """Return one version of a package."""
        assert version is not None, "nothing here is asked for by a revision"
        return self.releases[origin.name, version]

    def prefetch(self, dependencies: Iterable[Dependency]) -> None:
        """Have everything already."""


def generated(count: int) -> Index:
    """Return *count* packages of two lines with five versions each, which need up to four of the sixty after them.

    Of each line one version is meant, and every range allows those that are meant; newer ones are chosen first, and
    given up when a range with an end is met.
    """
    chosen = random.Random(f"{SEED} {count}")
    meant = {(number, line): chosen.randrange(2, 5) for number in range(count) for line in (1, 2)}
    known = {f"p{number}": [parse_version(f"{line}.{minor}.0") for line, minor in _NUMBERS] for number in range(count)}
    releases = {}
    for number, (line, minor) in itertools.product(range(count), _NUMBERS):
        after = range(number + 1, min(number + 61, count))
        asked = {
            f"p{other}": _range(chosen, (meant[other, 1], meant[other, 2]))
            for other in chosen.sample(after, min(chosen.randrange(5), len(after)))
        }
        release = _release(f"p{number}", f"{line}.{minor}.0", asked)
        releases[release.origin.name, release.version] = release
    return Index(known, releases)


def _range(chosen: random.Random, meant: Sequence[int]) -> str:
    """Return a range that allows what is meant: most are like ``^1.2``, some have an end, some span both lines."""
    line = chosen.choice((1, 2))
    most = meant[line - 1]
    low = chosen.randrange(most + 1)
    return chosen.choices((f"^{line}.{low}", f">={line}.{low} <{line}.{most + 1}", ">=1 <3"), (8, 1, 1))[0]


def _release(name: str, version: str, asked: Mapping[str, str]) -> Release:
    return Release(origin=Origin("local:", name), version=parse_version(version), dependencies=_asked(asked))


def _asked(asked: Mapping[str, str]) -> dict[str, Dependency]:
    return {
        name: Dependency(name=name, origin=Origin("local:", name), range=parse_range(text))
        for name, text in asked.items()
    }


def contradicting(index: Index) -> tuple[Index, dict[str, Dependency]]:
    """Return *index* with two chains of packages, every version of which comes to another part of one package's line.

    The second value is what a project asks for that needs both of them, and ten more, which are chosen first.
    """
    known = {**index.known, "q": [parse_version(f"1.{minor}.0") for minor in range(5)]}
    releases = {**index.releases, **{("q", version): _release("q", str(version), {}) for version in known["q"]}}
    for chain, end in (("y", "<1.2"), ("z", ">=1.3 <2")):
        for step in range(_CHAIN):
            name = f"{chain}{step}"
            known[name] = known["q"]
            asked = {f"{chain}{step + 1}": "^1"} if step + 1 < _CHAIN else {"q": end}
            releases |= {(name, version): _release(name, str(version), asked) for version in known["q"]}
    return Index(known, releases), roots("^1") | _asked({"y0": "^1", "z0": "^1"})


def roots(text: str = ">=1 <3") -> dict[str, Dependency]:
    """Return what a project asks for that comes to most of the packages."""
    return _asked({f"p{number}": text for number in range(10)})


def resolving(folder: Path, repeat: int) -> list[Row]:
    """Return the time to choose among 2,000 packages and to tell that nothing goes together, and how both grow."""
    indexes = {size: generated(size) for size in SIZES}
    solutions = {size: resolve(roots(), index) for size, index in indexes.items()}
    found = in_turn({str(size): partial(resolve, roots(), index) for size, index in indexes.items()}, repeat)
    medians = [found[str(size)].median for size in SIZES]
    sizes = [len(solutions[size].packages) for size in SIZES]
    impossible = {size: contradicting(index) for size, index in indexes.items()}
    said = _refusal(*impossible[SIZES[-1]])
    refused = in_turn({str(size): partial(_refusal, *each) for size, each in impossible.items()}, repeat)
    dead = [refused[str(size)].median for size in SIZES]
    return [
        Row(
            f"packages: versions among {SIZES[-1]:,}",
            f"{medians[-1]:.2f} s",
            f"{sizes[-1]} chosen, {_side_by_side(solutions[SIZES[-1]])} of them beside another line",
        ),
        _growth(sizes, medians),
        Row(f"packages: nothing goes together among {SIZES[-1]:,}", f"{dead[-1]:.2f} s", f"{said[:90]}…"),
        _growth(SIZES, dead),
    ]


def _growth(sizes: Sequence[int], medians: Sequence[float]) -> Row:
    return growth_row(f"packages: growth of that from {SIZES[0]} to {SIZES[-1]:,}", sizes, medians, aim="about 1")


def _side_by_side(solution: Solution) -> int:
    """Return how many packages are chosen in a second line."""
    origins = [key.origin for key in solution.packages]
    return len(origins) - len(set(origins))


def _refusal(index: Index, asked: Mapping[str, Dependency]) -> str:
    try:
        resolve(asked, index)
    except PackageError as error:
        return error.message
    raise RuntimeError("versions were found for what contradicts itself")
