"""Single packages of registries, by reference: look at them, unpack them, verify them, copy them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armlib.config import FILE_NAME, Settings
from armlib.jsontypes import Json, JsonObject
from armlib.packages import bicep
from armlib.packages.cache import Cache
from armlib.packages.errors import PackageError
from armlib.packages.location import cache_folder
from armlib.packages.manifest import BUNDLER_FILE, MODULE_FILE, Manifest, read_manifest
from armlib.packages.oci import Descriptor, ImageManifest, Stored, parse_manifest, parse_object
from armlib.packages.origin import Origin, Reference, parse_reference, parse_source
from armlib.packages.package import layer_files, package_layer, read_release
from armlib.packages.sources import Sources
from armlib.packages.versions import from_tag, listed_versions, parse_range, to_tag

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A package that a reference led to; *tag* is None when it was named by its digest."""

    origin: Origin
    tag: str | None
    stored: Stored
    manifest: ImageManifest

    @property
    def digest(self) -> str:
        """The digest of its manifest."""
        return self.stored.descriptor.digest

    @property
    def reference(self) -> str:
        """What names it: its origin, and its tag when it has one."""
        return f"{self.origin}:{self.tag}" if self.tag else str(self.origin)

    def __str__(self) -> str:
        return f"{self.reference}@{self.digest}"


@contextmanager
def opened_at(settings: Settings, folder: Path) -> Iterator[tuple[Sources, Manifest]]:
    """Give the sources that references written in *folder* use, and the manifest with their short names."""
    has_manifest = any((settings.project / name).is_file() for name in (FILE_NAME, MODULE_FILE, BUNDLER_FILE))
    manifest = read_manifest(settings.project, folder) if has_manifest else Manifest(folder=folder)
    sources = Sources(
        folder,
        Cache(cache_folder(settings.packages.cache)),
        default=manifest.default_registry,
        offline=settings.packages.offline,
        mirrors=manifest.mirrors,
        pins=manifest.pins,
        ca_file=settings.packages.ca,
    )
    try:
        yield sources, manifest
    finally:
        sources.close()


@contextmanager
def opened_afresh(settings: Settings, folder: Path) -> Iterator[tuple[Sources, Manifest]]:
    """Give what :func:`opened_at` gives, for looking at what a registry has, whatever of it was fetched before."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as empty:
        cache = settings.packages.cache if settings.packages.offline else Path(empty)
        with opened_at(replace(settings, packages=replace(settings.packages, cache=cache)), folder) as opened:
            yield opened


def registries_around(folder: Path, project: Path) -> Mapping[str, str]:
    """Return the registries that *project* has short names for, as seen from *folder*."""
    return read_manifest(project, folder).registries if (project / FILE_NAME).is_file() else {}


def find(text: str, sources: Sources, manifest: Manifest) -> Found:
    """Return the package that *text* refers to; the newest version when it names none.

    Raises:
        PackageError: There is no such package.
        RegistryError: The registry cannot be asked.
    """
    reference = parse_reference(text, sources.project, dict(manifest.registries), manifest.default_registry)
    return found_at(reference, sources)


def found_at(reference: Reference, sources: Sources) -> Found:
    """Return the package of *reference*."""
    origin = reference.origin
    tag = reference.tag
    if tag is None and reference.digest is None:
        tag = _newest_tag(reference, sources)
    stored = sources.stored(origin, reference.digest or tag or "")
    return Found(origin=origin, tag=tag, stored=stored, manifest=parse_manifest(stored, str(origin)))


def _newest_tag(reference: Reference, sources: Sources) -> str:
    try:
        wanted = parse_range(reference.version or "*")
    except ValueError as error:
        raise PackageError(str(error), code="version-not-found") from error
    versions = sources.versions(reference.origin)
    newest = wanted.newest(versions)
    if newest is None:
        message = f"{reference.origin} has no version in {wanted}"
        raise PackageError(message, code="version-not-found", hint=f"there is {listed_versions(versions)}")
    tags = sources.tags(reference.origin)
    return to_tag(newest) if to_tag(newest) in tags else next(tag for tag in tags if from_tag(tag) == newest)


def files_of(found: Found, sources: Sources) -> dict[str, bytes]:
    """Return the files of a package; every blob and name of it has been checked."""
    if found.manifest.kind in bicep.KINDS:
        template = sources.blob(found.origin, bicep.template_layer(found.manifest, str(found)))
        return bicep.module_files(template, found.origin, str(found))
    return layer_files(sources.blob(found.origin, package_layer(found.manifest, str(found))), str(found))


def config_of(found: Found, sources: Sources) -> dict[str, Any]:
    """Return what a package says of itself; of a module of Bicep, what its manifest says."""
    if found.manifest.kind in bicep.KINDS:
        said = found.manifest.annotations.get("org.opencontainers.image.description", "")
        return {"name": found.origin.name, "version": found.tag, "description": said}
    return parse_object(sources.blob(found.origin, found.manifest.config), str(found))


def pull(found: Found, sources: Sources, folder: Path) -> list[Path]:
    """Unpack a package into *folder*, which must be empty or not there, and return its files.

    Raises:
        PackageError: There is something in the folder.
    """
    from armlib.files import write_files

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "name another with -o"
        raise PackageError(f"{folder} is there already, and not empty", code="folder-exists", hint=hint)
    files = {folder / path: data for path, data in files_of(found, sources).items()}
    write_files(files)
    return sorted(files)


def inspect(found: Found, sources: Sources) -> JsonObject:
    """Return all that a registry knows of a package."""
    from armlib.packages.interface import interface_of_package

    files: list[Json] = [{"path": path, "size": len(data)} for path, data in sorted(files_of(found, sources).items())]
    config = config_of(found, sources)
    return {
        "reference": found.reference,
        "digest": found.digest,
        "size": sum(one.size for one in (found.manifest.config, *found.manifest.layers)),
        "kind": found.manifest.kind,
        "name": config.get("name"),
        "version": config.get("version"),
        "description": config.get("description"),
        "annotations": dict(found.manifest.annotations),
        "dependencies": config.get("dependencies") or {},
        "files": files,
        "signatures": [*_signed_by(sources.signatures(found.origin, found.digest))],
        "descriptor": interface_of_package(found, sources).descriptor,
    }


def _signed_by(envelopes: Sequence[bytes]) -> Iterator[Json]:
    """Yield the ids of the keys that signatures say they are by; that is not verified here."""
    for envelope in envelopes:
        for one in parse_object(envelope, "a signature").get("signatures") or []:
            yield str(one.get("keyid"))


def verify(found: Found, sources: Sources, keys: Mapping[str, Ed25519PublicKey]) -> tuple[int, frozenset[str]]:
    """Check every byte of a package, and return how many files it has and which of *keys* signed it.

    Raises:
        DamagedError: Something is not what it was promised to be.
    """
    from armlib.packages.signatures import signers

    files = files_of(found, sources)
    if found.manifest.kind not in bicep.KINDS:
        read_release(
            found.stored, sources.blob(found.origin, found.manifest.config), found.origin.source, found.origin.name
        )
    envelopes = sources.signatures(found.origin, found.digest)
    return len(files), frozenset(name for one in envelopes for name in signers(one, found.digest, keys))


# Copying


def copy(found: Found, sources: Sources, target: str, *, dependencies: bool) -> list[Found]:
    """Copy a package, its signatures and what it depends on to the registry *target*; digests stay as they are.

    Returns:
        What was copied, dependencies first.
    """
    place = parse_source(target, sources.project)
    copied = []
    if dependencies:
        copied = [found_at(reference, sources) for reference in _dependencies(found, sources)]
    copied.append(found)
    for one in copied:
        name = one.origin.name if one is not found else _name_of(found, sources)
        copy_one(one, sources, Origin(place, name))
    return copied


def _name_of(found: Found, sources: Sources) -> str:
    """Return the name that a package gives itself, without what registries put before it."""
    name = config_of(found, sources).get("name")
    return name if isinstance(name, str) and found.origin.name.endswith(name) else found.origin.name


def _dependencies(found: Found, sources: Sources) -> Iterator[Reference]:
    """Yield the packages that a package comes to, as a project would lock them, each after those that it needs."""
    from graphlib import TopologicalSorter

    from armlib.packages.resolve import resolve

    if found.manifest.kind in bicep.KINDS:
        return
    config = sources.blob(found.origin, found.manifest.config)
    release = read_release(found.stored, config, found.origin.source, found.origin.name)
    packages = resolve(release.dependencies, sources).packages
    for key in TopologicalSorter({key: chosen.imports.values() for key, chosen in packages.items()}).static_order():
        chosen = packages[key]
        digest, version = chosen.release.digest, chosen.release.version
        yield Reference(origin=chosen.release.origin, tag=to_tag(version), digest=digest)


def copy_one(found: Found, sources: Sources, target: Origin) -> None:
    """Copy one package and its signatures to *target*, blobs first, so that it is never there in part."""
    from armlib.packages.signatures import ARTIFACT

    _copy_manifest(found.origin, found.stored, found.manifest, sources, target, found.tag)

    repository = sources.repository(found.origin)
    for descriptor in repository.referrers(found.digest, ARTIFACT):
        stored = repository.manifest(descriptor.digest)
        if stored is not None:
            manifest = parse_manifest(stored, str(found))
            _copy_manifest(found.origin, stored, manifest, sources, target, None)


def _copy_manifest(
    origin: Origin, stored: Stored, manifest: ImageManifest, sources: Sources, target: Origin, tag: str | None
) -> Descriptor:
    repository = sources.repository(target)
    (host, path), (target_host, _) = origin.repository, target.repository
    source = path if host and host == target_host else None
    for blob in (manifest.config, *manifest.layers):
        repository.copy_blob(blob, partial(sources.blob, origin, blob), source)
    return repository.put_manifest(stored.data, stored.descriptor.media_type, tag)
