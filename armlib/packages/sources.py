"""All the sources of packages behind one face: which versions there are, what one needs, and its files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol, TypeVar

from semver import Version

from armlib.packages import bicep
from armlib.packages.cache import Cache
from armlib.packages.client import RegistryRepository
from armlib.packages.contents import package_files
from armlib.packages.credentials import from_environment
from armlib.packages.errors import DamagedError, PackageError, RegistryError
from armlib.packages.git import Repositories
from armlib.packages.git_source import GitSource
from armlib.packages.http import Transport
from armlib.packages.layout import Layout
from armlib.packages.location import local_registry
from armlib.packages.manifest import Dependency, Pin, read_manifest
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
from armlib.packages.versions import from_tag, listed_versions, parse_version, sort_key, to_tag
from armlib.resources import registry_folder

_PARALLEL: Final = 8
_MOST_TOLD: Final = 6  # tags
_T = TypeVar("_T")


class Source(Protocol):
    """One source, such as a registry."""

    def versions(self, origin: Origin) -> Sequence[Version]:
        """Return the versions there are of a package."""

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        """Return one version of a package, or what a revision names."""

    def fetch(self, origin: Origin, version: str, digest: str, tree: str) -> str:
        """Put the files of a package into the cache and return their tree; the empty tree for one read where it is.

        *tree* is what should come of it, "" where that is not known.
        """


class Sources:
    """The sources that the packages of *project* come from; *default* is its registry.

    *pins* are the commits that jsonnet-bundler has locked; *kept_commits* those of the lock that stay, by package and
    by ref.
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
        ca_file: Path | None = None,
        pins: Mapping[str, Pin] | None = None,
    ) -> None:
        self.project = project
        self.cache = cache
        self.default = default
        self.offline = offline
        self.pins = pins or {}
        self.kept_commits: Mapping[tuple[str, str], str] = {}
        self._mirrors = mirrors or {}
        self._ca_file = ca_file
        self._transports: dict[str, Transport] = {}
        self._git = Repositories(ca_file)
        self._pool = ThreadPoolExecutor(_PARALLEL)
        self._guard = Lock()
        self._asked: dict[object, Future[object]] = {}

    def close(self) -> None:
        """Wait for nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._git.close()

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

    def fetch(self, origin: Origin, version: str, digest: str, tree: str) -> str:
        """Put the files of a package into the cache and return their tree, "" for one that is read where it is.

        *tree* is the one that was locked, "" where none was.
        """
        return self._source(origin).fetch(origin, version, digest, tree)

    def tags(self, origin: Origin) -> Sequence[str]:
        """Return the tags of a package in a registry, none when there is no such package."""
        return self._once(("tags", str(origin)), lambda: self.repository(origin).tags())

    def prefetch(self, dependencies: Iterable[Dependency]) -> None:
        """Start to ask for what *dependencies* will most likely need."""
        for dependency in dependencies:
            if dependency.origin.kind in ("oci", "git"):
                self._pool.submit(self._look_ahead, dependency)

    def in_parallel(self, calls: Sequence[Callable[[], _T]]) -> list[_T]:
        """Return what *calls* give, in order; the first error is raised when all have ended."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            futures = [pool.submit(call) for call in calls]
            try:
                wait(futures)
            except BaseException:  # whoever interrupts does not wait for git
                self.close()
                raise
        return [future.result() for future in futures]

    def _look_ahead(self, dependency: Dependency) -> None:
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

    def repository(self, origin: Origin) -> Repository:
        """Return the repository of a package: its mirrors first, each as far as it goes, then the registry itself.

        Raises:
            PackageError: Its source is no registry.
        """
        mirrored = [self._own_repository(mirror) for mirror in _mirrors_of(origin, self._mirrors)]
        own = self._own_repository(origin)
        return MirroredRepository((*mirrored, own)) if mirrored else own

    def _own_repository(self, origin: Origin) -> Repository:
        if origin.kind == "local":
            return Layout(local_registry()).repository(origin.name)
        if origin.kind == "layout":
            return Layout(self.folder(origin.place)).repository(origin.name)
        if origin.kind != "oci":
            message = f"{origin} is not in a registry"
            raise PackageError(message, code="unsupported-source", hint="registries are oci://, layout: and local:")
        if self.offline:
            return _Absent(str(origin))
        host, name = origin.repository
        return RegistryRepository(self.transport(host), name)

    def git_refs(self, origin: Origin) -> dict[str, str]:
        """Return the commits of all refs of the git repository of *origin*, as the first that answers has them."""
        return self._once(("refs", origin.source), lambda: self._from_git(origin, self._git.refs))

    def git_files(self, origin: Origin, commit: str, ref: str | None) -> dict[str, bytes]:
        """Return the files of the folder of *origin* at *commit*, which *ref* may have named."""
        return self._from_git(origin, lambda address: self._git.files(address, commit, ref, origin.name))

    def _from_git(self, origin: Origin, ask: Callable[[str], _T]) -> _T:
        """Ask the mirrors of a git repository and then itself; offline those alone that are on this machine."""
        addresses = [
            address
            for address in (*_git_mirrors(origin, self._mirrors), origin.place)
            if not self.offline or address.startswith("file:")
        ]
        if not addresses:
            raise _not_cached(str(origin))
        for address in addresses[:-1]:
            with contextlib.suppress(PackageError, RegistryError, DamagedError):
                return ask(address)
        return ask(addresses[-1])

    def stored(self, origin: Origin, reference: str, *, keep: bool = True) -> Stored:
        """Return the manifest that a tag or digest of a registry names, from the cache if it can be; *keep* it there.

        Raises:
            PackageError: There is none.
            RegistryError: The registry cannot be asked.
        """
        cached = self.cache.blob(reference) if reference.startswith("sha256:") else None
        if cached is not None:
            return Stored(descriptor=descriptor_of(cached, MANIFEST), data=cached)
        stored = self.repository(origin).manifest(reference)
        if stored is None:
            raise self._no_such(origin, reference)
        if len(stored.data) > LARGEST_MANIFEST:
            raise DamagedError(f"{origin}:{reference} has a manifest of more than 4 MiB", code="bad-package")
        if keep:
            self.cache.put_blob(stored.data)
        return stored

    def _no_such(self, origin: Origin, reference: str) -> PackageError:
        """Return the error for a tag or digest that a registry has not, with the tags that it has."""
        tags = self.tags(origin)
        if not tags:
            return _not_found(origin)
        versions = [version for version in map(from_tag, tags) if version is not None]
        hint = f"there is {listed_versions(versions) if versions else ', '.join(sorted(tags)[:_MOST_TOLD])}"
        return PackageError(f"{origin} has no {reference}", code="version-not-found", hint=hint)

    def blob(self, origin: Origin, descriptor: Descriptor, *, keep: bool = True) -> bytes:
        """Return a blob of a registry, from the cache when it is there; *keep* it there."""
        cached = self.cache.blob(descriptor.digest)
        if cached is not None and len(cached) == descriptor.size:
            return cached
        data = self.repository(origin).blob(descriptor)
        if keep:
            self.cache.put_blob(data)
        return data

    def turn(self, origin: Origin, digest: str) -> AbstractContextManager[None]:
        """Return what to fetch *digest* within, so that of many processes one downloads it."""
        return self.cache.turn(digest) if origin.kind == "oci" else nullcontext()

    def kept_signatures(self, digest: str) -> list[bytes]:
        """Return the envelopes of the signatures of the manifest of *digest* that are in the cache."""
        from armlib.packages.signatures import from_kept

        return from_kept(self.cache.signatures(digest))

    def signatures(self, origin: Origin, digest: str) -> list[bytes]:
        """Return the envelopes of the signatures of the manifest of *digest*, from the registry; they are kept."""
        from armlib.packages.signatures import fetch_signatures, kept

        envelopes = fetch_signatures(self.repository(origin), digest)
        if envelopes:
            self.cache.put_signatures(digest, kept(envelopes))
        return envelopes

    def transport(self, host: str) -> Transport:
        """Return the way to the registry at *host*, one for all that is asked of it."""
        with self._guard:
            if host not in self._transports:
                ca_file = str(self._ca_file) if self._ca_file else None
                self._transports[host] = Transport(host, lambda: from_environment(host, ca_file), ca_file=ca_file)
            return self._transports[host]


def _mirrors_of(origin: Origin, mirrors: Mapping[str, Sequence[str]]) -> list[Origin]:
    """Return where else the package is, for the longest source that *mirrors* has something for."""
    whole = str(origin)
    found = [source for source in mirrors if whole.startswith(f"{source}/") or source == origin.source]
    if not found:
        return []
    source = max(found, key=len)
    name = origin.name if source == origin.source else whole.removeprefix(f"{source}/")
    return [Origin(mirror, name) for mirror in mirrors[source]]


def _git_mirrors(origin: Origin, mirrors: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the addresses of the mirrors of a git repository; *mirrors* name it, or what its address begins with."""
    found = [source for source in mirrors if f"{origin.source}/".startswith(f"{source}/")]
    if not found:
        return []
    source = max(found, key=len)
    rest = origin.source.removeprefix(source)
    return [f"{mirror.removeprefix('git:')}{rest}" for mirror in mirrors[source] if mirror.startswith("git:")]


class MirroredRepository:
    """Repositories that hold the same: each is asked in turn, until one has an answer."""

    def __init__(self, repositories: Sequence[Repository]) -> None:
        self._repositories = repositories

    def tags(self) -> Sequence[str]:
        """Return the tags of all that answer; a mirror may be behind."""
        return sorted({tag for tags in self._answers(lambda one: one.tags()) for tag in tags})

    def manifest(self, reference: str) -> Stored | None:
        """Return the manifest from the first that has it."""
        return self._first(lambda one: one.manifest(reference))

    def blob(self, descriptor: Descriptor) -> bytes:
        """Return the blob from the first that has it, whole."""
        found = self._first(lambda one: one.blob(descriptor))
        assert found is not None, "a blob is there, or an error"
        return found

    def referrers(self, digest: str, artifact_type: str) -> Sequence[Descriptor]:
        """Return the referrers that any of them has."""
        found = self._answers(lambda one: one.referrers(digest, artifact_type))
        return list({one.digest: one for ones in found for one in ones}.values())

    def put_blob(self, data: bytes) -> str:
        """Store in the registry itself."""
        return self._repositories[-1].put_blob(data)

    def copy_blob(self, descriptor: Descriptor, fetch: Callable[[], bytes], source: str | None = None) -> None:
        """Store in the registry itself."""
        self._repositories[-1].copy_blob(descriptor, fetch, source)

    def put_manifest(self, data: bytes, media_type: str, tag: str | None) -> Descriptor:
        """Store in the registry itself."""
        return self._repositories[-1].put_manifest(data, media_type, tag)

    def _first(self, ask: Callable[[Repository], _T | None]) -> _T | None:
        return next((answer for answer in self._answers(ask) if answer is not None), None)

    def _answers(self, ask: Callable[[Repository], _T]) -> Iterator[_T]:
        """Yield what each one answers; that the registry itself does not is an error when no mirror has anything."""
        found = False
        for repository in self._repositories:
            try:
                answer = ask(repository)
            except (RegistryError, DamagedError):
                if repository is self._repositories[-1] and not found:
                    raise
                continue
            found = found or bool(answer)
            yield answer


class _Absent:
    """A registry that is not asked, since we are offline."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def refuse(*_: object) -> None:
            raise _not_cached(self._origin)

        return refuse


def _not_cached(origin: str) -> RegistryError:
    hint = "run it without --offline once, or name a mirror that is a folder"
    return RegistryError(f"{origin} is not in the cache, and we are offline", code="offline", hint=hint)


# Folders


class _PathSource:
    """One package that is read where it is."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def versions(self, origin: Origin) -> Sequence[Version]:
        return [self._release(origin).version]

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        return self._release(origin)

    def fetch(self, origin: Origin, version: str, digest: str, tree: str) -> str:
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

    def fetch(self, origin: Origin, version: str, digest: str, tree: str) -> str:
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
    """Packages and modules of Bicep in registries, folders or servers."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def versions(self, origin: Origin) -> Sequence[Version]:
        tags = self._sources.tags(origin)
        if not tags:
            raise _not_found(origin)
        return [version for version in map(from_tag, tags) if version is not None]

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        reference = revision or self._tag(origin, version or parse_version("0.0.0"))
        stored = self._sources.stored(origin, reference)
        manifest = parse_manifest(stored, str(origin))
        if manifest.kind in bicep.KINDS:
            said = version or from_tag(reference) or parse_version("0.0.0")
            return Release(origin=origin, version=said, digest=stored.descriptor.digest)
        if manifest.kind != ARTIFACT:
            raise _not_a_package(origin, manifest.kind)
        with self._sources.turn(origin, manifest.config.digest):
            config = self._sources.blob(origin, manifest.config)
        release = read_release(stored, config, origin.source, origin.name)
        if version is not None and str(release.version) != str(version):
            raise DamagedError(f"{origin}:{reference} says that it is version {release.version}", code="bad-package")
        return release

    def fetch(self, origin: Origin, version: str, digest: str, tree: str) -> str:
        cache = self._sources.cache
        with self._sources.turn(origin, digest):
            if tree and cache.is_whole(tree):  # another process has just fetched it
                return tree
            return cache.put_tree(self._files(origin, f"{origin}@{version}", digest, keep=not tree))

    def _files(self, origin: Origin, where: str, digest: str, *, keep: bool) -> dict[str, bytes]:
        """Return the files of a package; *keep* also what they come in, by which they are found without a lock."""
        try:
            stored = self._sources.stored(origin, digest, keep=keep)
        except PackageError as error:
            if error.code not in ("version-not-found", "package-not-found"):
                raise
            message = f"{where}, which is locked as {digest}, is not there any more"
            hint = "'armlib update' chooses among what is there"
            raise PackageError(message, code="version-not-found", hint=hint) from error
        manifest = parse_manifest(stored, where)
        if manifest.kind in bicep.KINDS:
            template = self._sources.blob(origin, bicep.template_layer(manifest, where), keep=keep)
            return bicep.module_files(template, origin, where)
        if manifest.kind != ARTIFACT:
            raise _not_a_package(origin, manifest.kind)
        return layer_files(self._sources.blob(origin, package_layer(manifest, where), keep=keep), where)

    def _tag(self, origin: Origin, version: Version) -> str:
        """Return the tag of *version*, which others may spell another way, as ``v1.0.0``."""
        tag = to_tag(version)
        tags = self._sources.tags(origin)
        return tag if tag in tags else next((one for one in tags if from_tag(one) == version), tag)


_KINDS: Final[Mapping[str, Callable[[Sources], Source]]] = {
    "path": _PathSource,
    "folder": _FolderSource,
    "armlib": lambda sources: _FolderSource(sources, registry_folder()),
    "layout": _RegistrySource,
    "local": _RegistrySource,
    "oci": _RegistrySource,
    "git": GitSource,
}


def _not_found(origin: Origin) -> PackageError:
    hint = "check the name, and [registries] in armlib.toml"
    return PackageError(f"there is no package {origin}", code="package-not-found", hint=hint)


def _not_a_package(origin: Origin, kind: str) -> PackageError:
    hint = "armlib uses what 'armlib publish' and 'bicep publish' make"
    return PackageError(f"{origin} is not a package of modules but '{kind}'", code="bad-package", hint=hint)
