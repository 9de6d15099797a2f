"""Packages by reference, fetched with what they depend on, as a project that depends on them would lock them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from armlib.config import Settings
from armlib.files import write_file
from armlib.jsonnet.digest import sha256_hex
from armlib.packages import collection
from armlib.packages.entries import Found, reached
from armlib.packages.errors import PackageError, RegistryError
from armlib.packages.lock import LOCK_NAME, Lock, lock_text, read_lock
from armlib.packages.locked import lock_roots
from armlib.packages.lookup import opened_at
from armlib.packages.manifest import Dependency, Manifest, dependency_to
from armlib.packages.origin import parse_reference
from armlib.packages.restore import kept_commits, require_signed, settle
from armlib.packages.sources import Sources
from armlib.packages.versions import listed_versions


def fetched(texts: Sequence[str], settings: Settings, folder: Path) -> dict[str, Found]:
    """Return what *texts* refer to, chosen together; the project's lock is preferred, and stays as it is.

    What was chosen is remembered in the cache, so that the same is found again offline.

    Raises:
        PackageError: There is no such package, or it is not signed as ``[trust]`` asks for.
        RegistryError: A registry cannot be asked.
    """
    with opened_at(settings, folder) as (sources, manifest):
        asked = {text: _dependency(text, sources, manifest) for text in texts}
        lock = _settled(replace(manifest, dependencies=asked), sources, settings)
    packages, imports = lock_roots(lock, folder, sources.cache.folder)
    return {text: Found(alias=_alias(asked[text]), packages=reached(packages, number)) for text, number in imports}


def _dependency(text: str, sources: Sources, manifest: Manifest) -> Dependency:
    try:
        reference = parse_reference(text, sources.project, dict(manifest.registries), manifest.default_registry)
        return dependency_to(text, reference)
    except ValueError as error:
        raise PackageError(f"'{text}': {error}", code="version-not-found") from error
    except PackageError as error:
        raise _told_with_file(text, error) from error


def _alias(dependency: Dependency) -> str:
    origin = dependency.origin
    return origin.shown_name.rstrip("/").rpartition("/")[2]


def _settled(manifest: Manifest, sources: Sources, settings: Settings) -> Lock:
    """Return the lock of what *manifest* asks for, with everything of it in the cache."""
    path = sources.cache.folder / "entries" / f"{_key(manifest)}.lock"
    before = read_lock(settings.project / LOCK_NAME) or Lock()
    sources.kept_commits = kept_commits(before, None)  # before anything is asked: answers are remembered
    try:
        for text, dependency in manifest.dependencies.items():
            _require_there(text, dependency, sources)
        lock, _ = settle(manifest, sources, before, keep=None)
    except RegistryError as error:
        lock = _remembered(path, sources) if error.code == "offline" else Lock()
        if not lock.packages:
            raise
        require_signed(lock.packages.values(), sources, manifest)
        return lock
    data = lock_text(lock)
    if not path.is_file() or path.read_bytes() != data:
        write_file(path, data)
    return lock


def _key(manifest: Manifest) -> str:
    """Return the digest of what was asked for, and from where."""
    asked = [f"{text} {one.origin} {one.range.text} {one.revision}" for text, one in manifest.dependencies.items()]
    return sha256_hex("\n".join(sorted(asked)).encode())


def _remembered(path: Path, sources: Sources) -> Lock:
    """Return the lock at *path*; an empty one when it is not there, or not all that it has is in the cache."""
    try:
        lock = read_lock(path) or Lock()
    except PackageError:
        return Lock()
    whole = all(not locked.tree or sources.cache.is_whole(locked.tree) for locked in lock.packages.values())
    return lock if whole else Lock()


def _require_there(text: str, dependency: Dependency, sources: Sources) -> None:
    """Ask for one package by itself, so that the error for what is not there names what was asked for."""
    try:
        if dependency.revision is not None:
            sources.release(dependency.origin, None, dependency.revision)
        elif dependency.range.newest(versions := sources.versions(dependency.origin)) is None:
            message = f"{dependency.origin} has no version in {dependency.range}"
            raise PackageError(message, code="version-not-found", hint=f"there is {listed_versions(versions)}")
    except (PackageError, RegistryError) as error:
        raise _told_with_file(text, error) from error


def _told_with_file(text: str, error: PackageError | RegistryError) -> PackageError | RegistryError:
    """Return *error* for a *text* that may as well have been meant as a file."""
    if "://" in text or text.startswith(("br:", "br/", "layout:", "folder:", "path:")):
        return error
    name = text.partition("@")[0]
    hint = f"armlib comes with one: '{collection.PREFIX}{name}'" if name in collection.names() else error.hint
    files = (text + suffix for suffix in (".jsonnet", ".libsonnet", ".json"))
    hint = next((f"did you mean {file}?" for file in files if Path(file).is_file()), hint)
    code = "entry-not-found" if error.code == "package-not-found" else error.code
    why = error.message.removeprefix(f"'{text}': ")
    return type(error)(f"{text}: there is no such file, and {why}", code=code, hint=hint)
