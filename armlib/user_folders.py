"""The folders of the user that armlib keeps files in, as the system has them."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_folder() -> Path:
    """Return where what the user has put there is kept: resource types, the registry ``local:``."""
    return _folder("XDG_DATA_HOME", ".local/share", "Application Support")


def state_folder() -> Path:
    """Return where what has come about is kept: the state of the local ARM."""
    return _folder("XDG_STATE_HOME", ".local/state", "Application Support")


def cache_folder() -> Path:
    """Return where what can be fetched again is kept: packages."""
    return _folder("XDG_CACHE_HOME", ".cache", "Caches")


def _folder(variable: str, elsewhere: str, on_macos: str) -> Path:
    """Return armlib's folder; the *variable* of the environment wins.

    Source: XDG Base Directory Specification 0.8.
    """
    named = os.environ.get(variable)
    if named:
        return Path(named) / "armlib"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "armlib"
    if sys.platform == "darwin":
        return Path.home() / "Library" / on_macos / "armlib"
    return Path.home() / elsewhere / "armlib"
