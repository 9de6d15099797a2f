"""Settings: flag, then environment variable, then ``armlib.toml``, then default, merged once into one frozen value.

``armlib.toml`` is read by :mod:`armlib.settings_file`, which is imported when there is one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TypeVar

from armlib.dataclass import dataclass
from armlib.errors import InputError, UsageError
from armlib.jsontypes import Json

FILE_NAME = "armlib.toml"
FORMATS = ("text", "json", "sarif")
TIME_LIMIT = 60.0  # seconds, of one evaluation
MEMORY_LIMIT = 2 << 30  # bytes
LINT_LEVEL = "warning"  # what compile tells of lint when lint is wanted and nothing else is said
SCOPE_KINDS = ("group", "subscription", "managementGroup", "tenant")

_PROJECT_MARKS = (FILE_NAME, "jsonnetfile.json", ".git")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that is fetched: where its files are, what they must be, and what they may import.

    *label* is how it is told to the user. *listing* is the file that lists its files, and *digest* the sha256 of that
    file; both are None and "" for a package that is being worked on. *imports* are names and the places of other
    packages in the tuple that it stands in. *exports* are patterns of the files that others may import; none means all.
    """

    label: str
    folder: Path
    listing: Path | None = None
    digest: str = ""
    exports: tuple[str, ...] = ()
    imports: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is compiled, how, and into which files: a ``[targets.NAME]`` table, or a call of ``armlib compile``.

    Every path is absolute. *output* is None for stdout. *packages* are those that entries are the main modules of, with
    all that they depend on.
    """

    name: str
    entries: tuple[tuple[str | None, Path], ...]  # alias (None: from the file's name) and file
    output: Path | None = None
    parameters: tuple[Path, ...] = ()  # layers, a later one wins
    values: Mapping[str, Json] = field(default_factory=dict)  # over all layers
    values_from: str = ""  # where the values stand, for messages
    assignments: tuple[str, ...] = ()  # texts of -p, over the values
    parameters_as_code: bool = False
    library: tuple[Path, ...] = ()
    ext_str: Mapping[str, str] = field(default_factory=dict)
    ext_code: Mapping[str, str] = field(default_factory=dict)
    tla_str: Mapping[str, str] = field(default_factory=dict)
    tla_code: Mapping[str, str] = field(default_factory=dict)
    scope_kind: str | None = None
    minify: bool = False
    symbolic: bool = False
    parameters_out: Path | None = None
    linked_out: Path | None = None  # folder of linked templates; None: that of the output
    packages: tuple[Package, ...] = ()

    def package_of(self, path: Path) -> Package | None:
        """Return which of the packages the file *path* belongs to; None when that is none of them."""
        return next((package for package in self.packages if path.is_relative_to(package.folder)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """What is said of Azure's resource types; *store* None is the user's data folder."""

    store: Path | None = None
    corrections: Path | None = None
    check: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """What is said of lint rules: ``[lint]``.

    *on_compile* says what ``compile`` and ``build`` tell of what the rules find: what weighs as much, or more; ``off``
    is nothing, and the rules do not run. *rules* maps codes to ``error``, ``warning``, ``note`` or ``off``; *paths* are
    files and folders of rules in Jsonnet, *python* files of rules in Python, which run unconfined, and *packages*
    installed packages that bring rules. *options* are what single rules read.
    """

    on_compile: str = "off"
    rules: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    python: tuple[Path, ...] = ()
    packages: tuple[str, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """What is said of packages: ``[packages]``. *cache* None is the user's cache folder.

    *asked* is the text of what decides which packages there are, as JSON; "" when there are no dependencies.
    """

    cache: Path | None = None
    ca: Path | None = None  # certificates to trust instead of the system's
    offline: bool = False
    asked: str = ""
    has_trust: bool = False  # whether [trust] says anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Azure:
    """Which Azure Resource Manager is deployed to: ``[azure]``.

    *endpoint*, *authority* and *audience* take the place of those of *cloud*.
    """

    cloud: str = "AzureCloud"
    endpoint: str | None = None
    authority: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is settled before a command starts.

    *file* is the ``armlib.toml`` that was read, None when there is none; *timeout* is in seconds and *max_memory* in
    bytes, for one evaluation, None for no limit.
    """

    file: Path | None
    project: Path
    library: tuple[Path, ...]
    format: str
    timeout: float | None
    max_memory: int | None
    jobs: int
    output: Path
    cache: Path
    targets: Mapping[str, Target]
    types: Types = field(default_factory=Types)
    lint: Lint = field(default_factory=Lint)
    packages: Packages = field(default_factory=Packages)
    azure: Azure = field(default_factory=Azure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was said on the command line; None is what was not."""

    library: tuple[Path, ...] = ()
    format: str | None = None
    timeout: float | None = None
    max_memory: int | None = None
    jobs: int | None = None
    output: Path | None = None
    cache: Path | None = None
    lint: bool | None = None
    offline: bool = False
    azure: Mapping[str, str] = field(default_factory=dict)  # members of Azure


def project_root(start: Path) -> Path:
    """Return the root of the project that the file or folder *start* belongs to.

    It is the nearest folder above that holds ``armlib.toml``, else ``jsonnetfile.json``, else ``.git``, else the
    current folder if *start* is below it, else the folder of *start*.
    """
    folder = Path(os.path.abspath(start))  # noqa: PTH100 - resolve() would leave the project through a symbolic link
    if not folder.is_dir():
        folder = folder.parent
    for mark in _PROJECT_MARKS:
        for candidate in (folder, *folder.parents):
            if (candidate / mark).exists():
                return candidate
    current = Path.cwd()
    return current if folder.is_relative_to(current) else folder


def no_project(folder: Path) -> InputError:
    """Return the error that there is no project in *folder* or around it."""
    hint = "'armlib init' makes a project; --project says where it is"
    return InputError(f"there is no {FILE_NAME} in {folder} or above", code="no-project", hint=hint)


def load_settings(start: Path, flags: Flags, environ: Mapping[str, str]) -> Settings:
    """Return the settings for a command that works on *start*, a file or folder of the project.

    Raises:
        SettingsError: ``armlib.toml`` is wrong.
        UsageError: An environment variable is.
    """
    project = project_root(start)
    path = project / FILE_NAME
    table, types, lint, packages, azure = Flags(), Types(), Lint(), Packages(), Azure()
    make_targets: Callable[[Path], Iterable[Target]] = _no_targets
    if path.is_file():
        from armlib.settings_file import read_settings_file

        table, make_targets, types, lint, packages, azure = read_settings_file(path)
    library = [*flags.library, *_paths_of(environ.get("ARMLIB_PATH", "")), *table.library]
    timeout = _first(flags.timeout, _from(environ, "ARMLIB_TIMEOUT", parse_duration), table.timeout, TIME_LIMIT)
    memory = _first(flags.max_memory, _from(environ, "ARMLIB_MAX_MEMORY", parse_size), table.max_memory, MEMORY_LIMIT)
    output = _first(flags.output, _from(environ, "ARMLIB_OUTPUT", Path), table.output, project / "out")
    cache = _first(flags.cache, _from(environ, "ARMLIB_CACHE", Path), table.cache, project / ".armlib" / "cache")
    return Settings(
        file=path if path.is_file() else None,
        project=project,
        library=tuple(dict.fromkeys(absolute(folder, Path.cwd()) for folder in library)),
        format=_first(asked_format(flags.format, environ), table.format, "text"),
        timeout=timeout or None,
        max_memory=memory or None,
        jobs=_first(flags.jobs, _from(environ, "ARMLIB_JOBS", _jobs), table.jobs, os.cpu_count() or 1),
        output=absolute(output, Path.cwd()),
        cache=absolute(cache, Path.cwd()),
        targets={target.name: target for target in make_targets(absolute(output, Path.cwd()))},
        types=_types(types, environ),
        lint=_lint(lint, flags, environ),
        packages=_packages(packages, flags, environ),
        azure=_azure(azure, flags.azure, environ),
    )


def asked_format(said: str | None, environ: Mapping[str, str]) -> str | None:
    """Return how to report: as the command line has *said*, else as the environment does; None when neither does.

    Raises:
        UsageError: The environment asks for a format that there is none of.
    """
    return said or _from(environ, "ARMLIB_FORMAT", _format)


def _no_targets(_output: Path) -> Iterable[Target]:
    return ()


def _types(table: Types, environ: Mapping[str, str]) -> Types:
    store = _from(environ, "ARMLIB_TYPES", Path)
    check = _first(_from(environ, "ARMLIB_TYPES_CHECK", _switch), table.check)
    return replace(table, store=absolute(store, Path.cwd()) if store else table.store, check=check)


def _packages(table: Packages, flags: Flags, environ: Mapping[str, str]) -> Packages:
    cache = _from(environ, "ARMLIB_PACKAGES", Path)
    offline = flags.offline or _first(_from(environ, "ARMLIB_OFFLINE", _switch), table.offline)
    return replace(table, cache=absolute(cache, Path.cwd()) if cache else table.cache, offline=offline)


def _lint(table: Lint, flags: Flags, environ: Mapping[str, str]) -> Lint:
    """Return *table* with what the flag or the variable says of linting while compiling."""
    said = flags.lint if flags.lint is not None else _from(environ, "ARMLIB_LINT", _switch)
    if said is None or said == (table.on_compile != "off"):
        return table
    return replace(table, on_compile=LINT_LEVEL if said else "off")


def _azure(table: Azure, flags: Mapping[str, str], environ: Mapping[str, str]) -> Azure:
    names = ("cloud", "endpoint", "authority", "audience")
    said = {name: environ.get(f"ARMLIB_{name.upper()}") for name in names} | dict(flags)
    return replace(table, **{name: value for name, value in said.items() if value})


def _switch(text: str) -> bool:
    known = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}
    if text.lower() not in known:
        raise ValueError(f"'{text}' is neither on nor off")
    return known[text.lower()]


def parse_duration(text: str) -> float:
    """Return the seconds that *text* says: ``30``, ``30s``, ``500ms``, ``2m``, ``1h``; 0 for no limit.

    Raises:
        ValueError: It is not a duration.
    """
    return _with_unit(text, _SECONDS, "a duration, such as 30s, 500ms or 2m")


def parse_size(text: str) -> int:
    """Return the bytes that *text* says: ``1073741824``, ``512MB``, ``1GiB``; 0 for no limit.

    Raises:
        ValueError: It is not a size.
    """
    return int(_with_unit(text, _BYTES, "a size, such as 512MiB or 2GB"))


_SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_BYTES = {
    "": 1.0,
    "b": 1.0,
    **{f"{letter}b": 1000.0**power for power, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": 1024.0**power for power, letter in enumerate("kmgt", 1)},
}
_NUMBER_AND_UNIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", re.ASCII)


def _with_unit(text: str, units: Mapping[str, float], wanted: str) -> float:
    found = _NUMBER_AND_UNIT.fullmatch(text)
    unit = units.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"'{text}' is not {wanted}")
    return float(found[1]) * unit


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError(f"'{text}' is none of {', '.join(FORMATS)}")
    return text


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"'{text}' is not a number of processes, 1 or more")
    return int(text)


def _from(environ: Mapping[str, str], name: str, read: Callable[[str], _T]) -> _T | None:
    """Return the value of the variable *name*; an empty one counts as not set."""
    text = environ.get(name)
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise UsageError(f"environment variable {name}: {error}") from error


def _first(*values: _T | None) -> _T:
    return next(value for value in values if value is not None)


def _paths_of(text: str) -> list[Path]:
    return [Path(part) for part in text.split(os.pathsep) if part]


def absolute(path: Path | str, base: Path) -> Path:
    """Return *path* from the folder *base*, normalized; symbolic links in it are kept."""
    text = str(path)  # texts are joined, which takes a third of the time; a project has thousands of paths
    return Path(os.path.normpath(os.path.join(base, Path(text).expanduser() if text[:1] == "~" else text)))  # noqa: PTH118
