"""All the sources of packages behind one face: which versions there are, what one needs, and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Final, Protocol, TypeVar

from semver import Version

from armlib.packages.cache import Cache
from armlib.packages.contents import package_files
from armlib.packages.errors import DamagedError, PackageError, RegistryError
from armlib.packages.layout import Layout
from armlib.packages.location import local_registry
from armlib.packages.manifest import Dependency, read_manifest
from armlib.packages.oci import (
    LARGEST_MANIFEST,
    MANIFEST,
    Descriptor,
    Repository,
    Stored,
    descriptor_of,
    parse_manifest,
)
from armlib.packages.origin import Origin
from armlib.packages.package import ARTIFACT, Release, layer_files, package_layer, read_release, release_of
from armlib.packages.versions import from_tag, parse_version, sort_key, to_tag
from armlib.resources import registry_folder

_PARALLEL: Final = 8
_T = TypeVar("_T")


class Source(Protocol):
    """One source, such as a registry."""

    def versions(self, origin: Origin) -> Sequence[Version]:
        """Return the versions there are of a package."""

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        """Return one version of a package, or what a revision names."""

    def fetch(self, origin: Origin, version: str, digest: str) -> str:
        """Put the files of a package into the cache and return their tree; the empty tree for one read where it is."""


class Sources:
    """The sources that the packages of *project* come from; *default* is its registry.

    Answers are kept, so that one run asks a registry once; :meth:`prefetch` asks in parallel.
    """

    def __init__(
        self,
        project: Path,
        cache: Cache,
        *,
        default: str = "local:",
        offline: bool = False,
        mirrors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.project = project
        self.cache = cache
        self.default = default
        self.offline = offline
        self.mirrors = mirrors or {}
        self._pool = ThreadPoolExecutor(_PARALLEL)
        self._guard = Lock()
        self._asked: dict[object, Future[object]] = {}

    def close(self) -> None:
        """Wait for nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def versions(self, origin: Origin) -> Sequence[Version]:
        """Return the versions there are of a package, oldest first.

        Raises:
            RegistryError: The registry cannot be asked.
            PackageError: There is no such package.
        """
        return self._once(
            ("versions", str(origin)), lambda: sorted(self._source(origin).versions(origin), key=sort_key)
        )

    def release(self, origin: Origin, version: Version | None, revision: str | None = None) -> Release:
        """Return *version* of a package, or what *revision* names.

        Raises:
            RegistryError: The registry cannot be asked.
            PackageError: There is no such version, or it is damaged.
        """
        key = ("release", str(origin), str(version), revision)
        return self._once(key, lambda: self._source(origin).release(origin, version, revision))

    def fetch(self, origin: Origin, version: str, digest: str) -> str:
        """Put the files of a package into the cache and return their tree, "" for one that is read where it is."""
        return self._source(origin).fetch(origin, version, digest)

    def prefetch(self, dependencies: Iterable[Dependency]) -> None:
        """Start to ask for what *dependencies* will most likely need."""
        for dependency in dependencies:
            if dependency.origin.kind in ("oci", "git"):
                self._pool.submit(self._look_ahead, dependency)

    def in_parallel(self, calls: Sequence[Callable[[], _T]]) -> list[_T]:
        """Return what *calls* give, in order; the first error is raised when all have ended."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            futures = [pool.submit(call) for call in calls]
        return [future.result() for future in futures]

    def _look_ahead(self, dependency: Dependency) -> None:
        import contextlib

        with contextlib.suppress(PackageError, RegistryError):
            if dependency.revision is not None:
                self.release(dependency.origin, None, dependency.revision)
                return
            newest = dependency.range.newest(self.versions(dependency.origin))
            if newest is not None:
                self.release(dependency.origin, newest)

    def _once(self, key: object, ask: Callable[[], _T]) -> _T:
        with self._guard:
            future = self._asked.get(key)
            mine = future is None
            if future is None:
                future = self._asked[key] = Future()
        if mine:
            try:
                future.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - whoever waits for the answer gets it
                future.set_exception(error)
        return future.result()  # type: ignore[return-value]

    def _source(self, origin: Origin) -> Source:
        return _KINDS[origin.kind](self)

    def folder(self, place: str) -> Path:
        """Return the folder *place*, which starts from the project."""
        return self.project / Path(place).expanduser()


# Folders


class _PathSource:
    """One package that is read where it is."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def versions(self, origin: Origin) -> Sequence[Version]:
        return [self._release(origin).version]

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        return self._release(origin)

    def fetch(self, origin: Origin, version: str, digest: str) -> str:
        self._release(origin)
        return ""

    def _release(self, origin: Origin) -> Release:
        folder = self._sources.folder(origin.place)
        if not folder.is_dir():
            raise PackageError(f"the dependency {origin} is not there: {folder} is no folder", code="package-not-found")
        manifest = read_manifest(folder, self._sources.project)
        return release_of(manifest, origin, manifest.registries.get("default", self._sources.default))


class _FolderSource:
    """Packages that are folders of a folder; each is there in one version."""

    def __init__(self, sources: Sources, folder: Path | None = None) -> None:
        self._sources = sources
        self._folder = folder

    def versions(self, origin: Origin) -> Sequence[Version]:
        return [self.release(origin, None, None).version]

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        manifest = read_manifest(self._package(origin), self._sources.project)
        if manifest.name != origin.name:
            raise PackageError(
                f"{manifest.folder} is the package '{manifest.name}', not '{origin.name}'", code="bad-package"
            )
        return release_of(manifest, origin, origin.source)

    def fetch(self, origin: Origin, version: str, digest: str) -> str:
        manifest = read_manifest(self._package(origin), self._sources.project)
        if str(manifest.version) != version:
            hint = "'armlib update' takes what is there now"
            raise PackageError(
                f"{origin} has version {manifest.version}, not {version}", code="version-not-found", hint=hint
            )
        return self._sources.cache.put_tree(package_files(manifest))

    def _package(self, origin: Origin) -> Path:
        folder = (self._folder or self._sources.folder(origin.place)) / origin.name
        if not folder.is_dir():
            raise _not_found(origin)
        return folder


# Registries


class _RegistrySource:
    """Packages in registries, folders or servers."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def versions(self, origin: Origin) -> Sequence[Version]:
        tags = self._repository(origin).tags()
        if not tags:
            raise _not_found(origin)
        return [version for version in map(from_tag, tags) if version is not None]

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        reference = revision or to_tag(version or parse_version("0.0.0"))
        stored = self._manifest(origin, reference)
        manifest = parse_manifest(stored, str(origin))
        if manifest.kind != ARTIFACT:
            raise _not_a_package(origin, manifest.kind)
        config = self._blob(origin, manifest.config)
        release = read_release(stored, config, origin.source, origin.name)
        if version is not None and str(release.version) != str(version):
            raise DamagedError(f"{origin}:{reference} says that it is version {release.version}", code="bad-package")
        return release

    def fetch(self, origin: Origin, version: str, digest: str) -> str:
        stored = self._manifest(origin, digest)
        where = f"{origin}@{version}"
        manifest = parse_manifest(stored, where)
        if manifest.kind != ARTIFACT:
            raise _not_a_package(origin, manifest.kind)
        return self._sources.cache.put_tree(layer_files(self._blob(origin, package_layer(manifest, where)), where))

    def _repository(self, origin: Origin) -> Repository:
        if origin.kind == "local":
            return Layout(local_registry()).repository(origin.name)
        return Layout(self._sources.folder(origin.place)).repository(origin.name)

    def _manifest(self, origin: Origin, reference: str) -> Stored:
        cached = self._sources.cache.blob(reference) if reference.startswith("sha256:") else None
        if cached is not None:
            return Stored(descriptor=descriptor_of(cached, MANIFEST), data=cached)
        stored = self._repository(origin).manifest(reference)
        if stored is None:
            raise PackageError(f"{origin} has no {reference}", code="version-not-found")
        if len(stored.data) > LARGEST_MANIFEST:
            raise DamagedError(f"{origin}:{reference} has a manifest of more than 4 MiB", code="bad-package")
        self._sources.cache.put_blob(stored.data)
        return stored

    def _blob(self, origin: Origin, descriptor: Descriptor) -> bytes:
        cached = self._sources.cache.blob(descriptor.digest)
        if cached is not None and len(cached) == descriptor.size:
            return cached
        data = self._repository(origin).blob(descriptor)
        self._sources.cache.put_blob(data)
        return data


def _unsupported(sources: Sources) -> Source:
    raise PackageError("registries on the network and git are not supported yet", code="unsupported-source")


_KINDS: Final[Mapping[str, Callable[[Sources], Source]]] = {
    "path": _PathSource,
    "folder": _FolderSource,
    "armlib": lambda sources: _FolderSource(sources, registry_folder()),
    "layout": _RegistrySource,
    "local": _RegistrySource,
    "oci": _unsupported,
    "git": _unsupported,
}


def _not_found(origin: Origin) -> PackageError:
    hint = "check the name, and [registries] in armlib.toml"
    return PackageError(f"there is no package {origin}", code="package-not-found", hint=hint)


def _not_a_package(origin: Origin, kind: str) -> PackageError:
    hint = "armlib uses packages that 'armlib publish' made"
    return PackageError(f"{origin} is not a package of modules but '{kind}'", code="bad-package", hint=hint)
