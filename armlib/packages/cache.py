"""The cache of packages: blobs and trees of files, each under the digest of what it is.

::

    blobs/abcd…             manifests, configurations and layers, as a registry gave them to whoever had no lock
    trees/abcd…/            the files of a package
    trees/abcd….txt         their listing, whose digest is the name
    commits/abcd….txt       the tree of a folder of a git repository at a commit; the name is a digest of these
    signatures/abcd….json   signatures of the manifest of that digest
    entries/abcd….lock      what references came to that were compiled, for when we are offline
    tmp/                    what is being made
    turns/ab                locked by who fetches what has a digest that starts like this; empty

Any number of processes share it. Trees and blobs appear as a whole, by a rename, and everything is checked against its
digest when it is read, so that a process killed at any moment leaves nothing that another could mistake for whole.
What it left in tmp/ is removed an hour later by whoever puts something into the cache.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from armlib.jsonnet.digest import sha256_hex
from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.listing import listing_of, parse_listing
from armlib.packages.locked import listing_file, tree_folder

ABANDONED: Final = 3600  # seconds after which a temporary file belongs to nobody
_LONGEST_TURN: Final = 60.0  # seconds that others are waited for
_LONGEST_PAUSE: Final = 0.05  # seconds


class Cache:
    """The cache in *folder*, which is made when something is put into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._is_swept = False

    def blob(self, digest: str) -> bytes | None:
        """Return the blob of *digest* (``sha256:…``), or None when it is not there; a damaged one is removed."""
        path = self._blob(digest)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if f"sha256:{sha256_hex(data)}" == digest:
            return data
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def put_blob(self, data: bytes) -> str:
        """Keep *data* and return its digest."""
        digest = f"sha256:{sha256_hex(data)}"
        path = self._blob(digest)
        if not path.exists():
            self._put(path, data)
        return digest

    @contextlib.contextmanager
    def turn(self, digest: str) -> Iterator[None]:
        """Let one process at a time run the block for *digest*, so that the others find in the cache what it fetched.

        This only saves work: where the system has no such locks, or the other one takes long, the block runs anyway.
        The lock ends with its process.
        """
        name = digest.removeprefix("sha256:")[:2]
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                path = self.folder / "turns" / name
                _wait_for(stack.enter_context(_opened(path)).fileno())
            yield

    def _put(self, path: Path, data: bytes) -> None:
        """Write *data* to *path*, by way of tmp/, where what is left of the killed is found again."""
        made = self._temporary(path.name)
        try:
            with _opened(made) as file:
                file.write(data)
            _moved(made, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                made.unlink()
            raise self._unwritable(error) from error

    def _blob(self, digest: str) -> Path:
        return self.folder / "blobs" / digest.removeprefix("sha256:")

    def is_whole(self, tree: str) -> bool:
        """Return whether the files of *tree* are there, every byte of them."""
        try:
            return self.files(tree) is not None
        except DamagedError:
            return False

    def files(self, tree: str) -> dict[str, bytes] | None:
        """Return the files of *tree* by their paths, or None when it is not there.

        Raises:
            DamagedError: They are not what they were.
        """
        folder, listing = tree_folder(self.folder, tree), listing_file(self.folder, tree)
        if not folder.is_dir():
            return None
        try:
            data = listing.read_bytes()
            listed = parse_listing(data) if sha256_hex(data) == tree else {}
            files = {path: (folder / path).read_bytes() for path in listed}
        except (OSError, ValueError) as error:
            raise _damaged(folder) from error
        if not listed or any(listed[path] != (sha256_hex(data), len(data)) for path, data in files.items()):
            raise _damaged(folder)
        return files

    def put_tree(self, files: Mapping[str, bytes]) -> str:
        """Keep *files* and return the digest of their tree; one that is there and damaged is replaced."""
        if not files:
            raise PackageError("a package without files is none", code="package-empty")
        listing = listing_of(files)
        tree = sha256_hex(listing)
        if self.is_whole(tree):
            return tree
        made = self._temporary(tree)
        try:
            for path, data in files.items():
                with _opened(made / path) as file:
                    file.write(data)
                    os.fchmod(file.fileno(), 0o444)
            self._put(listing_file(self.folder, tree), listing)
            self._move(made, tree)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return tree

    def _move(self, made: Path, tree: str) -> None:
        """Put the folder *made* in its place; whoever else did so at the same time has put the same there."""
        folder = tree_folder(self.folder, tree)
        for attempt in range(10):
            try:
                made.rename(folder)
            except OSError:
                if self.is_whole(tree):
                    return
                with contextlib.suppress(OSError):  # damaged: out of the way with it
                    folder.rename(made.with_name(f"{made.name}.old{time.monotonic_ns()}"))
            else:
                if attempt:
                    self._sweep()
                return
        made.rename(folder)

    def _temporary(self, name: str) -> Path:
        """Return a name in tmp/ that nobody else has, for a file or a folder."""
        if not self._is_swept:
            self._is_swept = True
            self._sweep()
        return self.folder / "tmp" / f"{name[:16]}.{os.getpid()}.{os.urandom(4).hex()}"

    def _sweep(self) -> None:
        """Remove what processes left that were killed long ago, and damaged trees."""
        with contextlib.suppress(OSError):
            for path in (self.folder / "tmp").iterdir():
                with contextlib.suppress(OSError):  # its process has just finished
                    if ".old" in path.name or path.stat().st_mtime < time.time() - ABANDONED:
                        _remove(path)

    def _unwritable(self, error: OSError) -> PackageError:
        return PackageError(f"cannot write to {self.folder}: {error.strerror}", code="cannot-write")

    def commit(self, key: str) -> str | None:
        """Return the tree that was kept for a commit under *key*, when it is there, every byte of it."""
        try:
            tree = self._commit(key).read_text("ascii")
        except (OSError, ValueError):
            return None
        return tree if len(tree) == 64 and tree.isalnum() and self.is_whole(tree) else None

    def put_commit(self, key: str, tree: str) -> None:
        """Keep *tree* as what the commit of *key* has."""
        self._put(self._commit(key), tree.encode())

    def _commit(self, key: str) -> Path:
        return self.folder / "commits" / f"{key}.txt"

    def signatures(self, digest: str) -> bytes | None:
        """Return what was kept of the signatures of the manifest of *digest*."""
        try:
            return self._signatures(digest).read_bytes()
        except OSError:
            return None

    def put_signatures(self, digest: str, data: bytes) -> None:
        """Keep *data*, the signatures of the manifest of *digest*."""
        self._put(self._signatures(digest), data)

    def _signatures(self, digest: str) -> Path:
        return self.folder / "signatures" / f"{digest.removeprefix('sha256:')}.json"


def _opened(path: Path) -> BinaryIO:
    """Return the file *path*, opened to be written; the folders above it are made when they are not there."""
    try:
        return path.open("wb")
    except FileNotFoundError:  # most of the time they are there
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")


def _moved(made: Path, path: Path) -> None:
    """Move *made* to *path*, whose folder is made when it is not there."""
    try:
        made.replace(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.replace(path)


def _remove(path: Path) -> None:
    """Remove a file, or a folder as far as that goes."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()


def _wait_for(descriptor: int) -> None:
    """Lock the file *descriptor*, if that can be had in time."""
    ends, pause = time.monotonic() + _LONGEST_TURN, 0.002
    while time.monotonic() < ends:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return


def _damaged(folder: Path) -> DamagedError:
    return DamagedError(f"{folder} is not what it was when it was restored", hint="run 'armlib restore'")
