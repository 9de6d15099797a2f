"""Where definitions come from: a folder, an archive or an address, read as files without unpacking to the disk.

Known layouts: the ``generated`` folder of Azure/bicep-types-az (alone, inside a folder, or inside an archive of the
repository), and a folder of one ``providers/NAMESPACE.tar.xz`` a provider with an ``archives.json`` that tells sizes.
A member of an archive is only ever read into memory; its name chooses nothing but the place in the definitions.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Protocol, TypeAlias

from armlib.errors import InputError

DEFAULT_ADDRESS: Final = "https://github.com/Azure/bicep-types-az/archive/refs/heads/main.zip"
LARGEST_FILE: Final = 64 * 2**20  # bytes; the largest published one has 2.4 MB
LARGEST_SOURCE: Final = 4 * 2**30  # bytes, unpacked; what is published has 0.4 GB
LARGEST_DOWNLOAD: Final = 2**30  # bytes
MOST_MEMBERS: Final = 500_000
_CHUNK: Final = 2**20
_TIMEOUT: Final = 60  # seconds without a byte from the server

Wanted: TypeAlias = Callable[[str], bool]  # from the path of a file, NAMESPACE in lower case
Index: TypeAlias = Mapping[str, str]  # "TYPE@VERSION" -> "FOLDER/NAMESPACE/VERSION/types.json#/POSITION"


class SourceError(InputError):
    """Definitions cannot be read: not there, damaged, or not what they claim to be."""

    code = "types-source"


@dataclass(frozen=True, slots=True)
class File:
    """One ``FOLDER/NAMESPACE/VERSION/types.json``; *origin* is for messages."""

    path: str
    data: bytes
    origin: str


class Source(Protocol):
    """Files of definitions, and the index of them when there is one."""

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Yield the files whose namespace is wanted, each once."""

    def index(self) -> Index | None:
        """Return the index; call it when all files were read."""

    def namespaces(self) -> frozenset[str] | None:
        """Return the namespaces there are, in lower case, or None when only reading tells."""


def open_source(place: Path) -> Source:
    """Return the definitions at *place*, a folder or an archive.

    Raises:
        SourceError: there are none.
    """
    if place.is_dir():
        if any(place.glob("providers/*.tar.xz")):
            return PackedFolder(place)
        for folder in (place, place / "generated"):
            if (folder / "index.json").is_file() or any(folder.glob("*/*/*/types.json")):
                return UnpackedFolder(folder)
        raise SourceError(
            f"{place} holds no type definitions",
            hint="expected 'providers/*.tar.xz', or the 'generated' folder of Azure/bicep-types-az",
        )
    if not place.is_file():
        raise SourceError(f"{place} does not exist")
    return Archive(place)


@dataclass
class UnpackedFolder:
    """The ``generated`` folder of the upstream repository."""

    folder: Path

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Yield the files in order of their paths."""
        for path in sorted(self.folder.glob("*/*/*/types.json")):
            name = path.relative_to(self.folder).as_posix().lower()
            if is_definition(name) and wanted(_namespace(name)):
                with _reading(str(path)):
                    yield File(name, _bounded(path.read_bytes(), str(path)), str(path))

    def index(self) -> Index | None:
        """Return what ``index.json`` says, when it is there."""
        path = self.folder / "index.json"
        return read_index(path.read_bytes(), str(path)) if path.is_file() else None

    def namespaces(self) -> frozenset[str] | None:
        """Return the folders of the second level."""
        return frozenset(path.name.lower() for path in self.folder.glob("*/*") if path.is_dir())


@dataclass
class PackedFolder:
    """A folder of one archive a provider, ``providers/NAMESPACE.tar.xz``, and the rest in ``rest/*.tar.xz``."""

    folder: Path

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Yield the files of the archives that can hold wanted ones; each archive is verified before it is read."""
        listed = self._listed()
        for path in self._archives():
            name = path.relative_to(self.folder).as_posix()
            whole = name.startswith("rest/")
            if not whole and not wanted(path.name.removesuffix(".tar.xz").lower()):
                continue
            facts = listed.get(name)
            if facts is not None:
                _verify(path, facts)
            elif listed:
                raise SourceError(f"{path} is not listed in archives.json")
            yield from self._read(path, wanted, facts)

    def index(self) -> Index | None:
        """Return ``index.json`` and ``rest/index.json`` as one."""
        merged: dict[str, str] = {}
        for path in (self.folder / "index.json", self.folder / "rest" / "index.json"):
            if path.is_file():
                merged.update(read_index(path.read_bytes(), str(path)))
        return merged or None

    def namespaces(self) -> frozenset[str] | None:
        """Return the namespaces of the index."""
        index = self.index()
        return None if index is None else frozenset(_namespace(target) for target in index.values())

    def _archives(self) -> list[Path]:
        found = [path for folder in ("providers", "rest") for path in sorted((self.folder / folder).glob("*.tar.xz"))]
        missing = set(self._listed()) - {path.relative_to(self.folder).as_posix() for path in found}
        if missing:
            raise SourceError(f"{self.folder / sorted(missing)[0]} is listed in archives.json, but is not there")
        return found

    def _listed(self) -> dict[str, dict[str, Any]]:
        path = self.folder / "archives.json"
        if not path.is_file():
            return {}
        with _reading(str(path)):
            return {entry["archive"]: entry for entry in json.loads(path.read_bytes())["archives"]}

    def _read(self, path: Path, wanted: Wanted, facts: Mapping[str, Any] | None) -> Iterator[File]:
        count = size = 0
        for name, data in _tar_members(path, lambda _: True):
            count += 1
            size += len(data)
            if is_definition(name) and wanted(_namespace(name)):
                yield File(name.lower(), data, f"{path}: {name}")
        for key, found in (("files", count), ("raw", size)):
            if facts is not None and facts.get(key, found) != found:
                raise SourceError(f"{path} is damaged: {key} is {found}, archives.json says {facts[key]}")


@dataclass
class Archive:
    """An archive of the upstream repository, or of its ``generated`` folder: .zip, .tar.gz, .tar.xz, .tar.bz2, .tar."""

    path: Path
    _index: bytes | None = field(default=None, init=False)

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Yield the files in the order of the archive."""
        seen = False
        for name, data in self._members(lambda name: _is_index(name) or _wanted_tail(name, wanted)):
            if _is_index(name):
                self._index = data
                continue
            seen = True
            yield File(_tail(name), data, f"{self.path}: {name}")
        if not seen and self._index is None:
            raise SourceError(f"{self.path} holds no type definitions")

    def index(self) -> Index | None:
        """Return the index that was met while reading the files."""
        return None if self._index is None else read_index(self._index, f"{self.path}: index.json")

    def namespaces(self) -> frozenset[str] | None:
        """Return None: the names stand in the archive, which is read once."""
        return None

    def _members(self, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
        with self.path.open("rb") as file:
            is_zip = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
        return _zip_members(self.path, wanted) if is_zip else _tar_members(self.path, wanted)


@contextmanager
def downloaded(address: str, folder: Path, progress: Callable[[int], None] = lambda _: None) -> Iterator[Path]:
    """Fetch *address* into a temporary file of *folder* and give its path; the file goes when the block ends.

    Raises:
        SourceError: the address is not http(s), does not answer, breaks off, or gives too much.
    """
    import tempfile
    import urllib.error
    import urllib.request

    if not address.lower().startswith(("https://", "http://")):
        raise SourceError(f"'{address}' is not an address of the web")
    request = urllib.request.Request(address, headers={"User-Agent": "armlib"})  # noqa: S310 - http(s), see above
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".download-") as file:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
                _receive(answer, file, address, progress)
        except (OSError, urllib.error.URLError) as error:
            reason = getattr(error, "reason", None) or error
            raise SourceError(f"cannot fetch {address}: {reason}", hint="or give a local copy: --from PATH") from error
        file.flush()
        yield Path(file.name)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_index(data: bytes, origin: str) -> Index:
    """Return the resources of an upstream ``index.json``, with lower-case paths.

    Raises:
        SourceError: it has another form.
    """
    with _reading(origin):
        return {name: str(entry["$ref"]).lower() for name, entry in json.loads(data)["resources"].items()}


def is_definition(name: str) -> bool:
    """Return whether *name* is ``FOLDER/NAMESPACE/VERSION/types.json`` of a provider."""
    parts = name.split("/")
    return len(parts) == 4 and parts[3] == "types.json" and parts[0] != "extensions"


def _receive(answer: Any, file: IO[bytes], address: str, progress: Callable[[int], None]) -> None:
    announced = answer.headers.get("Content-Length")
    size = 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST_DOWNLOAD:
            raise SourceError(f"{address} gives more than {LARGEST_DOWNLOAD // 2**20} MiB")
        file.write(chunk)
        progress(size)
    if announced is not None and int(announced) != size:
        raise SourceError(f"{address} broke off after {size} of {announced} bytes")


def _verify(path: Path, facts: Mapping[str, Any]) -> None:
    size = path.stat().st_size
    if facts.get("packed", size) != size:
        raise SourceError(f"{path} is damaged: it has {size} bytes, archives.json says {facts['packed']}")
    if "sha256" in facts and facts["sha256"] != digest(path):
        raise SourceError(f"{path} is damaged: its SHA-256 is not the one of archives.json")


def _tar_members(path: Path, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    with _reading(str(path)), _unpacked(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for count, member in enumerate(archive):
            if count > MOST_MEMBERS:
                raise SourceError(f"{path} has more than {MOST_MEMBERS} members")
            _check_name(member.name, path)
            if not member.isfile() or not wanted(member.name):
                continue
            if member.size > LARGEST_FILE:
                raise SourceError(f"{path}: {member.name} has {member.size} bytes, more than any definition")
            file = archive.extractfile(member)
            assert file is not None
            yield member.name, file.read()
        stream.drain()


def _zip_members(path: Path, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    total = 0
    with _reading(str(path)), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise SourceError(f"{path} has more than {MOST_MEMBERS} members")
        for member in members:
            _check_name(member.filename, path)
            if member.is_dir() or not wanted(member.filename):
                continue
            with archive.open(member) as file:
                data = file.read(LARGEST_FILE + 1)
            total += len(data)
            if total > LARGEST_SOURCE:
                raise SourceError(f"{path} unpacks to more than {LARGEST_SOURCE // 2**30} GiB")
            yield member.filename, _bounded(data, f"{path}: {member.filename}")


class _Limited:
    """A stream that tells how much was unpacked, and stops a bomb."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream = stream
        self._path = path
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        """Return up to *size* bytes.

        Raises:
            SourceError: more came out than any set of definitions has.
        """
        data = self._stream.read(size)
        self._size += len(data)
        if self._size > LARGEST_SOURCE:
            raise SourceError(f"{self._path} unpacks to more than {LARGEST_SOURCE // 2**30} GiB")
        return data

    def drain(self) -> None:
        """Read to the end, so that the checksum at the end of the stream is verified."""
        while self.read(_CHUNK):
            pass


@contextmanager
def _unpacked(path: Path) -> Iterator[Any]:
    import bz2
    import gzip
    import lzma

    with path.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        if start[:2] == b"\x1f\x8b":
            stream: Any = gzip.GzipFile(fileobj=file)
        elif start == b"\xfd7zXZ\x00":
            stream = lzma.LZMAFile(file)  # noqa: SIM115 - the file below it is the one to close
        elif start[:3] == b"BZh":
            stream = bz2.BZ2File(file)
        else:
            _check_end(file)
            stream = file
        yield _Limited(stream, path)


def _check_end(file: IO[bytes]) -> None:
    """Raise EOFError when a plain tar has lost its end, which nothing else in it would tell."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 1024))
    ending = file.read()
    file.seek(0)
    if ending.strip(b"\0"):
        raise EOFError("its end is missing")


@contextmanager
def _reading(origin: str) -> Iterator[None]:
    """Translate what the standard library says of a broken file; give way to errors that are ours."""
    import lzma
    import zlib

    try:
        yield
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise SourceError(f"{origin} is damaged or no archive of definitions: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise SourceError(f"{origin} has not the form of Azure's type definitions: {error!r}") from error


def _check_name(name: str, path: Path) -> None:
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or name[1:2] == ":":
        raise SourceError(f"{path} has a member that would leave its folder: {name!r}")


def _bounded(data: bytes, origin: str) -> bytes:
    if len(data) > LARGEST_FILE:
        raise SourceError(f"{origin} is larger than any definition ({LARGEST_FILE // 2**20} MiB)")
    return data


def _namespace(path: str) -> str:
    return path.split("/")[1].lower()


def _tail(name: str) -> str:
    return "/".join(name.split("/")[-4:]).lower()


def _is_index(name: str) -> bool:
    return name == "index.json" or name.endswith("generated/index.json")


def _wanted_tail(name: str, wanted: Wanted) -> bool:
    tail = _tail(name)
    return is_definition(tail) and wanted(_namespace(tail))
