"""A folder that is a registry, as the OCI image layout specification 1.1 has it; no server is needed.

One folder holds many packages: the reference names in its index are ``NAME:TAG``.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from armlib.files import write_file
from armlib.packages.errors import PackageError, RegistryError
from armlib.packages.oci import (
    LARGEST_BLOB,
    Descriptor,
    Stored,
    canonical,
    checked,
    descriptor_of,
    digest_of,
    index_bytes,
    parse_index,
    parse_manifest,
)

_REF_NAME: Final = "org.opencontainers.image.ref.name"


class Layout:
    """The packages of the layout in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def repository(self, name: str) -> LayoutRepository:
        """Return the repository of the package *name*."""
        return LayoutRepository(self, name)

    def names(self) -> list[str]:
        """Return the packages that have a tag."""
        return sorted({_split(entry)[0] for entry in self.entries()} - {""})

    def entries(self) -> list[Descriptor]:
        """Return what the index lists; nothing when there is no layout."""
        path = self.folder / "index.json"
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RegistryError(f"cannot read {path}: {error.strerror}", code="cannot-read") from error
        return parse_index(data, str(path))

    def read(self, digest: str) -> bytes | None:
        """Return the blob of *digest*, or None; whoever asks checks it."""
        path = self._blob(digest)
        try:
            if path.stat().st_size > LARGEST_BLOB:
                raise RegistryError(f"{path} is larger than {LARGEST_BLOB // 2**20} MiB", code="too-large")
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryError(f"cannot read {path}: {error.strerror}", code="cannot-read") from error

    def write(self, data: bytes) -> str:
        """Store *data* and return its digest."""
        digest = digest_of(data)
        self.prepare()
        if self.read(digest) != data:
            write_file(self._blob(digest), data)
        return digest

    def _blob(self, digest: str) -> Path:
        algorithm, _, name = digest.partition(":")
        return self.folder / "blobs" / algorithm / name

    def name_manifest(self, descriptor: Descriptor, reference: str | None) -> None:
        """List *descriptor* in the index, under *reference*, which then names nothing else."""
        with self._locked():
            entries = self.entries()
            if reference is not None:
                descriptor = replace(descriptor, annotations={**descriptor.annotations, _REF_NAME: reference})
                entries = [entry for entry in entries if entry.annotations.get(_REF_NAME) != reference]
            elif any(entry.digest == descriptor.digest for entry in entries):
                return
            write_file(self.folder / "index.json", index_bytes([*entries, descriptor]))

    def prepare(self) -> None:
        """Make the folder a layout, if it is not one.

        Raises:
            PackageError: It holds other things, or cannot be written to.
        """
        marker = self.folder / "oci-layout"
        if marker.exists():
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if any(not entry.name.startswith(".") for entry in self.folder.iterdir()) and not marker.exists():
                hint = "name an empty folder, or one that is a layout already"
                raise PackageError(f"{self.folder} holds other things", code="not-a-layout", hint=hint)
        except OSError as error:
            raise PackageError(f"cannot write to {self.folder}: {error.strerror}", code="cannot-write") from error
        write_file(marker, canonical({"imageLayoutVersion": "1.0.0"}))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.prepare()
        try:
            lock = (self.folder / ".lock").open("wb")
        except OSError as error:
            raise PackageError(f"cannot write to {self.folder}: {error.strerror}", code="cannot-write") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class LayoutRepository:
    """One package of a layout."""

    def __init__(self, layout: Layout, name: str) -> None:
        self._layout = layout
        self._name = name
        self._where = f"layout:{layout.folder}#{name}"

    def tags(self) -> Sequence[str]:
        """Return the tags, none when there is no such package."""
        named = (_split(entry) for entry in self._layout.entries())
        return [tag for name, tag in named if name == self._name]

    def manifest(self, reference: str) -> Stored | None:
        """Return the manifest that a tag or digest names, or None."""
        for entry in self._layout.entries():
            if entry.digest == reference or _split(entry) == (self._name, reference):
                return Stored(descriptor=entry, data=self._read(entry))
        return None

    def blob(self, descriptor: Descriptor) -> bytes:
        """Return a blob."""
        return self._read(descriptor)

    def _read(self, descriptor: Descriptor) -> bytes:
        data = self._layout.read(descriptor.digest)
        if data is None:
            raise RegistryError(f"{self._where} has no {descriptor.digest}", code="blob-missing")
        return checked(data, descriptor, self._where)

    def put_blob(self, data: bytes) -> str:
        """Store *data* and return its digest."""
        return self._layout.write(data)

    def copy_blob(self, descriptor: Descriptor, fetch: Callable[[], bytes], source: str | None = None) -> None:
        """Store the blob that *fetch* gives, unless the layout has it, whole."""
        there = self._layout.read(descriptor.digest)
        if there is None or digest_of(there) != descriptor.digest:
            self._layout.write(fetch())

    def put_manifest(self, data: bytes, media_type: str, tag: str | None) -> Descriptor:
        """Store a manifest, and let *tag* name it."""
        descriptor = descriptor_of(data, media_type)
        with contextlib.suppress(ValueError, PackageError):
            artifact_type = json.loads(data).get("artifactType")
            descriptor = replace(descriptor, artifact_type=artifact_type or "")
        self._layout.write(data)
        self._layout.name_manifest(descriptor, f"{self._name}:{tag}" if tag else None)
        return descriptor

    def referrers(self, digest: str, artifact_type: str) -> Sequence[Descriptor]:
        """Return the manifests of that type whose subject has *digest*."""
        found = {}
        for entry in self._layout.entries():
            if entry.artifact_type == artifact_type:
                manifest = parse_manifest(Stored(descriptor=entry, data=self._read(entry)), self._where)
                if manifest.subject is not None and manifest.subject.digest == digest:
                    found[entry.digest] = entry
        return list(found.values())


def _split(entry: Descriptor) -> tuple[str, str]:
    name, _, tag = entry.annotations.get(_REF_NAME, "").rpartition(":")
    return name, tag
