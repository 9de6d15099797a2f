"""What goes wrong with packages.

InputError
  PackageError          a manifest, a lock, a package or a reference that cannot be worked with
    DamagedError        bytes are not those that were promised
RefusedError
  RegistryError         a registry is not there, refuses, or answers nonsense
"""

from __future__ import annotations

from armlib.errors import InputError, RefusedError


class PackageError(InputError):
    """A package, or what names one, cannot be worked with."""

    code = "package"


class DamagedError(PackageError):
    """Bytes are not those that a digest promised: damaged on the way, or changed by someone."""

    code = "package-damaged"


class RegistryError(RefusedError):
    """A registry cannot be reached, refuses, or answers what no registry answers."""

    code = "registry"
