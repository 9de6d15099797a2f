"""Which files of a folder make up its package."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NoReturn

from armlib.packages.archive import LARGEST, MOST_FILES, path_problem
from armlib.packages.errors import PackageError
from armlib.packages.manifest import Manifest

# What is in the folder of many a package and concerns nobody who uses it; names that start with a dot are left out,
# too.
LEFT_OUT: Final = ("out/*", "vendor/*", "tests/*", "*_test.jsonnet", "armlib.lock", "jsonnetfile.lock.json")

_LEAVES_OUT: Final = 'exclude = ["PATTERN"] in [package] leaves it out'


def package_files(manifest: Manifest) -> dict[str, bytes]:
    """Return the files of the package *manifest*, by their paths from its folder.

    Raises:
        PackageError: A file cannot be read, is a link or has a name that no package may hold, or it is too much.
    """
    files: dict[str, bytes] = {}
    size = 0
    for path in _paths(manifest):
        file = manifest.folder / path
        try:
            status = file.lstat()
            problem = path_problem(path) or _kind_problem(status.st_mode)
            if problem:
                raise PackageError(f"{file}: the file {problem}", code="package-contents", hint=_LEAVES_OUT)
            size += status.st_size
            if size > LARGEST or len(files) == MOST_FILES:
                most = f"more than {MOST_FILES} files or {LARGEST // 2**20} MiB"
                message = f"{manifest.folder} has {most}, up to {path}"
                raise PackageError(message, code="package-contents", hint=_LEAVES_OUT)
            files[path] = file.read_bytes()
        except OSError as error:
            raise _unreadable(error) from error
    return files


def _kind_problem(mode: int) -> str | None:
    if stat.S_ISLNK(mode):
        return "is a symbolic link"
    return None if stat.S_ISREG(mode) else "is a pipe, a socket or a device"


def _unreadable(error: OSError) -> PackageError:
    message = f"cannot read {error.filename}: {error.strerror}"
    return PackageError(message, code="cannot-read", hint=f"let it be read, or leave it out: {_LEAVES_OUT}")


def _refuse(error: OSError) -> NoReturn:
    raise _unreadable(error) from error


def _paths(manifest: Manifest) -> Iterator[str]:
    patterns = (*LEFT_OUT, *manifest.exclude)
    for folder, names, files in os.walk(manifest.folder, onerror=_refuse):
        inner = Path(folder).relative_to(manifest.folder).as_posix()
        prefix = "" if inner == "." else f"{inner}/"
        names[:] = sorted(
            name
            for name in names
            if not name.startswith(".") and not any(fnmatchcase(f"{prefix}{name}/", pattern) for pattern in patterns)
        )
        for name in sorted((*files, *(name for name in names if (Path(folder) / name).is_symlink()))):
            path = f"{prefix}{name}"
            if not name.startswith(".") and not any(fnmatchcase(path, pattern) for pattern in patterns):
                yield path
