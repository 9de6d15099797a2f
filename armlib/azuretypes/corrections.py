"""Where the published definitions are wrong: exceptions, each with its reason.

A file is a JSON object ``{"corrections": [...]}`` of entries such as ::

    {"type": "Microsoft.Web/sites", "versions": ["2022-*"], "path": "properties.siteConfig.alwaysOn",
     "accept": "any", "reason": "…"}

``type`` and ``versions`` may hold ``*``; ``versions`` may be left out. ``path`` names a property of the body; items of
lists add no step, ``*`` stands for any key, and no path means the resource itself. ``accept`` is

    any        the property exists, whatever its value
    absent     it is not required
    written    it is not read-only
    version    the versions exist, though no definition is published (the nearest is used)
    scope      the resource can be deployed wherever it is
    [texts]    these values too, for an enumeration or the variants of an object
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from armlib.errors import InputError

_KINDS: Final = ("any", "absent", "written", "version", "scope")
_KEYS: Final = frozenset(("type", "versions", "path", "accept", "reason", "source"))


class CorrectionsError(InputError):
    """A file of corrections has another form."""

    code = "types-corrections"


class Correction(NamedTuple):
    """One exception; *accept* is a kind, or further values."""

    type: str
    versions: tuple[str, ...]
    path: tuple[str, ...]
    accept: str | tuple[str, ...]
    reason: str

    def concerns(self, name: str, version: str) -> bool:
        """Return whether it is about this type and version."""
        folded = name.casefold()
        return (self.type == folded or fnmatchcase(folded, self.type)) and any(
            fnmatchcase(version, pattern) for pattern in self.versions
        )


class Exceptions:
    """What is accepted at one place of a body, and below it."""

    __slots__ = ("below", "kinds", "values")

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.values: list[str] = []
        self.below: dict[str, Exceptions] = {}

    def at(self, name: str) -> Exceptions | None:
        """Return the exceptions at the property *name*, in any case."""
        return self.below.get(name.casefold()) or self.below.get("*")


class Corrections:
    """All the exceptions that are in force; what was asked for once is kept."""

    def __init__(self, entries: tuple[Correction, ...] = ()) -> None:
        self.entries = entries
        self._known: dict[tuple[str, str], Exceptions | None] = {}

    def for_type(self, name: str, version: str) -> Exceptions | None:
        """Return the exceptions for a type in a version, or None."""
        key = name.casefold(), version
        if key not in self._known:
            self._known[key] = _tree([entry for entry in self.entries if entry.concerns(name, version)])
        return self._known[key]

    def with_file(self, path: Path) -> Corrections:
        """Return these with those of a project's file after them.

        Raises:
            CorrectionsError: the file cannot be read or has another form.
        """
        return Corrections((*self.entries, *read_corrections(path)))


@lru_cache(maxsize=1)
def packaged() -> Corrections:
    """Return the corrections that come with armlib."""
    return Corrections(read_corrections(Path(__file__).with_name("corrections.json")))


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """Return the corrections of a file.

    Raises:
        CorrectionsError: It cannot be read, or has another form; the message names the entry.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise CorrectionsError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise CorrectionsError(f"{path} is no JSON: {error}") from error
    if not isinstance(value, dict) or not isinstance(value.get("corrections"), list):
        raise CorrectionsError(f'{path}: expected an object with a list "corrections"')
    return tuple(_entry(entry, f"{path}: corrections[{at}]") for at, entry in enumerate(value["corrections"]))


def _entry(entry: Any, where: str) -> Correction:
    if not isinstance(entry, Mapping) or not set(entry) <= _KEYS:
        known = ", ".join(sorted(_KEYS))
        raise CorrectionsError(f"{where}: expected an object with keys of {known}")
    for key in ("type", "reason"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise CorrectionsError(f"{where}: '{key}' must be a text that is not empty")
    given = entry.get("accept")
    accept: str | tuple[str, ...]
    if isinstance(given, list) and _is_texts(given):
        accept = tuple(given)
    elif isinstance(given, str) and given in _KINDS:
        accept = given
    else:
        raise CorrectionsError(f"{where}: 'accept' must be one of {', '.join(_KINDS)}, or a list of texts")
    versions = entry.get("versions", ["*"])
    path = entry.get("path", "")
    if not _is_texts(versions) or not isinstance(path, str):
        raise CorrectionsError(f"{where}: 'versions' must be a list of texts, and 'path' a text")
    return Correction(
        type=entry["type"].casefold(),
        versions=tuple(versions),
        path=tuple(path.casefold().split(".")) if path else (),
        accept=accept,
        reason=entry["reason"],
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(item, str) for item in value)


def _tree(entries: Iterable[Correction]) -> Exceptions | None:
    root: Exceptions | None = None
    for entry in entries:
        root = root or Exceptions()
        place = root
        for step in entry.path:
            place = place.below.setdefault(step, Exceptions())
        if isinstance(entry.accept, str):
            place.kinds.add(entry.accept)
        else:
            place.values.extend(entry.accept)
    return root
