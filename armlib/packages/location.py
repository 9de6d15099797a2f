"""Where the cache of packages and the user's own registry are, without importing what uses them."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder(setting: Path | None = None) -> Path:
    """Return where packages are kept: *setting*, else the user's cache folder."""
    return setting or _user_folder("XDG_CACHE_HOME", ".cache", "Caches") / "armlib" / "packages"


def local_registry() -> Path:
    """Return the folder of the registry ``local:``, an OCI image layout among the user's data."""
    named = os.environ.get("ARMLIB_LOCAL_REGISTRY")
    if named:
        return Path(named).expanduser()
    return _user_folder("XDG_DATA_HOME", ".local/share", "Application Support") / "armlib" / "registry"


def _user_folder(variable: str, elsewhere: str, on_macos: str) -> Path:
    if os.environ.get(variable):
        return Path(os.environ[variable])
    if sys.platform == "darwin":
        return Path.home() / "Library" / on_macos
    return Path.home() / elsewhere
