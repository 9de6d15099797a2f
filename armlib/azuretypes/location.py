"""Where the store of types is: apart from the store itself, so that asking costs nothing when nothing is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from armlib.user_folders import data_folder

ENVIRONMENT: Final = "ARMLIB_TYPES"
FILE_NAME: Final = "types.sqlite3"


def store_path(setting: Path | None = None) -> Path:
    """Return where the store is: *setting*, else what the environment says, else the user's data folder."""
    named = setting or os.environ.get(ENVIRONMENT)
    if named:
        path = Path(named).expanduser()
        return path / FILE_NAME if path.is_dir() else path
    return data_folder() / FILE_NAME
