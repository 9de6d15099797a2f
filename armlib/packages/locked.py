"""What a compilation needs of the lock: the roots of its packages, from the cache.

Imported when a project has a lock or dependencies; nothing else of packages is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from armlib.config import FILE_NAME, Package, Settings, absolute
from armlib.jsonnet.digest import sha256_hex
from armlib.packages.errors import PackageError
from armlib.packages.location import cache_folder
from armlib.packages.lock import LOCK_NAME, Lock, Locked, read_lock

PackageRoots: TypeAlias = tuple[tuple[Package, ...], tuple[tuple[str, int], ...]]


def locked_packages(project: Path, settings: Settings) -> PackageRoots:
    """Return the packages that *project* has locked, and what the project imports of them.

    Raises:
        PackageError: There are dependencies and no lock (``not-locked``); packages are not in the cache
            (``not-restored``); or the lock is damaged.
    """
    path = project / LOCK_NAME
    try:
        stat = path.stat()
    except OSError:
        if settings.packages.asked and settings.project == project:
            message = f"{project / FILE_NAME} has dependencies, but there is no {LOCK_NAME}"
            raise PackageError(message, code="not-locked", hint="run 'armlib restore'") from None
        return (), ()
    asked = asked_digest(settings.packages.asked, project) if settings.project == project else None
    return _roots(path, (stat.st_mtime_ns, stat.st_size, stat.st_ino), cache_folder(settings.packages.cache), asked)


def asked_digest(tables: str, project: Path) -> str:
    """Return the digest of what decides which packages there are: *tables* of the settings, jsonnet-bundler's files."""
    text = tables
    for name in ("jsonnetfile.json", "jsonnetfile.lock.json"):
        with contextlib.suppress(OSError):
            text += (project / name).read_text("utf-8", "replace")
    return sha256_hex(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=8)
def _roots(path: Path, _stat: tuple[int, int, int], cache: Path, asked: str | None) -> PackageRoots:
    lock = read_lock(path) or Lock()
    if asked not in (None, lock.asked):
        message = f"{path} is not up to date with the dependencies of the project"
        raise PackageError(message, code="lock-stale", hint="run 'armlib restore'")
    return lock_roots(lock, path.parent, cache)


def lock_roots(lock: Lock, project: Path, cache: Path) -> PackageRoots:
    """Return the packages of *lock*, which starts relative folders from *project*, and what it imports of them.

    Raises:
        PackageError: Some are not in the *cache* (``not-restored``).
    """
    numbers = {id_: number for number, id_ in enumerate(lock.packages)}
    packages = tuple(_package(locked, numbers, project, cache) for locked in lock.packages.values())
    absent = [package.label for package in packages if not package.folder.is_dir()]
    if absent:
        listed = ", ".join(absent[:5]) + (f" and {len(absent) - 5} more" if len(absent) > 5 else "")
        message = f"packages of {project} are not restored: {listed}"
        raise PackageError(message, code="not-restored", hint="run 'armlib restore'")
    return packages, _numbered(lock.imports, numbers)


def _package(locked: Locked, numbers: Mapping[str, int], project: Path, cache: Path) -> Package:
    imports = _numbered({locked.name: locked.id, **locked.imports}, numbers)
    label = f"{locked.name}@{locked.version}"
    if not locked.tree:
        folder = absolute(locked.source.removeprefix("path:"), project)
        return Package(label=locked.name, folder=folder, exports=locked.exports, imports=imports)
    return Package(
        label=label,
        folder=tree_folder(cache, locked.tree),
        listing=listing_file(cache, locked.tree),
        digest=locked.tree,
        exports=locked.exports,
        imports=imports,
    )


def _numbered(imports: Mapping[str, str], numbers: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((name, numbers[id_]) for name, id_ in imports.items())


def tree_folder(cache: Path, tree: str) -> Path:
    """Return where the files of a tree are in *cache*."""
    return cache / "trees" / tree


def listing_file(cache: Path, tree: str) -> Path:
    """Return where the listing of a tree is in *cache*."""
    return cache / "trees" / f"{tree}.txt"
