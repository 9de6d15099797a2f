"""Puts a folder into a registry as one version of a package, which then never changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.config import Settings, Target
from armlib.jsonnet.port import Evaluator
from armlib.jsontypes import JsonObject
from armlib.packages.contents import package_files
from armlib.packages.errors import PackageError
from armlib.packages.manifest import Manifest
from armlib.packages.oci import Descriptor, Repository
from armlib.packages.origin import Origin
from armlib.packages.package import Artifact, build, push
from armlib.packages.versions import to_tag

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


def make_artifact(manifest: Manifest, settings: Settings, evaluator: Evaluator) -> tuple[Artifact, int]:
    """Return the package of the folder of *manifest*, and how many files it has.

    Raises:
        PackageError: It is no package, or holds what none may.
        DiagnosticsError: Its main module cannot say what its parameters are.
    """
    require_package(manifest)
    files = package_files(manifest)
    if not files:
        raise PackageError(f"{manifest.folder} has no files", code="package-empty")
    return build(manifest, files, describe_main(manifest, settings, evaluator)), len(files)


def describe_main(manifest: Manifest, settings: Settings, evaluator: Evaluator) -> JsonObject:
    """Return what ``armlib describe`` says of the main module; nothing for a library, which has none."""
    from armlib.build.description import describe_target
    from armlib.compiler.describe import describe_json
    from armlib.diagnostics import has_errors
    from armlib.errors import DiagnosticsError

    main = manifest.folder / manifest.main
    if not main.is_file():
        if manifest.main != "main.jsonnet":
            raise PackageError(f"{manifest.folder} has no {manifest.main}", code="bad-manifest")
        return {}
    target = Target(name="describe", entries=((manifest.name, main),), library=collection_of(manifest))
    module = describe_target(target, settings, evaluator)
    if has_errors(module.diagnostics):
        raise DiagnosticsError(module.diagnostics)
    return describe_json(module)


def collection_of(manifest: Manifest) -> tuple[Path, ...]:
    """Return the folder in which packages lie by their names, when that of *manifest* is in one: ``FOLDER/NAME``."""
    name = manifest.name or ""
    if not manifest.folder.as_posix().endswith(f"/{name}"):
        return ()
    return (Path(manifest.folder.as_posix().removesuffix(f"/{name}")),)


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
