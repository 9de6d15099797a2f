"""The cache of packages: blobs and trees of files, each under the digest of what it is.

::

    blobs/ab/abcd…          manifests, configurations and layers, as a registry gave them
    trees/ab/abcd…/         the files of a package
    trees/ab/abcd….txt      their listing, whose digest is the name
    signatures/ab/abcd….json   signatures of the manifest of that digest
    entries/abcd….lock      what references came to that were compiled, for when we are offline
    tmp/                    what is being made

Any number of processes share it. A tree appears as a whole, by a rename, and everything is checked against its digest
when it is read, so that a process killed at any moment leaves nothing that another could mistake for whole.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from armlib.files import write_file
from armlib.jsonnet.digest import sha256_hex
from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.listing import listing_of, parse_listing
from armlib.packages.locked import listing_file, tree_folder

_ABANDONED: Final = 24 * 3600  # seconds after which something in tmp/ belongs to nobody


class Cache:
    """The cache in *folder*, which is made when something is put into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
            write_file(path, data)
        return digest

    def _blob(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self.folder / "blobs" / name[:2] / name

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
                target = made / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                target.chmod(0o444)
            write_file(listing_file(self.folder, tree), listing)
            self._move(made, tree)
        except OSError as error:
            raise PackageError(f"cannot write to {self.folder}: {error.strerror}", code="cannot-write") from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return tree

    def _move(self, made: Path, tree: str) -> None:
        """Put the folder *made* in its place; whoever else did so at the same time has put the same there."""
        folder = tree_folder(self.folder, tree)
        for _ in range(10):
            try:
                made.rename(folder)
            except OSError:
                if self.is_whole(tree):
                    return
                with contextlib.suppress(OSError):  # damaged: out of the way with it
                    folder.rename(made.with_name(f"{made.name}.old{time.monotonic_ns()}"))
            else:
                self._sweep()
                return
        made.rename(folder)

    def _temporary(self, tree: str) -> Path:
        folder = self.folder / "tmp" / f"{tree[:16]}.{os.getpid()}.{os.urandom(4).hex()}"
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise PackageError(f"cannot write to {self.folder}: {error.strerror}", code="cannot-write") from error
        return folder

    def _sweep(self) -> None:
        """Remove what processes left that were killed long ago, and damaged trees."""
        with contextlib.suppress(OSError):
            for path in (self.folder / "tmp").iterdir():
                if ".old" in path.name or path.stat().st_mtime < time.time() - _ABANDONED:
                    shutil.rmtree(path, ignore_errors=True)

    def signatures(self, digest: str) -> bytes | None:
        """Return what was kept of the signatures of the manifest of *digest*."""
        try:
            return self._signatures(digest).read_bytes()
        except OSError:
            return None

    def put_signatures(self, digest: str, data: bytes) -> None:
        """Keep *data*, the signatures of the manifest of *digest*."""
        write_file(self._signatures(digest), data)

    def _signatures(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self.folder / "signatures" / name[:2] / f"{name}.json"


def _damaged(folder: Path) -> DamagedError:
    return DamagedError(f"{folder} is not what it was when it was restored", hint="run 'armlib restore'")
