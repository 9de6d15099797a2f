"""Where the state of the local ARM is: a file in the user's state folder unless it is told otherwise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from armlib.user_folders import state_folder

ENVIRONMENT: Final = "ARMLIB_STATE"
FILE_NAME: Final = "local.sqlite3"


def state_path(setting: Path | None = None) -> Path:
    """Return where the state is: *setting*, else what the environment says, else the user's state folder."""
    named = setting or os.environ.get(ENVIRONMENT)
    if named:
        path = Path(named).expanduser()
        return path / FILE_NAME if path.is_dir() else path
    return state_folder() / FILE_NAME
