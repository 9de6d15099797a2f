"""Where the files that come with armlib lie: the Jsonnet base library and the modules to deploy."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def package_folder() -> Path:
    """Return the folder of the Python package."""
    return _PACKAGE


def is_checkout() -> bool:
    """Return whether armlib runs from its sources, which may change under its version."""
    return not (_PACKAGE / "_data").is_dir()


def library_folder() -> Path:
    """Return the folder of ``arm.libsonnet``, in a checkout as in an installed wheel."""
    return _data("lib")


def registry_folder() -> Path:
    """Return the folder of the packaged modules, ``<area>/<name>/main.jsonnet``."""
    return _data("registry")


def packaged_folders() -> tuple[Path, ...]:
    """Return where imports are looked for last: the base library, then the modules to deploy."""
    return library_folder(), registry_folder()


@cache
def _data(name: str) -> Path:
    in_wheel = _PACKAGE / "_data" / name
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / name
