"""``armlib vendor``: a vendor folder is brought up to date, whole or not at all, and holds nothing that is the user's.

The folder is made beside the one that is there and takes its place in one step, where the system can do that. A list in
it (``.armlib.json``) has every file with its digest, so that what others have put there or changed is noticed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from armlib.files import WriteError
from armlib.jsonnet.digest import sha256_hex
from armlib.packages.cache import ABANDONED
from armlib.packages.errors import PackageError
from armlib.packages.vendored import LIST, Vendored, collection_used, library_files, locked_contents, vendored

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.jsontypes import Json, JsonObject

_VERSION: Final = 1
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux's renameat2
_HERE: Final = -100  # AT_FDCWD


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A package whose folder differs, ``+``, ``~`` or ``-``: its versions before and now, "" where there is none."""

    mark: str
    folder: str
    before: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a vendor folder differs from what it should be: packages, and files by their paths with ``+``, ``~``, ``-``.

    *strange* are the files in it that armlib did not write, or that were changed since.
    """

    changes: tuple[Change, ...]
    files: Mapping[str, str]
    strange: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing would be written."""
        return not self.files


def for_project(settings: Settings) -> Vendored:
    """Return what the vendor folder of the project should hold; packages that are not in the cache are fetched.

    Raises:
        PackageError: The lock is absent or old, or a package is not what was locked.
        RegistryError: A registry cannot be asked.
        DiagnosticsError: A name means several packages.
    """
    from armlib.packages.restore import locked_project, restore

    lock = locked_project(settings)
    if lock.packages:
        restore(settings)
    used, collected = collection_used(settings.project, lock.imports)
    return vendored({**used, **lock.imports}, locked_contents(lock, settings) | collected, library_files())


def compare(folder: Path, wanted: Vendored) -> Comparison:
    """Return how *folder* differs from *wanted*.

    Raises:
        PackageError: It is not empty, and not a folder that armlib wrote.
    """
    there = _files(folder)
    listed = _listed(folder, there)
    files = {**wanted.files, LIST: list_text(wanted)}
    marks = {path: "-" for path in there if path not in files}
    for path, data in files.items():
        if path not in there:
            marks[path] = "+"
        elif there[path] != sha256_hex(data):
            marks[path] = "~"
    known = {**_texts(listed.get("files")), LIST: there.get(LIST)}
    strange = tuple(path for path, digest in there.items() if known.get(path) != digest)
    return Comparison(changes=_changes(listed, wanted), files=dict(sorted(marks.items())), strange=strange)


def write(folder: Path, wanted: Vendored, *, force: bool = False) -> Comparison:
    """Bring *folder* up to date with *wanted*, and return how it differed.

    With *force* files go that others put there, or changed, in a folder that armlib wrote.

    Raises:
        PackageError: There are such files, or armlib did not write the folder.
        WriteError: The system refused; what was there is still there.
    """
    folder = Path(os.path.realpath(folder))
    found = compare(folder, wanted)
    if found.is_same:
        return found
    if found.strange and not force:
        listed = ", ".join(found.strange[:5]) + (f" and {len(found.strange) - 5} more" if found.strange[5:] else "")
        message = f"{folder} has files that armlib did not write, or that were changed since: {listed}"
        hint = "move them elsewhere, or let --force remove them"
        raise PackageError(message, code="vendor-changed", hint=hint)
    made = folder.with_name(f".{folder.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        for path, data in {**wanted.files, LIST: list_text(wanted)}.items():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).write_bytes(data)
        _put(made, folder)
    except OSError as error:
        raise WriteError(f"cannot write {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return found


def list_text(wanted: Vendored) -> bytes:
    """Return the list that lies in the folder: the same packages, the same bytes."""
    value = {
        "comment": "Written by 'armlib vendor', which brings this folder up to date; do not edit it.",
        "version": _VERSION,
        "packages": packages_json(wanted),
        "files": {path: sha256_hex(data) for path, data in sorted(wanted.files.items())},
    }
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def packages_json(wanted: Vendored) -> list[Json]:
    """Return the packages of a vendor folder as JSON has them."""
    return [
        {
            "folder": folder,
            "name": content.name,
            "version": content.version,
            "source": content.source,
            "tree": content.digest,
        }
        for folder, content in wanted.packages.items()
    ]


def _files(folder: Path) -> dict[str, str]:
    """Return the digests of the files in *folder* by their paths; that of what is no regular file is ""."""
    try:
        if not os.path.lexists(folder):
            return {}
        if not folder.is_dir():
            raise PackageError(f"{folder} is not a folder", code="vendor-not-ours", hint="name another folder")
        found = {}
        for place, folders, names in os.walk(folder, onerror=_raise):
            for name in (*names, *(name for name in folders if Path(place, name).is_symlink())):
                path = Path(place, name)
                regular = path.is_file() and not path.is_symlink()
                found[path.relative_to(folder).as_posix()] = sha256_hex(path.read_bytes()) if regular else ""
    except OSError as error:
        raise PackageError(f"cannot read {error.filename}: {error.strerror}", code="cannot-read") from error
    return dict(sorted(found.items()))


def _raise(error: OSError) -> None:
    raise error


def _listed(folder: Path, there: Mapping[str, str]) -> JsonObject:
    """Return the list in *folder*, {} for an empty folder.

    Raises:
        PackageError: The folder is not empty, and has no list.
    """
    if not there:
        return {}
    try:
        value = json.loads((folder / LIST).read_bytes())
        if value["version"] == _VERSION and isinstance(value["packages"], list):
            return dict(value)
        reason = f"its {LIST} is of another armlib"
    except FileNotFoundError:
        reason = f"it has no {LIST}"
    except (OSError, ValueError, KeyError, TypeError):
        reason = f"its {LIST} is damaged"
    hint = "name another folder, or remove this one if nothing in it is needed"
    raise PackageError(f"{folder} was not written by armlib: {reason}", code="vendor-not-ours", hint=hint)


def _texts(value: object) -> dict[str, str]:
    return dict(value) if isinstance(value, dict) else {}


def _changes(listed: JsonObject, wanted: Vendored) -> tuple[Change, ...]:
    def by_folder(packages: object) -> dict[str, tuple[str, str]]:
        rows = [_texts(one) for one in packages] if isinstance(packages, list) else []
        return {row.get("folder", ""): (row.get("version", ""), row.get("tree", "")) for row in rows}

    before, now = by_folder(listed.get("packages")), by_folder(packages_json(wanted))
    return tuple(
        Change(
            mark="+" if folder not in before else "-" if folder not in now else "~",
            folder=folder,
            before=before.get(folder, ("",))[0],
            now=now.get(folder, ("",))[0],
        )
        for folder in sorted(before | now)
        if before.get(folder) != now.get(folder)
    )


def _put(made: Path, folder: Path) -> None:
    """Put the folder *made* in the place of *folder*; afterwards *made* is the one that was there, if there was one."""
    if not folder.exists() or not any(folder.iterdir()):
        made.rename(folder)  # over an empty one, too
    elif not _exchange(made, folder):
        before = made.with_name(f"{made.name[:-4]}.old.tmp")
        folder.rename(before)
        try:
            made.rename(folder)
        except OSError:
            before.rename(folder)
            raise
        before.rename(made)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places at once; return whether the system can."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)


def _sweep(folder: Path) -> None:
    """Remove what processes left beside *folder* that were killed long ago."""
    for path in folder.parent.glob(f".{folder.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if path.is_dir() and path.stat().st_mtime < time.time() - ABANDONED:
                shutil.rmtree(path, ignore_errors=True)
