"""What earlier builds read and made, so that a target whose inputs are the same is not compiled again.

The cache is a folder::

    index.json    what each target read and made, and when the files were last looked at
    objects/      the files that were made, by the digest of their content
    key           a random key: digests of inputs are keyed, so that they tell nothing about what was digested
    .gitignore    keeps the folder out of version control

A file counts as unchanged when its size, times and inode are; else its content decides. A folder that anything is wrong
with counts as empty: a cache may be slow, never wrong. Values of arguments are in it only as a keyed digest.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, TypeAlias

from armlib.diagnostics import Diagnostic, Excerpt, Frame, Place, Severity
from armlib.files import WriteError, write_file
from armlib.jsonnet.port import Read, Roots

_VERSION = 1
_MOST_RECORDS = 8  # of one target: going back to what was built before finds it again
_SETTLED = 2_000_000_000  # nanoseconds after which a change must show in a file's times, on the coarsest file systems
_Stat: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that a target made: its path and the sha256 of its content."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One compilation of a target: what it was asked (*key*), what it read, made and warned of."""

    key: str
    reads: tuple[tuple[str, str, str], ...]  # kind, path, keyed digest
    made: tuple[Made, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


class Cache:
    """The cache in *folder*; loaded when it is made, written by :meth:`save`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started = time.time_ns()
        self._key = _load_key(folder)
        index = _load_index(folder, self._key)
        self._stats: dict[str, tuple[_Stat, str]] = index.stats  # path -> when it had the digest
        self._records: dict[str, tuple[Record, ...]] = index.records
        self._current: set[tuple[str, str, str]] = set()  # what was read, and would be read the same again
        self._listings: dict[tuple[str, Roots], str | None] = {}
        self._changed = False

    def digest(self, text: bytes) -> str:
        """Return the keyed digest of *text*."""
        return blake2b(text, key=self._key, digest_size=20).hexdigest()

    def find(self, target: str, key: str, roots: Roots) -> Record | None:
        """Return the record of *target* that was asked *key* and would read the same again."""
        for record in self._records.get(target, ()):
            if record.key != key:
                continue
            unsure = [read for read in record.reads if read not in self._current]
            if all(self._is_current(*read, roots) for read in unsure):
                return record
        return None

    def add(
        self, target: str, key: str, reads: Iterable[Read], made: Mapping[str, bytes], found: Sequence[Diagnostic]
    ) -> Record:
        """Keep what a compilation of *target* read and made."""
        record = Record(
            key=key,
            reads=tuple((read.kind, read.path, self.digest(read.digest.encode())) for read in reads),
            made=tuple(Made(path=path, digest=self._store(data)) for path, data in made.items()),
            diagnostics=tuple(found),
        )
        others = [other for other in self._records.get(target, ()) if (other.key, other.reads) != (key, record.reads)]
        self._records[target] = (record, *others)[:_MOST_RECORDS]
        self._changed = True
        return record

    def is_on_disk(self, made: Made) -> bool:
        """Return whether the file that was made is there, unchanged."""
        return self._digest_of(made.path) == self.digest(made.digest.encode())

    def content(self, made: Made) -> bytes | None:
        """Return the content of a file that was made, if it is still kept."""
        try:
            data = self._object(made.digest).read_bytes()
        except OSError:
            return None
        return data if sha256(data).hexdigest() == made.digest else None

    def save(self, targets: Iterable[str]) -> None:
        """Write the index, with the records of *targets* only, and drop files that no record speaks of.

        Records that another build has written meanwhile are kept. A folder that cannot be written to is left alone.
        """
        if not self._changed:
            return
        with contextlib.suppress(OSError, WriteError), self._locked():
            theirs = _load_index(self._folder, self._key)
            known = set(targets)
            records = {name: kept for name, kept in {**theirs.records, **self._records}.items() if name in known}
            index = _Index(records, {**theirs.stats, **self._stats})
            write_file(self._folder / "index.json", _index_text(index, self._key, self._started))
            self._drop_unused(records)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        _prepare(self._folder, self._key)
        with (self._folder / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _is_current(self, kind: str, path: str, digest: str, roots: Roots) -> bool:
        if kind == "glob":
            listed = path, roots  # another target may reach other folders
            if listed not in self._listings:
                self._listings[listed] = self._listing(path, roots)
            return self._listings[listed] == digest
        found = self._absence_of(path) if kind == "absent" else self._digest_of(path)
        if found == digest:
            self._current.add((kind, path, digest))
        return found == digest

    def _absence_of(self, path: str) -> str | None:
        return None if os.path.lexists(path) else self.digest(b"")

    def _digest_of(self, path: str) -> str | None:
        """Return the keyed digest of what *path* holds now; it is read only when it looks changed."""
        stat = _stat(path)
        if stat is None:
            return None
        known = self._stats.get(path)
        if known is not None and known[0] == stat:
            return known[1]
        try:
            digest = self.digest(sha256(Path(path).read_bytes()).hexdigest().encode())
        except OSError:
            return None
        self._stats[path] = (stat, digest)
        self._changed = True
        return digest

    def _listing(self, path: str, roots: Roots) -> str | None:
        from armlib.jsonnet.glob import list_matches
        from armlib.jsonnet.importer import Boundary, FailedImportError, listing_digest
        from armlib.jsonnet.packages import Packages

        base, _, pattern = path.partition("/./")
        packages = Packages(roots.package_roots(), dict(roots.imports))
        folders = list(map(str, roots.library)), list(map(str, roots.packaged))
        boundary = Boundary(str(roots.project), *folders, packages).of(base)
        try:
            return self.digest(listing_digest(list_matches(boundary, base, pattern)).encode())
        except FailedImportError:
            return None

    def _object(self, digest: str) -> Path:
        return self._folder / "objects" / digest[:2] / digest[2:]

    def _store(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        path = self._object(digest)
        with contextlib.suppress(WriteError):
            if not path.exists():
                write_file(path, data)
        return digest

    def _drop_unused(self, records: Mapping[str, Sequence[Record]]) -> None:
        used = {made.digest for kept in records.values() for record in kept for made in record.made}
        for folder in (self._folder / "objects").glob("??"):
            for path in folder.iterdir():
                is_old = time.time() - path.stat().st_mtime > 3600  # a build at the same time may just have made it
                if folder.name + path.name not in used and is_old:
                    path.unlink(missing_ok=True)


def _stat(path: str) -> _Stat | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path takes as long to make as the call, and there are thousands
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _load_key(folder: Path) -> bytes:
    """Return the key of the cache, or a new one."""
    try:
        key = (folder / "key").read_bytes()
    except OSError:
        key = b""
    return key if len(key) == 32 else os.urandom(32)


def _prepare(folder: Path, key: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ignored = folder / ".gitignore"
    if not ignored.exists():
        write_file(ignored, b"*\n")
    path = folder / "key"
    if not path.exists() or path.read_bytes() != key:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)


@dataclass(frozen=True, slots=True)
class _Index:
    records: dict[str, tuple[Record, ...]]
    stats: dict[str, tuple[_Stat, str]]


def _load_index(folder: Path, key: bytes) -> _Index:
    """Return the index of the cache in *folder*; an empty one if anything is wrong with it."""
    try:
        text = (folder / "index.json").read_bytes()
        checked, _, body = text.partition(b"\n")
        if checked != _checksum(body, key):
            return _Index({}, {})
        return _parsed(json.loads(body))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _Index({}, {})


def _checksum(body: bytes, key: bytes) -> bytes:
    """The first line of the index: whoever cut, changed or merged the file did not make a cache."""
    return blake2b(body, key=key, person=b"armlib%d" % _VERSION).hexdigest().encode()


def _parsed(index: dict[str, Any]) -> _Index:
    inputs = [(kind, path, digest) for kind, path, digest in index["inputs"]]
    records = {
        name: tuple(
            Record(
                key=record["key"],
                reads=tuple(inputs[number] for number in record["reads"]),
                made=tuple(Made(path=path, digest=digest) for path, digest in record["made"]),
                diagnostics=tuple(map(_diagnostic, record["diagnostics"])),
            )
            for record in kept
        )
        for name, kept in index["targets"].items()
    }
    stats = {path: ((mtime, ctime, size, inode), digest) for path, mtime, ctime, size, inode, digest in index["stats"]}
    return _Index(records, stats)


def _index_text(index: _Index, key: bytes, started: int) -> bytes:
    numbers: dict[tuple[str, str, str], int] = {}
    targets = {
        name: [
            {
                "key": record.key,
                "reads": [numbers.setdefault(read, len(numbers)) for read in record.reads],
                "made": [[made.path, made.digest] for made in record.made],
                "diagnostics": [_as_json(diagnostic) for diagnostic in record.diagnostics],
            }
            for record in kept
        ]
        for name, kept in index.records.items()
    }
    mentioned = {read[1] for read in numbers}
    mentioned |= {made.path for kept in index.records.values() for record in kept for made in record.made}
    stats = [
        (path, *stat, digest)
        for path, (stat, digest) in index.stats.items()
        if path in mentioned and max(stat[0], stat[1]) < started - _SETTLED
    ]
    body = json.dumps({"inputs": list(numbers), "targets": targets, "stats": stats}, separators=(",", ":")).encode()
    return _checksum(body, key) + b"\n" + body


def _as_json(diagnostic: Diagnostic) -> Any:
    from dataclasses import asdict

    return asdict(diagnostic)


def _diagnostic(value: dict[str, Any]) -> Diagnostic:
    """Return the diagnostic that :func:`_as_json` wrote."""
    return Diagnostic(
        code=value["code"],
        severity=Severity(value["severity"]),
        message=value["message"],
        hint=value["hint"],
        path=tuple(value["path"]),
        place=value["place"] and Place(**value["place"]),
        excerpt=value["excerpt"] and Excerpt(**value["excerpt"]),
        frames=tuple(Frame(**{**frame, "place": Place(**frame["place"])}) for frame in value["frames"]),
    )
