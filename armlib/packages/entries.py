"""The main modules of packages, by reference: found, with all that they depend on, and ready to be compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from armlib.build.entries import with_packages
from armlib.config import FILE_NAME, Package
from armlib.dataclass import dataclass
from armlib.jsonnet.packages import RESTORE
from armlib.jsonnet.port import Roots
from armlib.packages import collection
from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.lock import LOCK_NAME, Locked

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.packages.locked import PackageRoots

Modules: TypeAlias = tuple[Mapping[str, tuple[str, Path]], tuple[Package, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a reference led to: a package and, after it, those that it depends on.

    *alias* is the last step of its name, *main* its main file; None when its manifest has to be asked.
    """

    alias: str
    packages: tuple[Package, ...]
    main: str | None = None


def find_modules(references: Sequence[str], settings: Settings, folder: Path) -> Modules:
    """Return alias and main module of each of *references*, and the packages that they are in and depend on.

    A name that the project has locked is what it was locked as, when the reference allows it; all others are looked up
    and fetched, and what they depend on with them. Relative folders in references start from *folder*.

    Raises:
        PackageError: There is no such package, or it may not be used.
        RegistryError: A registry cannot be asked.
    """
    found = {text: one for text in references if (one := _pinned(text, settings, fetch=True)) is not None}
    others = [text for text in dict.fromkeys(references) if text not in found]
    if others:
        from armlib.packages.fetched import fetched

        found |= fetched(others, settings, folder)
    return _modules(found)


def pinned_modules(references: Sequence[str], settings: Settings) -> Modules:
    """Return the same for *references* that are dependencies of the project or come with armlib; nothing is fetched.

    Raises:
        PackageError: One is neither, or is not restored.
    """
    found = {}
    for text in references:
        one = _pinned(text, settings, fetch=False)
        if one is None:
            raise PackageError(
                f"{text}: there is no such file, and the project depends on no package of this name",
                code="entry-not-found",
                hint=f"'armlib add {text}' adds it; a target names what is locked, or comes with armlib",
            )
        found[text] = one
    return _modules(found)


def _modules(found: Mapping[str, Found]) -> Modules:
    packages: tuple[Package, ...] = reduce(with_packages, (one.packages for one in found.values()), ())
    return {text: (one.alias, _main_module(one)) for text, one in found.items()}, packages


def _main_module(found: Found) -> Path:
    """Return the main module of a package, whole as it was fetched.

    Raises:
        PackageError: It has none.
    """
    package = found.packages[0]
    path = package.folder / (found.main or _main_of(package.folder))
    (root,) = Roots(project=package.folder, packages=(replace(package, imports=()),)).package_roots()
    try:
        if root.has(str(path)) and ".." not in path.parts and path.is_file():
            if root.is_whole(str(path), path.read_bytes()):
                return path
            raise DamagedError(f"{path} is not what {package.label} was locked with", hint=RESTORE)
    except (OSError, ValueError) as error:
        raise DamagedError(f"{package.label}: {error}", hint=RESTORE) from error
    message = f"{package.label} has no main module: there is no {path.relative_to(package.folder)} in it"
    raise PackageError(message, code="entry-not-found", hint="a library is imported, not compiled")


def _main_of(folder: Path) -> str:
    if not any((folder / name).is_file() for name in (FILE_NAME, "module.json")):
        return "main.jsonnet"
    from armlib.packages.manifest import read_manifest

    return read_manifest(folder).main


# What needs no registry


def _pinned(text: str, settings: Settings, *, fetch: bool) -> Found | None:
    if not text.startswith(collection.PREFIX):
        return _locked(text, settings, fetch=fetch)
    name, _, wanted = text.removeprefix(collection.PREFIX).removeprefix("#").partition("@")
    packages, main = collection.collected(name, wanted)
    return Found(alias=name.rpartition("/")[2], packages=packages, main=main)


def _locked(text: str, settings: Settings, *, fetch: bool) -> Found | None:
    """Return the dependency of the project that *text* names, as it was locked."""
    name, _, wanted = text.partition("@")
    if ":" in name or (not settings.packages.asked and not (settings.project / LOCK_NAME).exists()):
        return None
    from armlib.packages.restore import require_locked

    lock = require_locked(settings)
    if name not in lock.imports or not _allows(wanted, lock.packages[lock.imports[name]]):
        return None
    packages, imports = _restored(settings, fetch=fetch)
    return Found(alias=name.rpartition("/")[2], packages=reached(packages, dict(imports)[name]))


def _allows(wanted: str, locked: Locked) -> bool:
    if wanted in ("", locked.digest, locked.version):
        return True
    from armlib.packages.versions import parse_range, parse_version

    try:
        return parse_range(wanted).newest([parse_version(locked.version)]) is not None
    except ValueError:  # a digest, or told when it is looked up
        return False


def _restored(settings: Settings, *, fetch: bool) -> PackageRoots:
    from armlib.packages.locked import locked_packages
    from armlib.packages.restore import restore

    try:
        return locked_packages(settings.project, settings)
    except PackageError as error:
        if error.code != "not-restored" or not fetch:
            raise
    restore(settings)
    return locked_packages(settings.project, settings)


def reached(packages: Sequence[Package], number: int) -> tuple[Package, ...]:
    """Return the package *number* of *packages* and, after it, those that it depends on."""
    found = [number]
    for one in found:
        found += [other for _, other in packages[one].imports if other not in found]
    order = {old: new for new, old in enumerate(found)}
    return tuple(
        replace(packages[old], imports=tuple((name, order[other]) for name, other in packages[old].imports))
        for old in found
    )
