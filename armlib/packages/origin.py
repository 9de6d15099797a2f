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
``git:ADDRESS``        a git repository; the name is a folder in it, "" for all of it
=====================  =================================================================
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from armlib.packages.errors import PackageError
from armlib.packages.names import NAME_HINT, is_package_name

_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?"
_OCI: Final = re.compile(rf"({_HOST})(/[a-z0-9._/-]+)?", re.ASCII)
_CREDENTIALS: Final = re.compile(r"(//|br:)[^/@]+@(?!sha256:)")
TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", re.ASCII)
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_GIT_URL: Final = re.compile(rf"(https?|ssh|git)://(?:((?!-)[^/@]*)@)?{_HOST}/[^@]*|file:///.*", re.ASCII)
_GIT_SCP: Final = re.compile(r"[A-Za-z0-9][\w.+-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!:).+", re.ASCII)
_GIT_HINT: Final = (
    "it is like https://git.example.com/team/modules.git, ssh://git@HOST/PATH, git@HOST:PATH or file:///PATH"
)
_RANGE_STARTS: Final = ("^", "~", "<", ">", "=", "*")  # of what follows @ in a reference to git, else it is a revision
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

    @property
    def shown_name(self) -> str:
        """What it is called in lists: the name, else the place; of git as jsonnet-bundler has it, HOST/PATH/FOLDER."""
        if self.kind != "git":
            return self.name or self.place
        place = self.place.partition("://")[2] or self.place.replace(":", "/", 1)
        return f"{place.rpartition('@')[2].strip('/').removesuffix('.git')}/{self.name}".rstrip("/")

    def __str__(self) -> str:
        return f"{self.source}{'/' if self.kind == 'oci' else '#'}{self.name}" if self.name else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A package of an origin: by *version* (a range, as text), by *tag*, or by *digest*; all may be None.

    For git the *tag* is a tag, a branch or a commit.
    """

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
            raise _no_registry(text)
        return f"oci://{found[1].lower()}{found[2] or ''}"
    if kind in FOLDER_KINDS and place:
        return f"{kind}:{relative_folder(Path(place), base, base)}"
    if kind == "git":
        return git_origin(place).source
    raise _no_registry(text)


def _no_registry(text: str) -> PackageError:
    return PackageError(
        f"'{_without_credentials(text)}' is not the location of a registry", hint=_hint(text, _REGISTRY_HINT)
    )


def _without_credentials(text: str) -> str:
    """Return *text* as it may be told: who we are, and a password, is left out."""
    return _CREDENTIALS.sub(r"\1…@", text)


def _hint(text: str, hint: str) -> str:
    return "leave out what is before '@': 'docker login' keeps who we are" if _CREDENTIALS.search(text) else hint


def registry_named(text: str, registries: Mapping[str, str], base: Path) -> str:
    """Return the location of the registry that *text* is a name of in *registries*, or is the location of itself.

    Raises:
        PackageError: It is neither.
    """
    if text in registries or ":" in text:
        return registries.get(text) or parse_source(text, base)
    known = ", ".join(sorted(registries)) or "none"
    hint = f"[registries] has: {known}; a location is like oci://registry.example.com/modules or layout:FOLDER"
    raise PackageError(f"there is no registry '{text}'", hint=hint)


def git_origin(address: str, folder: str = "") -> Origin:
    """Return where the *folder* of the git repository at *address* is.

    Raises:
        PackageError: It is no address, or has a password in it; or the folder is not in the repository.
    """
    found = _GIT_URL.fullmatch(address)
    if found and found[2] is not None and (found[1] != "ssh" or ":" in found[2]):
        hint = "leave out what is before '@'; git's credential helpers, or ssh, tell who we are"
        raise PackageError("the address of a git repository has credentials in it", hint=hint)
    if not (found or _GIT_SCP.fullmatch(address)) or not address.isprintable() or set(address) & set(" #\\"):
        scheme, _, rest = address.rpartition("://")
        shown = f"{scheme}://…" if scheme and ":" in rest else address.rpartition("@")[2]  # no password is told
        raise PackageError(f"'{shown}' is not the address of a git repository", hint=_GIT_HINT)
    path = PurePosixPath(folder)
    if path.is_absolute() or ".." in path.parts or not folder.isprintable():
        raise PackageError(f"'{folder}' is not a folder of the repository")
    return Origin(f"git:{address.rstrip('/')}", "" if folder in (".", "") else path.as_posix())


def relative_folder(folder: Path, base: Path, project: Path) -> str:
    """Return *folder*, which starts from *base*, as seen from *project*; an absolute one stays absolute."""
    if folder.expanduser().is_absolute():
        return os.path.normpath(folder.expanduser())
    return Path(os.path.relpath(base / folder, project)).as_posix()


def parse_reference(text: str, base: Path, registries: dict[str, str], default: str) -> Reference:
    """Return what *text* refers to.

    It is ``NAME[@RANGE]`` in the *default* registry, ``ALIAS:NAME[@RANGE]`` in one of *registries*, ``local`` and
    ``armlib`` among them, ``oci://HOST/REPOSITORY[:TAG|@DIGEST]``, ``layout:FOLDER#NAME[@RANGE]``,
    ``folder:FOLDER#NAME``, ``path:FOLDER``, ``git+ADDRESS[@REVISION|@RANGE][#FOLDER]``, or Bicep's
    ``br:HOST/REPOSITORY:TAG`` and ``br/ALIAS:PATH:TAG``.

    Raises:
        PackageError: It is none of these.
    """
    kind, _, rest = text.partition(":")
    if kind == "oci":
        return _oci_reference(rest.removeprefix("//"), text)
    if kind == "br" or kind.startswith("br/"):
        return _bicep_reference(kind.removeprefix("br").removeprefix("/"), rest, registries, text)
    if kind.startswith("git+"):
        return _git_reference(text.removeprefix("git+"))
    if kind == "path" and rest:
        return Reference(origin=Origin(f"path:{relative_folder(Path(rest), base, base)}"))
    if kind in (*FOLDER_KINDS, "local", "armlib") and "#" in rest:
        place, _, name = rest.rpartition("#")
        return _named(parse_source(f"{kind}:{place}", base), name, text)
    if kind in ("armlib", "local") and kind not in registries and rest:
        return _named(f"{kind}:", rest, text)
    if ":" in text.partition("@")[0]:
        if rest.startswith("//") and kind not in registries:
            raise PackageError(
                f"a reference does not start with '{kind}://'", hint=f"of git it is git+{kind}://HOST/PATH"
            )
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
        hint = _hint(whole, "it is like oci://registry.example.com/modules/web:1.2.0")
        raise PackageError(f"'{_without_credentials(whole)}' is not a reference", hint=hint)
    if tag and not TAG.fullmatch(tag):
        raise PackageError(f"'{whole}': '{tag}' cannot be a tag", hint="letters, digits, '.', '_' and '-'")
    origin = Origin(f"oci://{host.lower()}", _package(repository, whole))
    return Reference(origin=origin, tag=tag or None, digest=digest or None)


def _git_reference(text: str) -> Reference:
    """Read ``ADDRESS[@REVISION|@RANGE][#FOLDER]``; an @ before the path is part of the address."""
    text, _, folder = text.partition("#")
    scheme, _, rest = text.partition("://")
    host, _, path = rest.partition("/")
    path, _, wanted = path.partition("@")
    origin = git_origin(f"{scheme}://{host}/{path}", folder.strip("/"))
    if wanted.startswith(_RANGE_STARTS):
        return Reference(origin=origin, version=wanted)
    return Reference(origin=origin, tag=wanted or None)


def _bicep_reference(alias: str, text: str, registries: dict[str, str], whole: str) -> Reference:
    if not alias:
        return _oci_reference(text, whole)
    known = {"public": f"oci://{PUBLIC_BICEP}", **registries}
    if alias not in known:
        hint = "'public' is Microsoft's; name others in [registries]"
        raise PackageError(f"'{whole}': there is no registry '{alias}'", hint=hint)
    if not known[alias].startswith("oci://"):
        name, _, tag = text.partition(":")
        message = f"'{whole}': '{alias}' is {known[alias]}, and Bicep's references are to registries on the network"
        raise PackageError(
            message, hint=f"a module in it is '{alias}:{name}{'@' if tag else ''}{tag.removeprefix('v')}'"
        )
    return _oci_reference(f"{known[alias].removeprefix('oci://')}/{text}", whole)


def _package(name: str, whole: str) -> str:
    if not is_package_name(name):
        raise PackageError(f"'{whole}': '{name}' is not the name of a package", hint=NAME_HINT)
    return name
