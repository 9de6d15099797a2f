"""Restores killed at random moments: ``python -m tests.campaigns.restore_kills [--times N] [--seed N]``.

``armlib restore``, ``update`` and ``add`` of a tree of packages are killed with SIGKILL, at moments spread over the
time that each takes. What is left must be usable: the lock is the one before or the one after, nothing in the cache is
taken for whole that is not, the next ``armlib restore`` succeeds, and what compiles then is what the lock says.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.packages import AFTER, BEFORE, Project, damage, expected, make_project, name_of, publish_tree
from tests.unit.packages.registry_server import docker_registry

_LEAF = 19  # a package that needs no other
_LONG_AGO = 2 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is killed, in a copy of *project*, with a cache that is empty or has all that there was *before*."""

    name: str
    command: tuple[str, ...]
    project: Project
    is_warm: bool
    said: dict[bytes, str]  # what the project compiles to says, by the lock; b"" for none


@dataclass(frozen=True, slots=True)
class Result:
    """What was found after one kill, *delay* seconds after the start; it may have come too late."""

    scenario: str
    delay: float
    was_alive: bool
    was_written: bool  # whether the lock was the one after
    left: int  # things in tmp/ and beside the lock
    wrong: tuple[str, ...]


def scenarios(registry: str, folder: Path) -> list[Scenario]:
    """Return what is killed: the tree is published to *registry*, in the version before and the one after."""
    publish_tree(registry, BEFORE, folder / "packages")
    fresh = make_project(folder / "fresh", folder / "cache", registry)
    old = make_project(folder / "old", folder / "cache", registry)
    leaf = make_project(folder / "leaf", folder / "cache", registry, _LEAF)
    for project in (old, leaf):
        _require(project, "restore")
    publish_tree(registry, AFTER, folder / "packages")
    told = {_lock_after(fresh, "restore"): expected(AFTER), old.lock.read_bytes(): expected(BEFORE)}
    leaf_told = {
        lock: expected(version, _LEAF)
        for lock, version in ((leaf.lock.read_bytes(), BEFORE), (_lock_after(leaf, "add", name_of(0)), BEFORE))
    }
    told |= {_lock_after(old, "update"): expected(AFTER), b"": ""}
    chosen = [
        ("restore, no lock", ("restore",), fresh, told),
        ("restore, locked", ("restore",), old, told),
        ("update", ("update",), old, told),
        ("add", ("add", name_of(0)), leaf, leaf_told),
    ]
    return [
        Scenario(f"{name}, {'warm' if is_warm else 'cold'}", command, project, is_warm, said)
        for name, command, project, said in chosen
        for is_warm in (False, True)
    ]


def _require(project: Project, *command: str) -> None:
    code, _, err = project.run(*command)
    if code:
        raise RuntimeError(f"armlib {' '.join(command)} ended with {code}: {err}")


def _lock_after(project: Project, *command: str) -> bytes:
    with _copy(project, project.folder.parent / "trial", is_warm=True) as copy:
        _require(copy, *command)
        return copy.lock.read_bytes()


@contextlib.contextmanager
def _copy(project: Project, folder: Path, *, is_warm: bool) -> Iterator[Project]:
    """Give a copy of *project* beside the original, with a cache of its own, which is removed at the end."""
    shutil.copytree(project.folder, folder)
    cache = folder.with_name(f"{folder.name}-cache")
    if is_warm:
        shutil.copytree(project.cache, cache)
    try:
        yield Project(folder, cache)
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(cache, ignore_errors=True)


def duration(scenario: Scenario) -> float:
    """Return the seconds that the command takes when nobody kills it: the shortest of three runs."""
    seconds = []
    for _ in range(3):
        with _copy(scenario.project, scenario.project.folder.parent / "timed", is_warm=scenario.is_warm) as copy:
            began = time.monotonic()
            _require(copy, *scenario.command)
            seconds.append(time.monotonic() - began)
    return min(seconds)


def kill_once(scenario: Scenario, delay: float) -> Result:
    """Kill the command *delay* seconds after its start, and look at what it left."""
    with _copy(scenario.project, scenario.project.folder.parent / "killed", is_warm=scenario.is_warm) as project:
        before = project.lock.read_bytes() if project.lock.exists() else b""
        process = project.start(*scenario.command)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        was_alive = process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        lock = project.lock.read_bytes() if project.lock.exists() else b""
        wrong = damage(project.cache)
        if lock not in scenario.said:
            wrong.append("the lock is neither the one before nor the one after")
        left = len(_left(project))
        wrong += _usable(scenario, project)
        return Result(scenario.name, delay, was_alive, lock != before, left, tuple(wrong))


def _usable(scenario: Scenario, project: Project) -> Iterator[str]:
    """Yield what is wrong when the project is restored and compiled, an hour later."""
    _age(project)
    code, _, err = project.run("restore")
    if code:
        yield f"armlib restore ended with {code}: {err}"
        return
    lock = project.lock.read_bytes()
    if lock not in scenario.said:
        yield "the lock after restoring is neither the one before nor the one after"
    elif project.said() != scenario.said[lock]:
        yield f"it compiles to {project.said()}"
    yield from damage(project.cache)
    tree = next(project.cache.glob("trees/*.txt"))  # something must be fetched for the sweep to come by
    shutil.rmtree(tree.with_suffix(""))
    project.lock.unlink()
    code, _, err = project.run("restore")
    if code:
        yield f"armlib restore without a lock ended with {code}: {err}"
    yield from (f"{path} was left" for path in _left(project))


def _left(project: Project) -> list[Path]:
    """Return the temporary files of the project and of its cache."""
    found = [*project.folder.rglob("*.tmp"), *project.cache.rglob("*.tmp"), *project.cache.glob("tmp/*")]
    return sorted(found)


def _age(project: Project) -> None:
    for path in _left(project):
        os.utime(path, (time.time() - _LONG_AGO,) * 2)


def campaign(times: int, seed: int, registry: str, folder: Path) -> list[Result]:
    """Kill *times* commands, the scenarios in turn, each at a random moment of the time that it takes."""
    chosen = random.Random(seed)
    known = scenarios(registry, folder)
    used = [known[number % len(known)] for number in range(times)]
    longest = {each.name: duration(each) for each in used[: len(known)]}
    return [kill_once(each, chosen.uniform(0, longest[each.name] * 1.1)) for each in used]


def table(results: list[Result]) -> Iterator[str]:
    """Yield the lines of a table, one a scenario."""
    heads = f"{'kills':>5} {'alive':>5} {'written':>7} {'earliest':>8} {'latest':>8} {'left':>4} {'wrong':>5}"
    yield f"{'scenario':24} {heads}"
    for name in dict.fromkeys(result.scenario for result in results):
        own = [result for result in results if result.scenario == name]
        delays = [result.delay for result in own if result.was_alive] or [0.0]
        yield (
            f"{name:24} {len(own):5} {sum(each.was_alive for each in own):5} {sum(each.was_written for each in own):7} "
            f"{min(delays):7.2f}s {max(delays):7.2f}s {max(each.left for each in own):4} "
            f"{sum(bool(each.wrong) for each in own):5}"
        )


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.restore_kills", description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="how often to kill")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    parser.add_argument("--layout", action="store_true", help="restore from a folder instead of docker-registry")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="armlib-kills-") as text, contextlib.ExitStack() as stack:
        folder = Path(text)
        (folder / "registry").mkdir()
        if options.layout:
            registry = f"layout:{folder / 'registry' / 'layout'}"
        else:
            registry = f"oci://{stack.enter_context(docker_registry(folder / 'registry')).host}/kills"
        results = campaign(options.times, options.seed, registry, folder)
    for result in results:
        for wrong in result.wrong:
            print(f"{result.scenario}, after {result.delay:.3f} s: {wrong}", file=sys.stderr)
    print("\n".join(table(results)))
    bad = sum(bool(result.wrong) for result in results)
    print(f"{len(results)} kills, {bad} with something wrong; {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
