"""Files that are looked at again and again, until one has changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Set
from pathlib import Path

INTERVAL = 0.3  # seconds between two looks

Stamps = Mapping[Path, tuple[int, int] | None]


def stamps(files: Iterable[Path]) -> Stamps:
    """Return when each of *files* was changed and how large it is; None where there is none."""
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def changed(before: Stamps, interval: float = INTERVAL) -> Set[Path]:
    """Wait until some of the files are no longer as *before*, and return these."""
    while True:
        found = {file for file, stamp in before.items() if _stamp(file) != stamp}
        if found:
            return found
        time.sleep(interval)
