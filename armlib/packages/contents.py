"""Which files of a folder make up its package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from armlib.packages.archive import LARGEST, MOST_FILES, path_problem
from armlib.packages.errors import PackageError
from armlib.packages.manifest import Manifest

# What is in the folder of many a package and concerns nobody who uses it; names that start with a dot are left out,
# too.
LEFT_OUT: Final = ("out/*", "vendor/*", "tests/*", "*_test.jsonnet", "armlib.lock", "jsonnetfile.lock.json")


def package_files(manifest: Manifest) -> dict[str, bytes]:
    """Return the files of the package *manifest*, by their paths from its folder.

    Raises:
        PackageError: A file cannot be read, is a link or has a name that no package may hold, or it is too much.
    """
    files: dict[str, bytes] = {}
    size = 0
    for path in _paths(manifest):
        file = manifest.folder / path
        problem = path_problem(path) or ("is a symbolic link" if file.is_symlink() else None)
        if problem:
            hint = 'exclude = ["PATTERN"] in [package] leaves it out'
            raise PackageError(f"{file}: the file {problem}", code="package-contents", hint=hint)
        try:
            files[path] = file.read_bytes()
        except OSError as error:
            raise PackageError(f"cannot read {file}: {error.strerror}", code="cannot-read") from error
        size += len(files[path])
        if size > LARGEST or len(files) > MOST_FILES:
            most = f"more than {MOST_FILES} files or {LARGEST // 2**20} MiB"
            raise PackageError(f"{manifest.folder} has {most}", code="package-contents")
    return files


def _paths(manifest: Manifest) -> Iterator[str]:
    patterns = (*LEFT_OUT, *manifest.exclude)
    for folder, names, files in os.walk(manifest.folder):
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
