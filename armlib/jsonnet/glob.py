"""Which files a ``glob:`` import means."""

from __future__ import annotations

import os
import re

from armlib.jsonnet.importer import Boundary, FailedImportError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_ENTRIES = 200_000  # directory entries that one glob may look at
_WILD = re.compile(r"[*?\[]")


def list_matches(boundary: Boundary, base: str, pattern: str) -> list[str]:
    """Return the files below *base* that match *pattern*, as paths from *base*, sorted.

    Args:
        boundary: What may be read; a folder outside it is not listed.
        base: The folder that the pattern starts from.
        pattern: Path with ``*`` (any letters but ``/``), ``?`` (one of them), ``[ab]``, ``[!ab]``, and ``**`` as a
            whole step (any folders, or none). As in a shell, a name that starts with a dot matches only a dot.

    Raises:
        FailedImportError: The pattern leaves the boundary through a symbolic link, or looks at too many files.
    """
    fixed, steps = split_pattern(pattern)
    start = os.path.normpath(os.path.join(base, fixed))
    if not boundary.holds(start):
        raise FailedImportError("import-refused", f'import "glob:{pattern}": a symbolic link leads out of the project')
    found = set(_Walk(boundary, pattern).files(start, fixed, steps))
    for name in found:
        _require_utf8(name, pattern)
    return sorted(found)


def split_pattern(pattern: str) -> tuple[str, list[str]]:
    """Return the part of *pattern* before its first wildcard, and its steps from there."""
    steps = [step for step in pattern.split("/") if step not in ("", ".")]
    first = next((index for index, step in enumerate(steps) if _WILD.search(step)), max(len(steps) - 1, 0))
    if not steps or ".." in steps[first:]:
        raise FailedImportError(
            "import-refused", f'import "glob:{pattern}": ".." may stand only before the first wildcard'
        )
    return "/".join(steps[:first]), steps[first:]


class _Walk:
    """One walk down the folders; counts the entries that it looks at."""

    def __init__(self, boundary: Boundary, pattern: str) -> None:
        self._boundary = boundary
        self._pattern = pattern
        self._seen = 0

    def files(self, folder: str, prefix: str, steps: list[str]) -> Iterator[str]:
        """Return the files under *folder* that match *steps*, each with *prefix* before it."""
        step, rest = steps[0], steps[1:]
        if step == "**":
            yield from self.files(folder, prefix, rest or ["*"])
            for entry in self._entries(folder):
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                    yield from self.files(entry.path, _join(prefix, entry.name), steps)
            return
        matches = _matcher(step)
        for entry in self._entries(folder):
            if not matches(entry.name):
                continue
            if rest:
                if entry.is_dir() and self._boundary.holds(entry.path):
                    yield from self.files(entry.path, _join(prefix, entry.name), rest)
            elif _is_file(entry):
                yield _join(prefix, entry.name)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise FailedImportError(
                "import-unreadable", f'import "glob:{self._pattern}": {folder}: {error.strerror}'
            ) from error
        self._seen += len(found)
        if self._seen > MOST_ENTRIES:
            raise FailedImportError(
                "import-too-large",
                f'import "glob:{self._pattern}": looks at more than {MOST_ENTRIES} files',
                "name a folder before the wildcard",
            )
        return found


def _matcher(step: str) -> Callable[[str], bool]:
    import fnmatch

    matches = re.compile(fnmatch.translate(step)).match
    return lambda name: (step.startswith(".") or not name.startswith(".")) and matches(name) is not None


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _join(prefix: str, name: str) -> str:
    return f"{prefix}/{name}" if prefix else name


def _require_utf8(name: str, pattern: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise FailedImportError(
            "import-not-text", f'import "glob:{pattern}": the name of the file {name!r} is not UTF-8', "rename the file"
        ) from error
