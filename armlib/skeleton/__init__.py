"""The files of a new project, as ``armlib init`` makes them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from armlib.errors import InputError
from armlib.files import write_files

_FILES = Path(__file__).parent / "files"
_NAMES = {"gitignore": ".gitignore"}  # under its own name it would keep files of this folder out of the wheel


def make_project(folder: Path) -> tuple[Path, ...]:
    """Write a project into *folder*, which need not exist, and return its files.

    Raises:
        InputError: One of the files is there already; nothing is written.
    """
    name = _project_name(folder)
    files = {
        folder / path.with_name(_NAMES.get(path.name, path.name)).relative_to(_FILES): _filled(path, name)
        for path in sorted(_FILES.rglob("*"))
        if path.is_file()
    }
    there = [path for path in files if os.path.lexists(path)]
    if there:
        names = ", ".join(str(path.relative_to(folder)) for path in there)
        raise InputError(
            f"{folder} already has {names}", code="project-exists", hint="name a folder that has none of these"
        )
    write_files(files)
    return tuple(files)


def _project_name(folder: Path) -> str:
    """Return a name made of the folder's that is good in names of resources: 3 to 11 letters and digits."""
    letters = re.sub(r"[^a-z0-9]", "", folder.resolve().name.lower())[:11]
    return letters if len(letters) >= 3 else "demo"


def _filled(path: Path, name: str) -> bytes:
    return path.read_text(encoding="utf-8").replace("PROJECT", name).encode()
