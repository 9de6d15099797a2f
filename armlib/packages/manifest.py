"""What a project or a package says of itself: ``armlib.toml``, ``module.json`` and ``jsonnetfile.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from semver import Version

from armlib.config import FILE_NAME, absolute
from armlib.jsontypes import Json, JsonObject
from armlib.packages.errors import PackageError
from armlib.packages.names import NAME_HINT, import_name_problem, is_package_name
from armlib.packages.origin import (
    DIGEST,
    TAG,
    Origin,
    Reference,
    git_origin,
    parse_reference,
    parse_source,
    registry_named,
    relative_folder,
)
from armlib.packages.versions import Range, exactly, from_tag, parse_range, parse_version
from armlib.settings_file import Table, open_settings_file

MODULE_FILE = "module.json"
BUNDLER_FILE = "jsonnetfile.json"
MAIN = "main.jsonnet"
BUNDLER_LOCK = "jsonnetfile.lock.json"
_IMPORT_HINT: Final = (
    'a name is like \'storage/account\'; another one is given by NAME = { package = "…", version = "…" }'
)
SIBLING = ""  # the source of a dependency that is where its dependent is, or in the default registry
ANY = parse_range("*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One dependency: what its files are imported by, where it is, and which versions will do.

    The source of *origin* is :data:`SIBLING` when nothing was said. *revision* is a commit, tag or branch of git, or a
    tag or digest of a registry, instead of a range.
    """

    name: str
    origin: Origin
    range: Range = ANY
    revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What the lock of jsonnet-bundler has of a package: the commit and, "" for none, the sum of its files."""

    commit: str
    sum: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose signatures count: files of public keys by name, and for patterns of package names the keys that do."""

    keys: Mapping[str, Path] = field(default_factory=dict)
    require: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A project or a package; *name* and *version* are None when it is not to be published.

    *exports* are patterns of the files that others may import, all when there is none; *exclude* are patterns of files
    that a package leaves out. *pins* are those of ``jsonnetfile.lock.json``, by the names that jsonnet-bundler uses.
    """

    folder: Path
    name: str | None = None
    version: Version | None = None
    description: str | None = None
    license: str | None = None
    homepage: str | None = None
    main: str = MAIN
    exports: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    dependencies: Mapping[str, Dependency] = field(default_factory=dict)
    registries: Mapping[str, str] = field(default_factory=dict)
    mirrors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trust: Trust = field(default_factory=Trust)
    pins: Mapping[str, Pin] = field(default_factory=dict)

    @property
    def default_registry(self) -> str:
        """The source of dependencies that say none, and where packages are published."""
        return self.registries.get("default", "local:")


def read_manifest(folder: Path, project: Path | None = None, *, is_fetched: bool = False) -> Manifest:
    """Return the manifest of *folder*; relative sources in it become relative to *project*, by default the folder.

    That is ``armlib.toml``, with the dependencies of ``jsonnetfile.json`` beside it; or ``module.json``, or
    ``jsonnetfile.json`` alone. When the folder *is_fetched*, a short name in the latter that means two packages is left
    out, since its user cannot change it; else it is refused.

    Raises:
        PackageError: There is none of them, or one cannot be used.
        SettingsError: ``armlib.toml`` has mistakes; all are told.
    """
    project = project or folder
    pins = _read_pins(folder)
    bundled = _bundler_dependencies(folder, project, pins, is_fetched=is_fetched)
    if (folder / FILE_NAME).is_file():
        manifest = _read_toml(folder, project)
        if manifest.name is not None or not (folder / MODULE_FILE).is_file():
            dependencies = {**bundled, **manifest.dependencies}
            return replace(manifest, dependencies=dependencies, pins=pins)
    if (folder / MODULE_FILE).is_file():
        return _read_module(folder, project)
    if not bundled and not (folder / BUNDLER_FILE).is_file() and not (folder / FILE_NAME).is_file():
        hint = f"a package has a table [package] in {FILE_NAME}, or a {MODULE_FILE}"
        raise PackageError(f"{folder} has no {FILE_NAME}", code="no-manifest", hint=hint)
    return Manifest(folder=folder, dependencies=bundled, pins=pins)


# armlib.toml


def _read_toml(folder: Path, project: Path) -> Manifest:
    reader, root = open_settings_file(folder / FILE_NAME)
    package = root.table("package")
    registries = _read_registries(root.table("registries"), folder, project)
    table = root.table("dependencies")
    found = {name: _read_dependency(table, name, folder, project, registries) for name in table.keys()}  # noqa: SIM118
    version = package.text("version")
    manifest = Manifest(
        folder=folder,
        name=_checked_name(package),
        version=_checked_version(package, version) if version else None,
        description=package.text("description"),
        license=package.text("license"),
        homepage=package.text("homepage"),
        main=package.text("main") or MAIN,
        exports=tuple(package.texts("exports")),
        exclude=tuple(package.texts("exclude")),
        dependencies={name: dependency for name, dependency in found.items() if dependency is not None},
        registries=registries,
        mirrors=_read_mirrors(root.table("mirrors"), folder, project),
        trust=_read_trust(root.table("trust"), folder),
    )
    if package.keys() and not {"name", "version"} <= set(package.keys()):
        package.problem((), "a package has a name and a version", 'name = "area/name", version = "1.0.0"')
    package.finish()
    reader.finish()
    return manifest


def _checked_name(package: Table) -> str | None:
    name = package.text("name")
    if name is not None and not is_package_name(name):
        package.problem(("name",), f"'{name}' is not the name of a package", NAME_HINT)
        return None
    return name


def _checked_version(package: Table, text: str) -> Version | None:
    try:
        return parse_version(text)
    except ValueError as error:
        package.problem(("version",), str(error), None)
        return None


def _read_registries(table: Table, folder: Path, project: Path) -> dict[str, str]:
    registries = {}
    for name, text in ((name, table.text(name)) for name in table.keys()):  # noqa: SIM118
        try:
            if text:
                registries[name] = _moved(parse_source(text, folder), folder, project)
        except PackageError as error:
            table.problem((name,), error.message, error.hint)
    return registries


def _moved(source: str, folder: Path, project: Path) -> str:
    """Return *source* as seen from *project* instead of *folder*."""
    kind, _, place = source.partition(":")
    if kind not in ("layout", "folder", "path"):
        return source
    return f"{kind}:{relative_folder(Path(place), folder, project)}"


def _read_mirrors(table: Table, folder: Path, project: Path) -> dict[str, tuple[str, ...]]:
    mirrors: dict[str, tuple[str, ...]] = {}
    for key in table.keys():  # noqa: SIM118
        try:
            source = _moved(parse_source(key, folder), folder, project)
            mirrors[source] = tuple(_moved(parse_source(text, folder), folder, project) for text in table.texts(key))
        except PackageError as error:
            table.problem((key,), error.message, error.hint)
    return mirrors


def _read_trust(table: Table, folder: Path) -> Trust:
    keys = {name: absolute(text, folder) for name, text in table.names_to_texts("keys").items()}
    required = table.table("require")
    require = {pattern: tuple(required.texts(pattern)) for pattern in required.keys()}  # noqa: SIM118
    for pattern, names in require.items():
        for name in names:
            if name not in keys:
                table.problem(("require", pattern), f"there is no key '{name}'", 'keys = { NAME = "FILE" } has them')
    table.finish()
    return Trust(keys=keys, require=require)


def _read_dependency(
    table: Table, name: str, folder: Path, project: Path, registries: dict[str, str]
) -> Dependency | None:
    problem = import_name_problem(name)
    if problem:
        table.problem((name,), problem, _IMPORT_HINT)
        return None
    try:
        if not table.is_table(name):
            text = table.text(name)
            return (text and dependency_from_text(name, text, folder, project, registries)) or None
        return _from_table(table.table(name), name, folder, project, registries)
    except PackageError as error:
        table.problem((name,), error.message, error.hint)
    except ValueError as error:
        table.problem((name,), str(error), None)
    return None


def dependency_from_text(
    name: str, text: str, folder: Path, project: Path, registries: dict[str, str]
) -> Dependency | None:
    """Return the dependency that is called *name* and given as a range of versions, or as a reference.

    Raises:
        PackageError: The reference is wrong.
        ValueError: The range is.
    """
    if ":" not in text:
        return Dependency(name=name, origin=Origin(SIBLING, _published(name)), range=parse_range(text))
    reference = parse_reference(text, folder, registries, SIBLING)
    origin = Origin(_moved(reference.origin.source, folder, project), reference.origin.name)
    return dependency_to(name, replace(reference, origin=origin))


def dependency_to(name: str, reference: Reference) -> Dependency:
    """Return the dependency on what *reference* refers to, called *name*.

    Raises:
        ValueError: Its version is no range.
    """
    is_git = reference.origin.kind == "git"
    version = from_tag(reference.tag) if reference.tag and not is_git else None
    if version is not None:
        return Dependency(name=name, origin=reference.origin, range=exactly(version))
    if is_git and not reference.version:
        return Dependency(name=name, origin=reference.origin, revision=reference.tag or "HEAD")
    if reference.tag or reference.digest:
        return Dependency(name=name, origin=reference.origin, revision=reference.tag or reference.digest)
    return Dependency(name=name, origin=reference.origin, range=parse_range(reference.version or "*"))


def _published(name: str) -> str:
    if not is_package_name(name):
        raise PackageError(f"'{name}' is not the name of a package", hint='say which: { package = "…", version = "…" }')
    return name


def _from_table(table: Table, name: str, folder: Path, project: Path, registries: dict[str, str]) -> Dependency | None:
    """Read ``{ version, package, registry }``, ``{ path }`` or ``{ git, revision or version, directory }``."""
    path, git, version = table.text("path"), table.text("git"), table.text("version")
    package, registry = table.text("package"), table.text("registry")
    revision, directory = table.text("revision"), table.text("directory")
    table.finish()
    if git:
        _require_alone(table, path=path, package=package, registry=registry)
        origin = git_origin(git, directory or "")
        if version and revision:
            table.problem(("revision",), "a version was asked for already", "say one of them")
        if version:
            return Dependency(name=name, origin=origin, range=parse_range(version))
        return Dependency(name=name, origin=origin, revision=revision or "HEAD")
    if path:
        _require_alone(table, package=package, registry=registry, revision=revision, directory=directory)
        origin = Origin(f"path:{relative_folder(Path(path), folder, project)}")
        return Dependency(name=name, origin=origin, range=parse_range(version or "*"))
    if revision and (version or not (TAG.fullmatch(revision) or DIGEST.fullmatch(revision))):
        table.problem(("revision",), "it is a tag or a digest, instead of a version", None)
    source = SIBLING
    if registry:
        source = registries.get(registry) or _moved(registry_named(registry, registries, folder), folder, project)
    origin = Origin(source, package if package and is_package_name(package) else _published(package or name))
    return Dependency(name=name, origin=origin, range=parse_range(version or "*"), revision=revision)


def _require_alone(table: Table, **others: str | None) -> None:
    for key, value in others.items():
        if value is not None:
            table.problem(
                (key,), "it does not go with the others", "a dependency has a version, a path or a git address"
            )


# module.json


def _read_module(folder: Path, project: Path) -> Manifest:
    path = folder / MODULE_FILE
    module = _read_json(path)
    try:
        name, version = _text_of(module, "name"), _text_of(module, "version")
        if not name or not is_package_name(name):
            raise PackageError(f"name: '{name}' is not the name of a package", hint=NAME_HINT)
        if not version:
            raise PackageError("it says no version", hint="a version is like 1.0.0")
        dependencies = {}
        for key, text in _texts_of(module, "dependencies").items():
            problem = import_name_problem(key)
            if problem:
                raise PackageError(f"dependencies: {problem}", hint=_IMPORT_HINT)
            try:
                dependency = dependency_from_text(key, text, folder, project, {})
            except ValueError as error:
                raise ValueError(f"dependencies: '{key}': {error}") from error
            if dependency is None:
                raise PackageError(f"dependencies: '{key}' is given as nothing")
            dependencies[key] = dependency
        return Manifest(
            folder=folder,
            name=name,
            version=parse_version(version),
            description=_text_of(module, "description"),
            license=_text_of(module, "license"),
            homepage=_text_of(module, "homepage"),
            main=_text_of(module, "main") or MAIN,
            exports=_list_of(module, "exports"),
            exclude=_list_of(module, "exclude"),
            dependencies=dependencies,
        )
    except ValueError as error:
        raise PackageError(f"{path}: {error}", code="bad-manifest") from error
    except PackageError as error:
        raise PackageError(f"{path}: {error.message}", code="bad-manifest", hint=error.hint) from error


def _read_json(path: Path) -> JsonObject:
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise PackageError(f"cannot read {path}: {error.strerror}", code="cannot-read") from error
    except (ValueError, RecursionError) as error:
        raise PackageError(f"{path} is not JSON: {error}", code="bad-manifest") from error
    if not isinstance(value, dict):
        raise PackageError(f"{path} holds no object", code="bad-manifest")
    return value


def _text_of(module: JsonObject, key: str) -> str | None:
    value = module.get(key)
    if value is not None and not isinstance(value, str):
        raise PackageError(f"{key} must be a text")
    return value or None


def _list_of(module: JsonObject, key: str) -> tuple[str, ...]:
    value = module.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise PackageError(f"{key} must be an array of texts")
    return tuple(str(item) for item in value)


def _texts_of(module: JsonObject, key: str) -> dict[str, str]:
    value = module.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise PackageError(f"{key} must be an object of texts, NAME: RANGE")
    return {name: str(text) for name, text in value.items()}


# jsonnetfile.json


def _read_pins(folder: Path) -> dict[str, Pin]:
    """Return what ``jsonnetfile.lock.json`` has pinned of git, none when there is no such file."""
    path = folder / BUNDLER_LOCK
    if not path.is_file():
        return {}
    try:
        locked = [one for one in _bundled(_read_json(path)) if "git" in one["source"]]
        return {_bundler_name(one): Pin(commit=str(one["version"]), sum=str(one.get("sum") or "")) for one in locked}
    except (KeyError, TypeError, AttributeError) as error:
        raise _not_bundlers(path, error) from error


def _bundler_dependencies(
    folder: Path, project: Path, pins: Mapping[str, Pin], *, is_fetched: bool
) -> dict[str, Dependency]:
    """Return what ``jsonnetfile.json`` asks for; what its lock has pinned stays pinned."""
    path = folder / BUNDLER_FILE
    if not path.is_file():
        return {}
    try:
        asked = _read_json(path)
        found: dict[str, Dependency] = {}
        short: dict[str, Dependency] = {}
        ambiguous: set[str] = set()
        for one in _bundled(asked):
            dependency = _bundler_dependency(one, pins, folder, project)
            found[dependency.name] = dependency
            legacy = one.get("name") or PurePosixPath(dependency.name).name
            if not asked.get("legacyImports", True) or import_name_problem(legacy):
                continue
            if short.setdefault(legacy, dependency).origin != dependency.origin:
                ambiguous.add(legacy)
                if not is_fetched:
                    raise _same_short_name(path, legacy, short[legacy], dependency)
        return {**{name: replace(one, name=name) for name, one in short.items() if name not in ambiguous}, **found}
    except (KeyError, TypeError, AttributeError) as error:
        raise _not_bundlers(path, error) from error


def _same_short_name(path: Path, name: str, one: Dependency, other: Dependency) -> PackageError:
    message = f"{path}: '{one.name}' and '{other.name}' would both be imported as '{name}'"
    hint = 'give one a "name" of its own, or say "legacyImports": false and import them by their whole names'
    return PackageError(message, code="bad-manifest", hint=hint)


def _not_bundlers(path: Path, error: Exception) -> PackageError:
    return PackageError(f"{path} is not as jsonnet-bundler writes it: {error!r}", code="bad-manifest")


def _bundled(file: Mapping[str, Json]) -> list[Any]:
    listed: Any = file.get("dependencies") or []
    return list(listed)


def _bundler_name(one: Any) -> str:
    """Return the path that jsonnet-bundler puts a dependency at: ``github.com/OWNER/REPOSITORY/FOLDER``."""
    source = one["source"]
    if "git" not in source:
        return PurePosixPath(source["local"]["directory"]).name
    return _bundler_origin(source["git"]).shown_name


def _bundler_origin(git: Any) -> Origin:
    return git_origin(git["remote"].removeprefix("git+"), git.get("subdir", "").strip("/"))


def _bundler_dependency(one: Any, pins: Mapping[str, Pin], folder: Path, project: Path) -> Dependency:
    name, source = _bundler_name(one), one["source"]
    problem = import_name_problem(name)
    if problem:
        raise PackageError(f"{folder / BUNDLER_FILE}: {problem}", code="bad-manifest")
    if "git" not in source:
        place = relative_folder(Path(source["local"]["directory"]), folder, project)
        return Dependency(name=name, origin=Origin(f"path:{place}"))
    pinned = pins[name].commit if name in pins else None
    return Dependency(name=name, origin=_bundler_origin(source["git"]), revision=pinned or one.get("version") or "HEAD")
