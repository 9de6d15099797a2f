"""Puts a folder into a registry as one version of a package, which then never changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from armlib.config import Settings
from armlib.jsonnet.port import Evaluator
from armlib.packages.compare import Change, Interface, compare, least_version, step_of
from armlib.packages.contents import package_files
from armlib.packages.errors import PackageError
from armlib.packages.interface import EXAMPLES, interface_of_folder, interface_of_package
from armlib.packages.lookup import found_at
from armlib.packages.manifest import MAIN, Manifest
from armlib.packages.oci import Descriptor, Repository, canonical
from armlib.packages.origin import Origin, Reference
from armlib.packages.package import Artifact, build, push
from armlib.packages.sources import Sources
from armlib.packages.versions import from_tag, sort_key, to_tag

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was published, and where; *is_new* is False when the same was there already."""

    origin: Origin
    tag: str
    descriptor: Descriptor
    files: int
    is_new: bool
    is_signed: bool


def require_package(manifest: Manifest) -> tuple[str, str]:
    """Return name and version of a package.

    Raises:
        PackageError: It says no name or version.
    """
    if manifest.name is None or manifest.version is None:
        hint = 'add [package] with name = "area/name" and version = "1.0.0" to armlib.toml, or a module.json'
        raise PackageError(f"{manifest.folder} is not a package", code="no-manifest", hint=hint)
    return manifest.name, str(manifest.version)


def make_artifact(manifest: Manifest, settings: Settings, evaluator: Evaluator) -> tuple[Artifact, Interface]:
    """Return the package of the folder of *manifest*, and its interface.

    Raises:
        PackageError: It is no package, or holds what none may.
        DiagnosticsError: Its main module cannot say what its parameters are, or an example does not compile.
    """
    require_package(manifest)
    files = package_files(manifest)
    if not files:
        raise PackageError(f"{manifest.folder} has no files", code="package-empty")
    _require_entrances(manifest, files)
    interface = interface_of_folder(manifest, settings, evaluator)
    made = {**files, EXAMPLES: canonical({**interface.examples})} if interface.examples else files
    return build(manifest, made, interface.descriptor), interface


def _require_entrances(manifest: Manifest, files: Collection[str]) -> None:
    """Hold the main module and what others may import to the *files* of the package."""
    is_there = manifest.main in files or (manifest.main == MAIN and not (manifest.folder / MAIN).exists())
    if not is_there:
        message = f"the main module {manifest.main} is none of the files of the package in {manifest.folder}"
        raise PackageError(message, code="bad-manifest", hint="main names a file there that exclude does not leave out")
    for pattern in manifest.exports:
        if not any(fnmatchcase(path, pattern) for path in files):
            message = f"exports of the package in {manifest.folder} has '{pattern}', and none of its files fits"
            raise PackageError(message, code="bad-manifest", hint='a pattern is like "main.jsonnet" or "lib/*"')


def require_honest_version(manifest: Manifest, interface: Interface, sources: Sources, origin: Origin) -> list[Change]:
    """Return what differs from the newest version before that of *manifest*, which must be a step large enough.

    Raises:
        PackageError: It is not (``version-too-small``).
    """
    require_package(manifest)
    assert manifest.version is not None
    tags = sources.repository(origin).tags()
    versions = [version for version in map(from_tag, tags) if version is not None]
    before = [version for version in versions if sort_key(version) < sort_key(manifest.version)]
    released = [version for version in before if version.prerelease is None]
    if not released or manifest.version.prerelease is not None:
        return []
    newest = max(released, key=sort_key)
    old = interface_of_package(found_at(Reference(origin=origin, tag=to_tag(newest)), sources), sources)
    changes = compare(old, interface)
    least = least_version(newest, step_of(changes))
    if sort_key(manifest.version) < sort_key(least):
        step = step_of(changes)
        gravest = "; ".join(f"{one.path} {one.message}" for one in changes if one.step is step)
        raise PackageError(
            f"version {manifest.version} is too small a step from {newest}: {gravest}",
            code="version-too-small",
            hint=f"the smallest honest version is {least}",
        )
    return changes


def publish(
    manifest: Manifest,
    artifact: Artifact,
    repository: Repository,
    origin: Origin,
    *,
    files: int,
    key: Ed25519PrivateKey | None = None,
    dry_run: bool = False,
) -> Published:
    """Store *artifact* as the version that *manifest* says, and sign it with *key*.

    Publishing the same once more changes nothing, so that a job which was cut off can be run again.

    Raises:
        PackageError: This version is there, with other contents (``version-exists``).
        RegistryError: The registry refuses.
    """
    name, version = require_package(manifest)
    tag = to_tag(manifest.version) if manifest.version is not None else ""
    there = repository.manifest(tag)
    if there is not None and there.descriptor.digest != artifact.descriptor.digest:
        raise PackageError(
            f"{origin} has a version {version} already, with other contents",
            code="version-exists",
            hint="a version never changes: raise it in the manifest",
        )
    descriptor = artifact.descriptor
    if not dry_run:
        descriptor = descriptor if there is not None else push(artifact, repository, tag)
        if key is not None:
            from armlib.packages.signatures import push_signature, sign

            push_signature(repository, descriptor, sign(key, descriptor.digest, name, version))
    return Published(
        origin=origin,
        tag=tag,
        descriptor=descriptor,
        files=files,
        is_new=there is None,
        is_signed=key is not None and not dry_run,
    )
