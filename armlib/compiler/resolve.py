"""Request -> sources: finds the entries and reads the ones that are JSON; the only stage that reads files itself."""

from __future__ import annotations

import os
from pathlib import Path

from armlib.compiler.request import CompileRequest, Entry
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, Place, error, in_line, nearest
from armlib.errors import ArmlibError, InputError
from armlib.jsonnet.digest import sha256_hex
from armlib.jsonnet.packages import RESTORE, PackageRoot, Packages
from armlib.jsonnet.port import Read, Roots
from armlib.jsontypes import JsonObject
from armlib.template.jsonc import parse_json

_JSON_SUFFIXES = frozenset({".json", ".jsonc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One module: a Jsonnet file, or an ARM template in JSON that has been read."""

    entry: Entry
    template: JsonObject | None = None  # None: a Jsonnet module
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The modules of a request, in order, and what was wrong with the ones that are not there."""

    modules: tuple[Source, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def resolve(request: CompileRequest) -> Sources:
    """Return the modules that *request* names; one that cannot be read becomes a diagnostic."""
    if not request.entries:
        raise InputError("there is nothing to compile", code="no-entry", hint="name a module")
    modules: list[Source] = []
    found: list[Diagnostic] = list(_alias_clashes(request))
    for entry in request.entries:
        try:
            modules.append(resolve_entry(entry))
        except ArmlibError as fault:
            found += fault.diagnostics
    return Sources(modules=tuple(modules), diagnostics=tuple(found))


def is_template(path: Path) -> bool:
    """Return whether the entry at *path* is an ARM template, by its name."""
    return path.suffix.casefold() in _JSON_SUFFIXES


def resolve_entry(entry: Entry) -> Source:
    """Return the module that *entry* names.

    Raises:
        InputError: There is no such file (``entry-not-found``), it is a folder (``entry-is-a-folder``), it cannot be
            read, or it ends in ``.json`` or ``.jsonc`` and is no JSON object.
    """
    path = entry.path
    if not is_template(path):
        _check_file(path)
        return Source(entry=entry)
    data = _read(path)
    value = parse_json(data, str(path))
    if not isinstance(value, dict):
        raise InputError(
            f"{path} holds {_kind(value)}, not a template", code="not-an-object", place=Place(file=str(path))
        )
    read = Read(path=str(path), digest=sha256_hex(data))
    return Source(entry=entry, template=value, reads=(read,))


def resolve_module(reference: str, importer: Path, roots: Roots, alias: str) -> Source:
    """Return the module that the file *importer* names by the relative path *reference*.

    It is looked for beside *importer*, in the project, in the library folders and in packages, like an import.

    Raises:
        InputError: The path is absolute or leaves these folders (``import-refused``), or see :func:`resolve_entry`.
    """
    if Path(reference).is_absolute() or "://" in reference:
        raise InputError(
            f"the module '{reference}' is not a relative path",
            code="import-refused",
            hint="a module's path starts from the file that names it",
        )
    packages = Packages(roots.package_roots(), dict(roots.imports))
    owner = packages.owner(str(importer.parent))
    if owner is not None:
        return _resolve_from_package(owner, packages, importer, reference, alias)
    folders = [importer.parent, roots.project, *roots.library, *roots.packaged]
    inside = [folder.resolve() for folder in folders[1:]]
    refused = False
    for folder in folders:
        candidate = (folder / reference).resolve()
        if not any(candidate.is_relative_to(root) for root in inside):
            refused = True
        elif candidate.is_file():
            return resolve_entry(Entry(path=candidate, alias=alias))
    found = packages.find(None, reference)
    if found is not None:
        return _resolve_in_package(*found, alias)
    if refused:
        raise InputError(
            f"the module '{reference}' is outside the project and the library folders",
            code="import-refused",
            hint="a module's path reaches only the project, the library folders (-J) and armlib's own library",
        )
    raise _not_found(importer.parent / reference)


def _resolve_from_package(owner: PackageRoot, packages: Packages, importer: Path, reference: str, alias: str) -> Source:
    """Return the module that a file of the package *owner* names: in it, or in a package that it depends on."""
    for folder in (importer.parent, Path(owner.folder)):
        path = Path(os.path.normpath(folder / reference))
        if owner.holds(str(path)) and path.is_file():
            return _whole(owner, path, alias)
    found = packages.find(owner, reference)
    if found is not None:
        return _resolve_in_package(*found, alias)
    raise InputError(
        f"{owner.label} has no module '{reference}'",
        code="import-not-found",
        hint="a package names its own modules and those of the packages that it declares as dependencies",
    )


def _resolve_in_package(package: PackageRoot, file: str, alias: str) -> Source:
    path = Path(package.folder, file)
    if ".." in path.parts or not package.exports_file(str(path)):
        raise InputError(f"{package.label} does not export '{file}'", code="import-refused")
    return _whole(package, path, alias)


def _whole(package: PackageRoot, path: Path, alias: str) -> Source:
    """Return the module at *path*, which must be what *package* was fetched with."""
    source = resolve_entry(Entry(path=path, alias=alias))
    try:
        if package.has(str(path)) and package.is_whole(str(path), path.read_bytes()):
            return source
    except (OSError, ValueError) as error:
        raise InputError(str(error), code="package-damaged", hint=RESTORE) from error
    raise InputError(f"{path} is not what {package.label} was locked with", code="package-damaged", hint=RESTORE)


def _alias_clashes(request: CompileRequest) -> list[Diagnostic]:
    """Return an error for each name that two entries have."""
    first: dict[str, Entry] = {}
    found = []
    for entry in request.entries:
        other = first.setdefault(entry.alias.casefold(), entry)
        if other is not entry:
            message = f"{other.path} and {entry.path} are both called '{entry.alias}'"
            found.append(error("alias-clash", message, hint="give each module a name of its own with --as"))
    return found


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{in_line(str(path))} is a folder", code="entry-is-a-folder", hint=_main_hint(path))
    if path.exists() and not path.is_file():
        hint = "'-' as the entry reads a module from stdin"
        raise InputError(f"{in_line(str(path))} is neither a file nor a folder", code="entry-not-found", hint=hint)
    if not path.is_file():
        raise _not_found(path)


def _read(path: Path) -> bytes:
    _check_file(path)
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputError(f"cannot read {in_line(str(path))}: {fault.strerror}", code="cannot-read") from fault


def _not_found(path: Path) -> InputError:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        names = []
    near = nearest(path.name, names)
    hint = f"did you mean {in_line(str(path.parent / near))}?" if near else None
    return InputError(f"{in_line(str(path))}: no such file", code="entry-not-found", hint=hint)


def _main_hint(path: Path) -> str | None:
    for name in ("main.jsonnet", "main.libsonnet", "main.json"):
        if (path / name).is_file():
            return f"did you mean {path / name}?"
    return None


def _kind(value: object) -> str:
    return {list: "an array", str: "a text", bool: "true or false", type(None): "null"}.get(type(value), "a number")
