"""The names of packages, and the names that their files are imported by."""

from __future__ import annotations

import re
from typing import Final

from armlib.resources import library_folder

_STEP: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PACKAGE: Final = re.compile(rf"{_STEP}(?:/{_STEP})*", re.ASCII)
_IMPORT: Final = re.compile(r"[\w@+-][\w.@+-]*(?:/[\w@+-][\w.@+-]*)*")
_LONGEST: Final = 200
NAME_HINT: Final = "a name is like 'storage/account': lower-case letters and digits, joined by '-', '_', '.' and '/'"


def is_package_name(text: str) -> bool:
    """Return whether a package can be called *text*: what registries allow as the name of a repository."""
    return len(text) <= _LONGEST and _PACKAGE.fullmatch(text) is not None


def is_import_name(text: str) -> bool:
    """Return whether *text* can be what the path of an import starts with."""
    return len(text) <= _LONGEST and _IMPORT.fullmatch(text) is not None and not text.endswith((".jsonnet", ".json"))


def import_name_problem(text: str) -> str | None:
    """Return why *text* cannot be what the path of an import starts with, or None.

    What armlib's own library is imported by would lead its files to the package instead.
    """
    if not is_import_name(text):
        return f"'{text}' cannot be what an import starts with"
    if (library_folder() / text).exists():
        return f"'{text}' is what imports of armlib's own library start with"
    return None
