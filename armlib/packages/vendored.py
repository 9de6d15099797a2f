"""What a vendor folder holds: the packages of a project and armlib's library, so that plain Jsonnet finds them.

Plain Jsonnet looks beside the importing file and then in one folder for all, so each package lies under the name that
it is imported by, and a name can mean one package only. Imports that plain Jsonnet would take to another file than
armlib does, such as those from the top folder of a package, are written relative to the file that they stand in.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from armlib import __version__
from armlib.diagnostics import Diagnostic, Place, error, warning
from armlib.errors import DiagnosticsError
from armlib.jsonnet.lexer import ImportExpression, imports, tokens
from armlib.packages.archive import path_problem
from armlib.packages.errors import PackageError
from armlib.packages.listing import listing_of
from armlib.packages.location import cache_folder

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.packages.lock import Lock, Locked

LIBRARY: Final = "arm.libsonnet"  # what armlib's own library is told by; no package can be called that
LIST: Final = ".armlib.json"  # what lies in a vendor folder and lists what armlib wrote there
_JSONNET: Final = (".jsonnet", ".libsonnet")
_NOT_OF_PROJECT: Final = ("vendor", "node_modules")
_GLOBS: Final = ("glob:", "globstr:", "globbin:")
Wanted: TypeAlias = "dict[str, dict[str, list[str]]]"  # name -> id of the package that it means -> who imports it


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A package with its files by their paths; *imports* maps the names that it imports others by to their ids."""

    label: str
    name: str
    version: str
    source: str
    files: Mapping[str, bytes]
    imports: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest of its files, as a lock has it."""
        from armlib.jsonnet.digest import sha256_hex

        return sha256_hex(listing_of(self.files))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """The files of a vendor folder by their paths, the packages in it by their folders, and what was found."""

    files: Mapping[str, bytes]
    packages: Mapping[str, Content]
    diagnostics: tuple[Diagnostic, ...] = ()


def vendored(imported: Mapping[str, str], contents: Mapping[str, Content], library: Mapping[str, bytes]) -> Vendored:
    """Return what the vendor folder of a project holds.

    Args:
        imported: What the project imports packages by, and their ids.
        contents: The packages by their ids.
        library: The files of armlib's own library.

    Raises:
        DiagnosticsError: A name means several packages, or files of several packages have one path.
    """
    wanted = _wanted(imported, contents)
    _require_one_meaning(wanted, contents)
    packages = {name: contents[next(iter(ids))] for name, ids in sorted(wanted.items())}
    base = Content(label="armlib's library", name=LIBRARY, version=__version__, source="armlib:", files=library)
    return _Layout({"": base, **packages}).vendored({**packages, LIBRARY: base})


def locked_contents(lock: Lock, settings: Settings) -> dict[str, Content]:
    """Return the packages of *lock* by their ids; all that are not read where they are must be in the cache.

    Raises:
        PackageError: A package is not in the cache, or cannot be read where it is.
    """
    return {id_: _content(locked, settings) for id_, locked in lock.packages.items()}


def library_files() -> dict[str, bytes]:
    """Return the files of armlib's own library."""
    from armlib.resources import library_folder

    folder = library_folder()
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _JSONNET)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def collection_used(project: Path, imported: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Content]]:
    """Return the modules that come with armlib and that files of *project* import though they are none of *imported*.

    Folders that start with a dot, ``vendor``, ``node_modules`` and vendor folders of other names are not looked into.

    Returns:
        Their names with their ids, and the packages by their ids, those that they need among them.
    """
    from armlib.packages import collection

    known = {*collection.names()} - {*imported}
    names = {name for path in _sources(project) for name in _packages_named(path.read_bytes(), known)}
    found: dict[str, Content] = {}
    for name in sorted(names):
        packages, _ = collection.collected(name)
        for package in packages:
            needs = {other: packages[number].label for other, number in package.imports}
            found[package.label] = _of_folder(package.folder, package.label, needs)
    return {name: f"{collection.PREFIX}{name}" for name in sorted(names)}, found


def _sources(project: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(project):
        folders[:] = sorted(name for name in folders if _is_of_project(Path(place, name)))
        yield from (path for name in sorted(names) if (path := Path(place, name)).suffix in _JSONNET and path.is_file())


def _is_of_project(folder: Path) -> bool:
    name = folder.name
    return not name.startswith(".") and name not in _NOT_OF_PROJECT and not (folder / LIST).is_file()


def _packages_named(data: bytes, known: set[str]) -> Iterator[str]:
    """Yield those of *known* that a file imports from."""
    for one in imports(data.decode("utf-8", "replace")):
        prefix = one.name
        while prefix := prefix.rpartition("/")[0]:
            if prefix in known:
                yield prefix
                break


# Contents


def _content(locked: Locked, settings: Settings) -> Content:
    from armlib.config import absolute
    from armlib.packages.cache import Cache

    if not locked.tree:
        folder = absolute(locked.source.removeprefix("path:"), settings.project)
        return _of_folder(folder, locked.id, locked.imports, locked)
    files = Cache(cache_folder(settings.packages.cache)).files(locked.tree)
    if files is None:
        message = f"packages of {settings.project} are not restored: {locked.id}"
        raise PackageError(message, code="not-restored", hint="run 'armlib restore'")
    return Content(
        label=locked.id,
        name=locked.name,
        version=locked.version,
        source=locked.source,
        files=files,
        imports=locked.imports,
    )


def _of_folder(folder: Path, label: str, imported: Mapping[str, str], locked: Locked | None = None) -> Content:
    """Return the package in *folder* with the files that publishing it would take."""
    from armlib.packages.contents import package_files
    from armlib.packages.manifest import read_manifest

    manifest = read_manifest(folder)
    return Content(
        label=label,
        name=locked.name if locked else manifest.name or folder.name,
        version=locked.version if locked else str(manifest.version or ""),
        source=locked.source if locked else "armlib:",
        files=package_files(manifest),
        imports=imported,
    )


# Names


def _wanted(imported: Mapping[str, str], contents: Mapping[str, Content]) -> Wanted:
    """Return what each name is to mean, and for whom; a package's own name counts where it imports itself by that."""
    wanted: Wanted = {}

    def want(name: str, id_: str, importer: str) -> None:
        wanted.setdefault(name, {}).setdefault(id_, []).append(importer)

    for name, id_ in imported.items():
        want(name, id_, "the project")
    for id_, content in contents.items():
        for name, other in content.imports.items():
            if other != id_:
                want(name, other, content.label)
        if _names_itself(content):
            want(content.name, id_, content.label)
    return wanted


def _names_itself(content: Content) -> bool:
    return content.name not in content.imports and any(
        content.name in _packages_named(data, {content.name, *content.imports})
        for path, data in content.files.items()
        if path.endswith(_JSONNET)
    )


def _require_one_meaning(wanted: Wanted, contents: Mapping[str, Content]) -> None:
    found = []
    for name, ids in sorted(wanted.items()):
        if len({contents[id_].digest for id_ in ids}) > 1:
            meanings = "; ".join(f"{contents[id_].label} for {', '.join(who)}" for id_, who in ids.items())
            other = f"other = {{ package = {json.dumps(contents[next(iter(ids))].name)}, version = … }}"
            hint = (
                "widen the ranges until one version does for all ('armlib list --tree' shows who needs which), "
                f"or import one by another name: {other}"
            )
            message = f"'{name}' means several packages, and plain Jsonnet knows one of a name: {meanings}"
            found.append(error("vendor-conflict", message, hint=hint))
    if found:
        raise DiagnosticsError(found)


# Files


class _Layout:
    """Packages by their folders, "" for armlib's library."""

    def __init__(self, folders: Mapping[str, Content]) -> None:
        self._folders = folders
        self._places: dict[str, str] = {}  # path in the vendor folder -> folder of the package that it is of
        self._found: list[Diagnostic] = []

    def vendored(self, packages: Mapping[str, Content]) -> Vendored:
        """Return the layout as files; *packages* are what is told of it."""
        self._place()
        files = {path: self._written(path) for path in sorted(self._places)}
        return Vendored(files=files, packages=packages, diagnostics=tuple(self._found))

    def _place(self) -> None:
        clashes: dict[tuple[str, str], str] = {}
        for folder, content in self._folders.items():
            for inner in content.files:
                path = posixpath.join(folder, inner)
                problem = path_problem(path)
                if problem:
                    hint = f"what {content.label} is imported by becomes a folder: choose another name"
                    raise PackageError(f"the file {path} {problem}", code="package-contents", hint=hint)
                if path in self._places:
                    clashes.setdefault((self._places[path], folder), path)
                self._places[path] = folder
        for path, folder in self._places.items():
            above = next((one for one in _parents(path) if one in self._places), None)
            if above is not None:
                clashes.setdefault((self._places[above], folder), above)
        if clashes:
            raise DiagnosticsError([self._clash(path, *folders) for folders, path in clashes.items()])

    def _clash(self, path: str, one: str, other: str) -> Diagnostic:
        labels = f"{self._folders[one].label} and {self._folders[other].label}"
        message = f"{path} would be of two packages: {labels}"
        return error("vendor-conflict", message, hint="import one of them by another name")

    def _written(self, path: str) -> bytes:
        """Return the file at *path*, with those imports written anew that plain Jsonnet would take elsewhere."""
        folder = self._places[path]
        data = self._folders[folder].files[path.removeprefix(f"{folder}/") if folder else path]
        if not path.endswith(_JSONNET) or b"import" not in data:
            return data
        try:
            text = data.decode()
        except UnicodeDecodeError:  # nobody can import it
            return data
        found = imports(text)
        self._found += [_glob(path, text, one) for one in found if one.name.startswith(_GLOBS)]
        for one in reversed(found):
            meant = self._meant(path, folder, one.name)
            if meant is not None and meant != self._plain(path, one.name):
                text = _with_name(text, one, _relative(meant, posixpath.dirname(path)))
        return text.encode()

    def _meant(self, path: str, folder: str, name: str) -> str | None:
        """Return the path that armlib would import as *name* from the file at *path*, None for none or for a glob."""
        for base in (posixpath.dirname(path), folder):
            place = _join(base, name)
            if self._places.get(place) == folder:
                return place
        package = self._package(folder, name)
        if package is None:
            place = posixpath.normpath(name)
            return place if self._places.get(place) == "" else None
        prefix, place = package
        return place if self._places.get(place) == prefix else None

    def _package(self, folder: str, name: str) -> tuple[str, str] | None:
        """Return the folder of the package that a file in *folder* imports as *name*, and the path of the file."""
        content = self._folders[folder]
        prefix = name
        while prefix := prefix.rpartition("/")[0]:
            if prefix in content.imports or (folder and prefix == content.name):
                return (prefix, _join(prefix, name.removeprefix(prefix + "/"))) if prefix in self._folders else None
        return None

    def _plain(self, path: str, name: str) -> str | None:
        """Return the path that plain Jsonnet would import."""
        places = (_join(posixpath.dirname(path), name), posixpath.normpath(name))
        return next((place for place in places if place in self._places), None)


def _with_name(text: str, one: ImportExpression, name: str) -> str:
    literal = next(tokens(text[one.string_start :])).text
    end = one.string_start + len(literal)
    return text[: one.string_start] + json.dumps(name, ensure_ascii=False) + text[end:]


def _glob(path: str, text: str, one: ImportExpression) -> Diagnostic:
    line = text.count("\n", 0, one.keyword_start) + 1
    column = one.keyword_start - text.rfind("\n", 0, one.keyword_start)
    return warning(
        "vendor-glob",
        f'import "{one.name}": plain Jsonnet has no glob imports, and will fail where it comes to this one',
        hint="evaluate with armlib, or have the package list its files",
        place=Place(file=path, line=line, column=column),
    )


def _join(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _relative(path: str, folder: str) -> str:
    relative = posixpath.relpath(path, folder or ".")
    return relative if relative.startswith("../") else f"./{relative}"
