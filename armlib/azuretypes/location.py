"""Where the store of types is: apart from the store itself, so that asking costs nothing when nothing is installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = "ARMLIB_TYPES"
FILE_NAME: Final = "types.sqlite3"


def store_path(setting: Path | None = None) -> Path:
    """Return where the store is: *setting*, else what the environment says, else the user's data folder."""
    named = setting or os.environ.get(ENVIRONMENT)
    if named:
        path = Path(named).expanduser()
        return path / FILE_NAME if path.is_dir() else path
    return _data_folder() / "armlib" / FILE_NAME


def _data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
