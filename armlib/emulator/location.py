"""Where the state of the local ARM is: a file in the user's state folder unless it is told otherwise."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = "ARMLIB_STATE"
FILE_NAME: Final = "local.sqlite3"


def state_path(setting: Path | None = None) -> Path:
    """Return where the state is: *setting*, else what the environment says, else the user's state folder."""
    named = setting or os.environ.get(ENVIRONMENT)
    if named:
        path = Path(named).expanduser()
        return path / FILE_NAME if path.is_dir() else path
    return _state_folder() / "armlib" / FILE_NAME


def _state_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
