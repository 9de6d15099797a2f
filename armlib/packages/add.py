"""Adds dependencies to ``armlib.toml``, whose comments and order stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import tomlkit

from armlib.config import FILE_NAME, Settings, no_project
from armlib.errors import UsageError
from armlib.files import write_files
from armlib.packages.cache import Cache
from armlib.packages.errors import PackageError
from armlib.packages.location import cache_folder
from armlib.packages.lock import LOCK_NAME, lock_text
from armlib.packages.locked import asked_digest
from armlib.packages.manifest import Manifest, read_manifest
from armlib.packages.names import import_name_problem
from armlib.packages.origin import Origin, Reference, parse_reference
from armlib.packages.restore import Restored, lock_again, opened
from armlib.packages.versions import parse_range, sort_key


def add(settings: Settings, references: Sequence[str], alias: str | None, folder: Path) -> Restored:
    """Add *references* to the project, lock and fetch; ``armlib.toml`` and the lock are written together at the end.

    Args:
        settings: Those of the project.
        references: As :func:`~armlib.packages.origin.parse_reference` reads them.
        alias: What the one reference is imported by.
        folder: Where relative folders in references start.

    Raises:
        PackageError: There is no such package, or it does not go with the others.
    """
    if alias and len(references) > 1:
        raise UsageError("--as names one package", hint="add them one by one")
    path = settings.project / FILE_NAME
    if settings.file is None:
        raise no_project(settings.project)
    manifest = read_manifest(settings.project)
    before = path.read_text("utf-8")
    document = tomlkit.parse(before)
    table = document.setdefault("dependencies", tomlkit.table())
    registries = dict(manifest.registries)
    for text in references:
        reference = parse_reference(text, folder, registries, manifest.default_registry)
        name, value = _entry(settings, manifest, _seen_from(reference, folder, settings.project), alias)
        table[name] = value
    changed = tomlkit.dumps(document).encode()
    restored = _locked(settings, manifest, changed)
    if path.read_text("utf-8") != before:
        message = f"{path} was changed while packages were fetched, and is left as it is now"
        raise PackageError(message, code="changed-meanwhile", hint="run the command again")
    write_files({path: changed, settings.project / LOCK_NAME: lock_text(restored.lock)})
    return restored


def _seen_from(reference: Reference, folder: Path, project: Path) -> Reference:
    from armlib.packages.origin import FOLDER_KINDS, relative_folder

    origin = reference.origin
    if origin.kind not in FOLDER_KINDS:
        return reference
    place = relative_folder(Path(origin.place), folder, project)
    return replace(reference, origin=Origin(f"{origin.kind}:{place}", origin.name))


def _entry(settings: Settings, manifest: Manifest, reference: Reference, alias: str | None) -> tuple[str, object]:
    """Return the key and the value for ``[dependencies]``."""
    origin = reference.origin
    name = alias or _own_name(origin)
    problem = import_name_problem(name)
    if problem:
        raise UsageError(problem, hint="--as NAME says what it is imported by")
    if origin.kind == "path":
        return name, _inline({"path": origin.place})
    version = reference.version
    try:
        parse_range(version or "*")
    except ValueError as error:
        raise PackageError(f"{origin}: {error}", code="version-not-found") from error
    if version is None and reference.tag is None and reference.digest is None:
        version = _newest(settings, manifest, origin)
    if version is not None and origin.source == manifest.default_registry and name == origin.name:
        return name, version
    if origin.kind == "git":
        asked = {"git": origin.place, "directory": origin.name or None, "version": version, "revision": reference.tag}
        return name, _inline(asked)
    registry = next((alias for alias, source in manifest.registries.items() if source == origin.source), origin.source)
    said = {"package": origin.name if name != origin.name else None, "registry": registry, "version": version}
    if origin.source == manifest.default_registry:
        del said["registry"]
    return name, _inline({**said, **_revision(reference)})


def _own_name(origin: Origin) -> str:
    """Return what a package is imported by when nothing is said: of git the last step of the folder or repository."""
    return PurePosixPath(origin.shown_name).name if origin.kind == "git" else origin.name or Path(origin.place).name


def _revision(reference: Reference) -> dict[str, str | None]:
    from armlib.packages.versions import from_tag

    version = from_tag(reference.tag) if reference.tag else None
    if version is not None:
        return {"version": str(version)}
    revision = reference.tag or reference.digest
    return {"revision": revision} if revision else {}


def _newest(settings: Settings, manifest: Manifest, origin: Origin) -> str | None:
    """Return the range of what is compatible with the newest version, pre-releases only when there is nothing else.

    None stands for the branch that a git repository without versions is at.
    """
    with opened(settings, Cache(cache_folder(settings.packages.cache)), manifest) as sources:
        try:
            versions = sources.versions(origin)
        except PackageError as error:
            if origin.kind == "git" and error.code == "version-not-found":
                return None
            raise
    released = [version for version in versions if version.prerelease is None] or list(versions)
    if not released:
        raise PackageError(f"{origin} has no version", code="version-not-found", hint="say a tag: REF:TAG")
    return f"^{max(released, key=sort_key)}"


def _inline(values: dict[str, str | None]) -> object:
    table = tomlkit.inline_table()
    for key, value in values.items():
        if value is not None:
            table.append(key, value)
    return table


def _locked(settings: Settings, own: Manifest, text: bytes) -> Restored:
    """Return the lock for the project whose manifest is *own*, as it is when ``armlib.toml`` has *text*."""
    import tempfile

    from armlib.config import Flags, load_settings

    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / FILE_NAME).write_bytes(text)
        asked = load_settings(Path(scratch), Flags(), {}).packages.asked
        changed = read_manifest(Path(scratch), Path(scratch))
    manifest = replace(own, dependencies={**own.dependencies, **changed.dependencies})
    return lock_again(settings, manifest, asked_digest(asked, settings.project), keep=None)
