"""Paths -> the files that are tests: table cases, and examples that lie beside a manifest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from armlib.errors import InputError

SUFFIX = "_test.jsonnet"
MANIFESTS = ("module.json", "armlib.toml")
_LEFT_OUT = frozenset({"node_modules", "vendor"})
_OF_TESTS = frozenset({"examples", "tests"})


class Kind(StrEnum):
    """What a file of tests holds."""

    CASES = "cases"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFile:
    """A file of tests; its path is absolute."""

    __test__ = False  # no class of tests, whatever pytest thinks of its name

    path: Path
    kind: Kind


def test_files(paths: Iterable[Path]) -> tuple[TestFile, ...]:
    """Return the files of tests that *paths* are or hold, each once, sorted.

    A file that is named is taken as an example unless it is called like a file of cases. Folders that start with a
    dot, ``vendor`` and ``node_modules`` are not looked into.

    Raises:
        InputError: There is nothing at a path.
    """
    found = {file.path: file for path in paths for file in _at(Path(os.path.abspath(path)))}  # noqa: PTH100
    return tuple(found[path] for path in sorted(found))


test_files.__test__ = False  # type: ignore[attr-defined]


def tested_folders(paths: Iterable[Path], files: Iterable[TestFile]) -> tuple[Path, ...]:
    """Return the folders whose sources are tested: those of the modules of *files*, and *paths* that hold modules."""
    owners = dict.fromkeys(_owner(file.path) for file in files)
    given = [Path(os.path.abspath(path)) for path in paths if path.is_dir()]  # noqa: PTH100
    return (*owners, *(path for path in given if not any(path.is_relative_to(folder) for folder in owners)))


def _owner(file: Path) -> Path:
    """Return the folder of the manifest above a file of tests, else that of its module."""
    for folder in file.parents:
        if any((folder / name).is_file() for name in MANIFESTS):
            return folder
    return file.parents[1] if file.parent.name == "tests" else file.parent


def is_tested(path: str, folder: Path) -> bool:
    """Return whether the file at *path* belongs to what is tested in *folder*, and is no test or example itself."""
    if not Path(path).is_relative_to(folder) or path.endswith(SUFFIX):
        return False
    return not any(_leaves_out(step) or step in _OF_TESTS for step in Path(path).relative_to(folder).parts[:-1])


def _at(path: Path) -> Iterator[TestFile]:
    if path.is_file():
        yield TestFile(path=path, kind=Kind.CASES if path.name.endswith(SUFFIX) else Kind.EXAMPLE)
    elif path.is_dir():
        yield from _below(path)
    else:
        raise InputError(f"there is nothing at {path}", code="cannot-read", hint="name a file of tests, or a folder")


def test_file(path: Path) -> TestFile | None:
    """Return the file of tests that *path*, one of those below a folder, is; None for any other."""
    if path.name.endswith(SUFFIX):
        return TestFile(path=path, kind=Kind.CASES)
    if path.suffix == ".jsonnet" and _is_of_examples(path.parent):
        return TestFile(path=path, kind=Kind.EXAMPLE)
    return None


test_file.__test__ = False  # type: ignore[attr-defined]


def is_left_out(path: Path, base: Path) -> bool:
    """Return whether a folder between *base* and *path* is one that tests are not looked for in."""
    return path.is_relative_to(base) and any(map(_leaves_out, path.relative_to(base).parts[:-1]))


def _leaves_out(folder: str) -> bool:
    return folder.startswith(".") or folder in _LEFT_OUT


def _is_of_examples(folder: Path) -> bool:
    return folder.name == "examples" and any((folder.parent / name).is_file() for name in MANIFESTS)


def _below(folder: Path) -> Iterator[TestFile]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _leaves_out(name))
        yield from filter(None, (test_file(Path(place, name)) for name in names))
