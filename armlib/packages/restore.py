"""From what a project asks for to its lock, and from the lock to files in the cache."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.config import Settings, no_project
from armlib.packages.cache import ABANDONED, Cache
from armlib.packages.errors import DamagedError, PackageError, RegistryError
from armlib.packages.location import cache_folder
from armlib.packages.lock import LOCK_NAME, Lock, Locked, lock_text, read_lock
from armlib.packages.locked import asked_digest

if TYPE_CHECKING:
    from semver import Version

    from armlib.packages.manifest import Manifest
    from armlib.packages.origin import Origin
    from armlib.packages.resolve import Key, Solution
    from armlib.packages.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it: the lock, the one before, and the ids of the packages that were fetched."""

    lock: Lock
    before: Lock
    fetched: tuple[str, ...] = ()

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What differs from the lock before: (name, version before, version now); "" where there is none."""
        return sorted(_changes(self.before, self.lock))


def _changes(before: Lock, after: Lock) -> Iterator[tuple[str, str, str]]:
    kept = {_what(locked) for locked in before.packages.values()} & {
        _what(locked) for locked in after.packages.values()
    }
    old = [locked for locked in before.packages.values() if _what(locked) not in kept]
    for locked in after.packages.values():
        if _what(locked) in kept:
            continue
        same = (one for one in old if (one.name, one.source) == (locked.name, locked.source))
        was = next(same, None) or next((one for one in old if one.id == locked.id), None)
        if was is None:
            yield locked.name, "", locked.version
            continue
        old.remove(was)
        if was.version == locked.version:
            yield locked.name, f"{was.version} ({_mark(was)})", f"{locked.version} ({_mark(locked)})"
        else:
            yield locked.name, was.version, locked.version
    for gone in old:
        yield gone.name, gone.version, ""


def _what(locked: Locked) -> tuple[str, str, str, str]:
    """Return what a package is, by whatever id it stands in a lock."""
    return locked.name, locked.version, locked.digest, locked.tree


def _mark(locked: Locked) -> str:
    """Return what tells two of the same version apart: the commit, else the digest of the files."""
    return (locked.digest if locked.source.startswith("git:") else locked.tree)[:8]


def restore(settings: Settings, manifest: Manifest | None = None, asked: str | None = None) -> Restored:
    """Bring the packages that the project has locked into the cache; lock them first when what it asks for has changed.

    Args:
        settings: Those of the project.
        manifest: What the project asks for, when that is not what its files say yet.
        asked: The digest that goes with *manifest*.

    Raises:
        PackageError: The lock is damaged, versions conflict, or a package is not what was locked.
        RegistryError: A registry cannot be asked.
    """
    project = settings.project
    lock = read_lock(project / LOCK_NAME)
    asked = asked or asked_digest(settings.packages.asked, project)
    cache = Cache(cache_folder(settings.packages.cache))
    if lock is not None and lock.asked == asked:
        missing = [locked for locked in lock.packages.values() if locked.tree and not cache.is_whole(locked.tree)]
        if missing or settings.packages.has_trust:
            with opened(settings, cache, manifest) as sources:
                require_signed(lock.packages.values(), sources, manifest)
                _fetch(missing, sources)
        return Restored(lock=lock, before=lock, fetched=tuple(locked.id for locked in missing))
    return lock_again(settings, manifest, asked, keep=None)


def lock_again(
    settings: Settings, manifest: Manifest | None = None, asked: str | None = None, *, keep: Collection[str] | None = ()
) -> Restored:
    """Choose versions anew, fetch them, and return the lock; :func:`write_lock` writes it.

    *keep* are the names of packages that stay at the version they were locked at where that will do; None keeps all.
    """
    from armlib.packages.manifest import read_manifest

    project = settings.project
    manifest = manifest or read_manifest(project)
    before = read_lock(project / LOCK_NAME) or Lock()
    with opened(settings, Cache(cache_folder(settings.packages.cache)), manifest) as sources:
        lock, fetched = settle(manifest, sources, before, keep=keep)
    asked = asked or asked_digest(settings.packages.asked, project)
    return Restored(lock=replace(lock, asked=asked), before=before, fetched=fetched)


def settle(
    manifest: Manifest, sources: Sources, before: Lock, *, keep: Collection[str] | None = ()
) -> tuple[Lock, tuple[str, ...]]:
    """Choose versions of what *manifest* depends on, fetch them, and return the lock and the ids of what was fetched.

    *before* and *keep* are as in :func:`lock_again`; the lock does not say what was asked.
    """
    from armlib.packages.package import settled
    from armlib.packages.resolve import resolve

    preferred = _preferred(before, keep)
    sources.kept_commits = kept_commits(before, keep)
    solution = resolve(settled(manifest.dependencies, manifest.default_registry), sources, preferred)
    wanted = _locks(solution)
    trees = {(locked.id, locked.digest): locked.tree for locked in before.packages.values() if locked.digest}
    entries = [replace(locked, tree=trees.get((locked.id, locked.digest), "")) for locked in wanted.packages.values()]
    require_signed(entries, sources, manifest)
    missing = [locked for locked in entries if not locked.tree or not sources.cache.is_whole(locked.tree)]
    fetched = dict(zip((locked.id for locked in missing), _fetch(missing, sources), strict=True))
    packages = {
        locked.id: replace(locked, tree=fetched.get(locked.id, locked.tree))
        for locked in sorted(entries, key=lambda locked: locked.id)
    }
    return Lock(imports=wanted.imports, packages=packages), tuple(fetched)


def write_lock(project: Path, lock: Lock) -> None:
    """Write the lock of *project*, unless it is what is there."""
    from armlib.files import write_file

    path, text = project / LOCK_NAME, lock_text(lock)
    if not path.is_file() or path.read_bytes() != text:
        write_file(path, text)
    _sweep(project)


def _sweep(project: Path) -> None:
    """Remove what processes left beside the lock and ``armlib.toml`` that were killed while they wrote those."""
    for path in project.glob(".armlib.*.tmp"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - ABANDONED:
                path.unlink()


@contextmanager
def opened(settings: Settings, cache: Cache, manifest: Manifest | None) -> Iterator[Sources]:
    """Give the sources of a project, which are closed at the end of the block."""
    from armlib.packages.manifest import read_manifest
    from armlib.packages.sources import Sources

    manifest = manifest or read_manifest(settings.project)
    sources = Sources(
        settings.project,
        cache,
        default=manifest.default_registry,
        offline=settings.packages.offline,
        mirrors=manifest.mirrors,
        pins=manifest.pins,
        ca_file=settings.packages.ca,
    )
    try:
        yield sources
    finally:
        sources.close()


def _preferred(before: Lock, keep: Collection[str] | None) -> Mapping[Key, Version]:
    from armlib.packages.resolve import Key
    from armlib.packages.versions import line_of, parse_version

    preferred = {}
    for locked in before.packages.values():
        if keep is None or locked.name in keep:
            version = parse_version(locked.version)
            preferred[Key(str(origin_of(locked)), line_of(version))] = version
    return preferred


def kept_commits(before: Lock, keep: Collection[str] | None) -> Mapping[tuple[str, str], str]:
    """Return the locked commits that stay, by package and by the ref that named them."""
    return {
        (locked.source, locked.ref): locked.digest
        for locked in before.packages.values()
        if locked.ref and (keep is None or locked.name in keep)
    }


def _locks(solution: Solution) -> Lock:
    """Return the lock of *solution*, without trees."""
    from armlib.packages.resolve import label

    labels: dict[object, str] = {}
    taken: set[str] = set()
    for key, chosen in sorted(solution.packages.items(), key=lambda item: (item[0].origin, item[0].line)):
        name = label(chosen.release)
        if name in taken:
            name = f"{name} ({key.origin}{key.line if key.line.startswith('=') else ''})"
        taken.add(name)
        labels[key] = name
    packages = {
        labels[key]: Locked(
            id=labels[key],
            name=chosen.release.origin.shown_name,
            version=str(chosen.release.version),
            source=_source_of(chosen.release.origin),
            digest=chosen.release.digest,
            ref=chosen.release.ref,
            exports=chosen.release.exports,
            imports={name: labels[target] for name, target in chosen.imports.items()},
        )
        for key, chosen in solution.packages.items()
    }
    return Lock(imports={name: labels[key] for name, key in solution.imports.items()}, packages=packages)


def _source_of(origin: Origin) -> str:
    """Return the source as the lock has it: for git with the folder in the repository."""
    return str(origin) if origin.kind == "git" else origin.source


def origin_of(locked: Locked) -> Origin:
    """Return where a locked package comes from."""
    from armlib.packages.origin import Origin

    if locked.source.startswith("git:"):
        source, _, folder = locked.source.partition("#")
        return Origin(source, folder)
    return Origin(locked.source, "" if locked.source.startswith("path:") else locked.name)


def require_signed(packages: Iterable[Locked], sources: Sources, manifest: Manifest | None) -> None:
    """Hold *packages* to what ``[trust]`` asks for, before anything of them is unpacked.

    Raises:
        DamagedError: One is not signed by a key that it must be signed by.
    """
    from armlib.packages.manifest import read_manifest

    manifest = manifest or read_manifest(sources.project)
    if not manifest.trust.require:
        return
    from armlib.packages.signatures import read_public_key, require_signature, required_keys

    trust = manifest.trust
    concerned = [locked for locked in packages if required_keys(trust, locked.name)]
    names = {name for locked in concerned for name in required_keys(trust, locked.name)}
    keys = {name: read_public_key(trust.keys[name]) for name in names}

    def check(locked: Locked) -> None:
        if not locked.digest.startswith("sha256:"):
            message = f"{locked.name} comes from {locked.source}, where nothing is signed, but [trust] asks for it"
            raise DamagedError(message, code="signature-missing", hint="change require in [trust]")
        try:
            require_signature(trust, locked.name, locked.digest, sources.kept_signatures(locked.digest), keys)
        except DamagedError:  # it may have been signed since
            envelopes = sources.signatures(origin_of(locked), locked.digest)
            require_signature(trust, locked.name, locked.digest, envelopes, keys)

    sources.in_parallel([lambda locked=locked: check(locked) for locked in concerned])  # type: ignore[misc]


def _fetch(missing: list[Locked], sources: Sources) -> list[str]:
    """Fetch packages in parallel and return their trees; one that was locked with a tree must come to that."""

    def fetch(locked: Locked) -> str | RegistryError:
        try:
            tree = sources.fetch(origin_of(locked), locked.version, locked.digest, locked.tree)
        except RegistryError as error:
            if error.code != "offline":
                raise
            return error
        if locked.tree and tree != locked.tree:
            hint = "if the change is wanted, 'armlib update' locks what is there now"
            raise DamagedError(f"{locked.id} is not what was locked", code="package-changed", hint=hint)
        return tree

    found = sources.in_parallel([lambda locked=locked: fetch(locked) for locked in missing])  # type: ignore[misc]
    refused = [locked for locked, one in zip(missing, found, strict=True) if isinstance(one, RegistryError)]
    if refused:
        each = ", ".join(_absent(locked, sources.cache) for locked in refused)
        hint = "run 'armlib restore' without --offline once, or name a mirror in [mirrors] that is a folder"
        raise RegistryError(f"we are offline, and {each}", code="offline", hint=hint)
    return [tree for tree in found if isinstance(tree, str)]


def _absent(locked: Locked, cache: Cache) -> str:
    """Return what keeps a package from being taken from the cache."""
    what = f"{locked.id} of {locked.source}"
    try:
        cache.files(locked.tree) if locked.tree else None
    except DamagedError as error:
        return f"{what} is damaged in the cache: {error.message}"
    return f"{what} is not in the cache"


def require_project(settings: Settings) -> Path:
    """Return the ``armlib.toml`` of the project.

    Raises:
        InputError: There is none.
    """
    if settings.file is None and not (settings.project / "jsonnetfile.json").is_file():
        raise no_project(settings.project)
    return settings.project / "armlib.toml"


def require_locked(settings: Settings) -> Lock:
    """Return the lock of the project.

    Raises:
        PackageError: There is none (``not-locked``), or it does not go with what the project asks for (``lock-stale``).
    """
    path = settings.project / LOCK_NAME
    lock = read_lock(path)
    if lock is None:
        raise PackageError(f"there is no {path}", code="not-locked", hint="run 'armlib restore'")
    if lock.asked != asked_digest(settings.packages.asked, settings.project):
        message = f"{path} is not up to date with the dependencies of the project"
        raise PackageError(message, code="lock-stale", hint="run 'armlib restore'")
    return lock


def locked_project(settings: Settings) -> Lock:
    """Return the lock of the project, an empty one when it depends on nothing.

    Raises:
        PackageError: It has dependencies, and no lock that goes with them.
    """
    require_project(settings)
    if not settings.packages.asked and not (settings.project / LOCK_NAME).exists():
        return Lock()
    return require_locked(settings)


def names_but(project: Path, names: Collection[str]) -> Collection[str]:
    """Return the locked packages that are none of *names*, given by name or by what they are imported by; none for all.

    Raises:
        PackageError: One of *names* is no package of the lock.
    """
    if not names:
        return ()
    lock = read_lock(project / LOCK_NAME) or Lock()
    known = {locked.name for locked in lock.packages.values()}
    chosen = {lock.packages[lock.imports[name]].name if name in lock.imports else name for name in names}
    for name in sorted(chosen - known):
        from armlib.diagnostics import nearest

        near = nearest(name, known)
        hint = f"did you mean '{near}'?" if near else "'armlib list' lists them"
        raise PackageError(f"the project has no package '{name}'", code="package-not-found", hint=hint)
    return known - chosen
