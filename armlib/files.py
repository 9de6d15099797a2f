"""Reading files, and writing them whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.diagnostics import Place
from armlib.errors import InputError

if TYPE_CHECKING:
    from typing import BinaryIO


_OPEN = {"/dev/stdout": 1, "/dev/stderr": 2}


class WriteError(InputError):
    """A file could not be written; what was there before is still there."""

    code = "cannot-write"


def read_file(path: Path) -> bytes:
    """Return what is in the file *path*.

    Raises:
        InputError: The system refused.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}", code="cannot-read") from error


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write *data* to *path*; see :func:`write_files`."""
    write_files({path: data}, private=private)


def write_files(files: Mapping[Path, bytes], *, private: bool = False) -> None:
    """Write each of *files* whole, and none when one of them cannot be written.

    Folders that are missing are made. A symbolic link stays and the file it points to is replaced; a file's mode stays,
    and a new file that is *private* is for the user alone. What is not a regular file (a pipe, ``/dev/stdout``) is
    written to directly, after the others.

    Raises:
        WriteError: A path is a folder, or the system refused.
    """
    regular = {path: data for path, data in files.items() if not _is_special(path)}
    made: list[tuple[Path, Path]] = []
    place = None
    try:
        for place, data in regular.items():
            target = Path(os.path.realpath(place))
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
            if target.exists() and not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, "it is read-only")
            made.append((_write_beside(target, data, 0o600 if private else 0o666), target))
        while made:
            temporary, place = made[0]
            temporary.replace(place)
            del made[0]
        for place, data in files.items():
            if place not in regular:
                with _opened(place) as stream:
                    stream.write(data)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(f"cannot write {place}: {reason}", place=Place(file=str(place))) from error
    finally:
        for temporary, _ in made:
            temporary.unlink(missing_ok=True)


def write_private_file(path: Path, data: bytes) -> None:
    """Write *data* to *path* whole, readable for its owner alone from the start; folders that are missing are made.

    Raises:
        WriteError: The system refused.
    """
    temporary = path.with_name(f".{path.name[:200]}.{os.urandom(4).hex()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror}", place=Place(file=str(path))) from error


def _opened(path: Path) -> BinaryIO:
    """Return a stream to *path*, which is not a regular file or is one that this process has open.

    Opened anew, the file that stdout is sent to would be written from its start, or over by who writes to it next.
    """
    number = _OPEN.get(str(path))
    return path.open("ab") if number is None else os.fdopen(os.dup(number), "wb")


def _is_special(path: Path) -> bool:
    if path.is_relative_to("/dev"):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _write_beside(target: Path, data: bytes, mode: int) -> Path:
    """Write *data* to a new file in the folder of *target*, with the mode of *target*, or for a new one *mode*."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
