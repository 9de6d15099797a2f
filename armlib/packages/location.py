"""Where the cache of packages and the user's own registry are, without importing what uses them."""

from __future__ import annotations

import os
from pathlib import Path

from armlib import user_folders


def cache_folder(setting: Path | None = None) -> Path:
    """Return where packages are kept: *setting*, else the user's cache folder."""
    return setting or user_folders.cache_folder() / "packages"


def local_registry() -> Path:
    """Return the folder of the registry ``local:``, an OCI image layout among the user's data."""
    named = os.environ.get("ARMLIB_LOCAL_REGISTRY")
    return Path(named).expanduser() if named else user_folders.data_folder() / "registry"
