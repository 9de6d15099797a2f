"""Where packages come from, and references to them as a person writes them.

=====================  =================================================================
source                 is
=====================  =================================================================
``oci://HOST/PREFIX``  a registry; the name of a package follows as the repository
``layout:FOLDER``      a folder as the OCI image layout has it, for many packages
``local:``             such a folder among the user's data: the default
``folder:FOLDER``      plain folders, ``FOLDER/NAME`` with a manifest each
``armlib:``            the modules that come with armlib
``path:FOLDER``        one package that is being worked on, read where it is
``git:ADDRESS``        a git repository; the name is a folder in it
=====================  =================================================================
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from armlib.packages.errors import PackageError
from armlib.packages.names import NAME_HINT, is_package_name

_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?"
_OCI: Final = re.compile(rf"({_HOST})(/[a-z0-9._/-]+)?", re.ASCII)
TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", re.ASCII)
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
FOLDER_KINDS: Final = ("layout", "folder", "path")
PUBLIC_BICEP: Final = "mcr.microsoft.com/bicep"
_REGISTRY_HINT: Final = "it is like oci://registry.example.com/modules, layout:FOLDER or folder:FOLDER"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where the versions of one package are: in which *source*, and by which *name* there."""

    source: str
    name: str = ""

    @property
    def kind(self) -> str:
        """``oci``, ``layout``, ``local``, ``folder``, ``armlib``, ``path`` or ``git``."""
        return self.source.partition(":")[0]

    @property
    def place(self) -> str:
        """What follows the kind: host and prefix, a folder, an address."""
        return self.source.partition(":")[2].removeprefix("//" if self.kind == "oci" else "")

    @property
    def repository(self) -> tuple[str, str]:
        """The host of a registry on the network and the repository there; both are "" for another origin."""
        host, _, path = f"{self.place}/{self.name}".partition("/") if self.kind == "oci" else ("", "", "")
        return host, path

    def __str__(self) -> str:
        return f"{self.source}{'/' if self.kind == 'oci' else '#'}{self.name}" if self.name else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A package of an origin: by *version* (a range, as text), by *tag*, or by *digest*; all may be None."""

    origin: Origin
    version: str | None = None
    tag: str | None = None
    digest: str | None = None


def parse_source(text: str, base: Path) -> str:
    """Return the canonical form of a registry's location; relative folders start from *base* and stay relative to it.

    Raises:
        PackageError: It is none.
    """
    kind, _, place = text.partition(":")
    if text in ("local:", "armlib:"):
        return text
    if kind == "oci":
        found = _OCI.fullmatch(place.removeprefix("//").rstrip("/")) if place.startswith("//") else None
        if found is None or ".." in place or "//" in place[2:]:
            raise PackageError(f"'{text}' is not the location of a registry", hint=_REGISTRY_HINT)
        return f"oci://{found[1].lower()}{found[2] or ''}"
    if kind in FOLDER_KINDS and place:
        return f"{kind}:{relative_folder(Path(place), base, base)}"
    raise PackageError(f"'{text}' is not the location of a registry", hint=_REGISTRY_HINT)


def relative_folder(folder: Path, base: Path, project: Path) -> str:
    """Return *folder*, which starts from *base*, as seen from *project*; an absolute one stays absolute."""
    if folder.expanduser().is_absolute():
        return os.path.normpath(folder.expanduser())
    return Path(os.path.relpath(base / folder, project)).as_posix()


def parse_reference(text: str, base: Path, registries: dict[str, str], default: str) -> Reference:
    """Return what *text* refers to.

    It is ``NAME[@RANGE]`` in the *default* registry, ``ALIAS:NAME[@RANGE]`` in one of *registries*, ``local`` and
    ``armlib`` among them, ``oci://HOST/REPOSITORY[:TAG|@DIGEST]``, ``layout:FOLDER#NAME[@RANGE]``,
    ``folder:FOLDER#NAME``, ``path:FOLDER``, or Bicep's ``br:HOST/REPOSITORY:TAG`` and ``br/ALIAS:PATH:TAG``.

    Raises:
        PackageError: It is none of these.
    """
    kind, _, rest = text.partition(":")
    if kind == "oci":
        return _oci_reference(rest.removeprefix("//"), text)
    if kind == "br" or kind.startswith("br/"):
        return _bicep_reference(kind.removeprefix("br").removeprefix("/"), rest, registries, text)
    if kind == "path" and rest:
        return Reference(origin=Origin(f"path:{relative_folder(Path(rest), base, base)}"))
    if kind in (*FOLDER_KINDS, "local", "armlib") and "#" in rest:
        place, _, name = rest.rpartition("#")
        return _named(parse_source(f"{kind}:{place}", base), name, text)
    if kind in ("armlib", "local") and kind not in registries and rest:
        return _named(f"{kind}:", rest, text)
    if ":" in text:
        if kind not in registries:
            known = ", ".join(sorted(registries)) or "none"
            raise PackageError(f"'{text}': there is no registry '{kind}'", hint=f"[registries] has: {known}")
        return _named(registries[kind], rest, text)
    return _named(default, text, text)


def _named(source: str, text: str, whole: str) -> Reference:
    name, _, version = text.partition("@")
    if DIGEST.fullmatch(version):
        return Reference(origin=Origin(source, _package(name, whole)), digest=version)
    return Reference(origin=Origin(source, _package(name, whole)), version=version or None)


def _oci_reference(text: str, whole: str) -> Reference:
    place, _, digest = text.partition("@")
    host, _, repository = place.partition("/")
    repository, _, tag = repository.partition(":")
    if not re.fullmatch(_HOST, host, re.ASCII) or (digest and not DIGEST.fullmatch(digest)):
        raise PackageError(
            f"'{whole}' is not a reference", hint="it is like oci://registry.example.com/modules/web:1.2.0"
        )
    if tag and not TAG.fullmatch(tag):
        raise PackageError(f"'{whole}': '{tag}' cannot be a tag", hint="letters, digits, '.', '_' and '-'")
    origin = Origin(f"oci://{host.lower()}", _package(repository, whole))
    return Reference(origin=origin, tag=tag or None, digest=digest or None)


def _bicep_reference(alias: str, text: str, registries: dict[str, str], whole: str) -> Reference:
    if not alias:
        return _oci_reference(text, whole)
    known = {"public": f"oci://{PUBLIC_BICEP}", **registries}
    if alias not in known or not known[alias].startswith("oci://"):
        hint = "'public' is Microsoft's; name others in [registries]"
        raise PackageError(f"'{whole}': there is no registry '{alias}'", hint=hint)
    return _oci_reference(f"{known[alias].removeprefix('oci://')}/{text}", whole)


def _package(name: str, whole: str) -> str:
    if not is_package_name(name):
        raise PackageError(f"'{whole}': '{name}' is not the name of a package", hint=NAME_HINT)
    return name
