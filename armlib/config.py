"""Settings: flag, then environment variable, then ``armlib.toml``, then default, merged once into one frozen value."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from armlib.diagnostics import Diagnostic, Excerpt, Place, error, nearest
from armlib.errors import DiagnosticsError, InputError, UsageError
from armlib.jsontypes import Json

FILE_NAME = "armlib.toml"
FORMATS = ("text", "json", "sarif")
TIME_LIMIT = 60.0  # seconds, of one evaluation
MEMORY_LIMIT = 2 << 30  # bytes
SCOPE_KINDS = ("group", "subscription", "managementGroup", "tenant")

_PROJECT_MARKS = (FILE_NAME, "jsonnetfile.json", ".git")
_T = TypeVar("_T")


class SettingsError(DiagnosticsError):
    """``armlib.toml`` cannot be used; every problem of it is listed."""

    code = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is compiled, how, and into which files: a ``[targets.NAME]`` table, or a call of ``armlib compile``.

    Every path is absolute. *output* is None for stdout.
    """

    name: str
    entries: tuple[tuple[str | None, Path], ...]  # alias (None: from the file's name) and file
    output: Path | None = None
    parameters: tuple[Path, ...] = ()  # layers, a later one wins
    values: Mapping[str, Json] = field(default_factory=dict)  # over all layers
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """What is said of Azure's resource types; *store* None is the user's data folder."""

    store: Path | None = None
    corrections: Path | None = None
    check: bool = True


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


def load_settings(start: Path, flags: Flags, environ: Mapping[str, str]) -> Settings:
    """Return the settings for a command that works on *start*, a file or folder of the project.

    Raises:
        SettingsError: ``armlib.toml`` is wrong.
        UsageError: An environment variable is.
    """
    project = project_root(start)
    path = project / FILE_NAME
    table = read_settings_file(path) if path.is_file() else _File()
    library = [*flags.library, *_paths_of(environ.get("ARMLIB_PATH", "")), *table.library]
    timeout = _first(flags.timeout, _from(environ, "ARMLIB_TIMEOUT", parse_duration), table.timeout, TIME_LIMIT)
    memory = _first(flags.max_memory, _from(environ, "ARMLIB_MAX_MEMORY", parse_size), table.max_memory, MEMORY_LIMIT)
    output = _first(flags.output, _from(environ, "ARMLIB_OUTPUT", Path), table.output, project / "out")
    cache = _first(flags.cache, _from(environ, "ARMLIB_CACHE", Path), table.cache, project / ".armlib" / "cache")
    return Settings(
        file=path if path.is_file() else None,
        project=project,
        library=tuple(dict.fromkeys(absolute(folder, Path.cwd()) for folder in library)),
        format=_first(flags.format, _from(environ, "ARMLIB_FORMAT", _format), table.format, "text"),
        timeout=timeout or None,
        max_memory=memory or None,
        jobs=_first(flags.jobs, _from(environ, "ARMLIB_JOBS", _jobs), table.jobs, os.cpu_count() or 1),
        output=absolute(output, Path.cwd()),
        cache=absolute(cache, Path.cwd()),
        targets={target.name: target for target in (make(output) for make in table.targets)},
        types=_types(table.types, environ),
    )


def _types(table: Types, environ: Mapping[str, str]) -> Types:
    store = _from(environ, "ARMLIB_TYPES", Path)
    check = _first(_from(environ, "ARMLIB_TYPES_CHECK", _switch), table.check)
    return replace(table, store=absolute(store, Path.cwd()) if store else table.store, check=check)


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


def absolute(path: Path, base: Path) -> Path:
    """Return *path* from the folder *base*, normalized; symbolic links in it are kept."""
    return Path(os.path.normpath(base / path.expanduser()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What ``armlib.toml`` says; None is what it does not. A target is made when the output folder is known."""

    library: tuple[Path, ...] = ()
    format: str | None = None
    timeout: float | None = None
    max_memory: int | None = None
    jobs: int | None = None
    output: Path | None = None
    cache: Path | None = None
    targets: tuple[Callable[[Path], Target], ...] = ()
    types: Types = field(default_factory=Types)


def read_settings_file(path: Path) -> _File:
    """Return what the ``armlib.toml`` at *path* says.

    Raises:
        SettingsError: It is not TOML, or keys are unknown, of a wrong type or contradict each other.
    """
    import tomllib

    try:
        text = path.read_bytes().decode("utf-8")
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except OSError as failure:
        raise InputError(f"cannot read {path}: {failure.strerror}", code="cannot-read") from failure
    except UnicodeDecodeError as failure:
        raise SettingsError([error("settings-syntax", "the file is not UTF-8 text", place=_at(path))]) from failure
    except tomllib.TOMLDecodeError as failure:
        raise SettingsError([_syntax_error(path, text.splitlines(), failure)]) from failure
    reader = _Reader(path, text)
    file = _read_file(reader, _Table(reader, (), table))
    if reader.problems:
        raise SettingsError(reader.problems)
    return file


def _at(path: Path, line: int = 0, column: int = 0) -> Place:
    return Place(file=str(path), line=line, column=column)


def _syntax_error(path: Path, lines: Sequence[str], failure: ValueError) -> Diagnostic:
    message = str(failure)
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message)
    if found is None:
        return error("settings-syntax", message.removesuffix(" (at end of document)"), place=_at(path))
    line, column = int(found[2]), int(found[3])
    excerpt = Excerpt(text=lines[line - 1], column=column) if line <= len(lines) else None
    return error("settings-syntax", found[1], place=_at(path, line, column), excerpt=excerpt)


def _read_file(reader: _Reader, root: _Table) -> _File:
    base = reader.path.parent
    build = root.table("build")
    targets = root.table("targets")
    types = root.table("types")
    file = _File(
        library=tuple(absolute(Path(text), base) for text in root.texts("library")),
        format=root.choice("format", FORMATS),
        timeout=root.quantity("timeout", parse_duration),
        max_memory=_whole(root.quantity("max-memory", parse_size)),
        jobs=build.count("jobs"),
        output=build.path("output", base),
        cache=build.path("cache", base),
        targets=tuple(_read_target(targets.table(name), name, base) for name in targets.names()),
        types=Types(
            store=types.path("store", base),
            corrections=types.path("corrections", base),
            check=types.flag("check") if types.has("check") else True,
        ),
    )
    build.finish()
    types.finish()
    root.finish()
    return file


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _read_target(table: _Table, name: str, base: Path) -> Callable[[Path], Target]:
    entries = _read_entries(table, base)
    output = table.text("output")
    parameters_out = table.text("parameters-out")
    linked_out = table.text("linked-out")
    settled: dict[str, Any] = {
        "parameters": tuple(absolute(Path(text), base) for text in table.texts("parameters")),
        "values": table.values("values"),
        "parameters_as_code": table.choice("parameters-as", ("code", "str")) == "code",
        "library": tuple(absolute(Path(text), base) for text in table.texts("library")),
        "ext_str": table.names_to_texts("ext-str"),
        "ext_code": table.names_to_texts("ext-code"),
        "tla_str": table.names_to_texts("tla-str"),
        "tla_code": table.names_to_texts("tla-code"),
        "scope_kind": table.choice("scope-kind", SCOPE_KINDS),
        "minify": table.flag("minify"),
        "symbolic": table.flag("symbolic"),
    }
    if not re.fullmatch(r"[\w.@ +/-]+", name) or ".." in Path(name).parts or Path(name).is_absolute():
        table.problem((), f"'{name}' cannot name a target", "use letters, digits, '-', '_', '.' and '/'")
    table.finish()

    def make(folder: Path) -> Target:
        return Target(
            name=name,
            entries=entries,
            output=absolute(Path(output or f"{name}.json"), folder),
            parameters_out=absolute(Path(parameters_out), folder) if parameters_out else None,
            linked_out=absolute(Path(linked_out), folder) if linked_out else None,
            **settled,
        )

    return make


def _read_entries(table: _Table, base: Path) -> tuple[tuple[str | None, Path], ...]:
    """Read ``entry = "FILE"``, ``entries = ["FILE", …]`` or ``entries = { ALIAS = "FILE" }``."""
    given = [key for key in ("entry", "entries") if table.has(key)]
    if len(given) != 1:
        said = "both 'entry' and 'entries'" if given else "neither 'entry' nor 'entries'"
        table.problem((), f"the target has {said}", 'say entry = "FILE", or entries = { ALIAS = "FILE" }')
    if table.is_table("entries"):
        return tuple((alias, absolute(Path(file), base)) for alias, file in table.names_to_texts("entries").items())
    entry = table.text("entry")
    files = [entry] if entry else table.texts("entries")
    return tuple((None, absolute(Path(file), base)) for file in files)


class _Reader:
    """Reads one settings file and gathers its problems, each with its place."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.problems: list[Diagnostic] = []
        self._lines = text.splitlines()

    def problem(self, code: str, keys: Sequence[str], message: str, hint: str | None) -> None:
        line, column, length = _find_key(self._lines, keys)
        name = ".".join(keys)
        said = f"{name}: {message}" if name else message
        excerpt = Excerpt(text=self._lines[line - 1], column=column, length=length) if line else None
        self.problems.append(error(code, said, hint=hint, place=_at(self.path, line, column), excerpt=excerpt))


class _Table:
    """A table of the file; every getter returns an empty value or None where the key is absent or wrong."""

    def __init__(self, reader: _Reader, path: tuple[str, ...], content: Mapping[str, Any]) -> None:
        self._reader = reader
        self._path = path
        self._content = content
        self._known: list[str] = []

    def names(self) -> list[str]:
        """The keys that are tables; others are reported."""
        for name, value in self._content.items():
            if not isinstance(value, dict):
                self._wrong(name, value, "a table")
        return [name for name, value in self._content.items() if isinstance(value, dict)]

    def has(self, key: str) -> bool:
        return key in self._content

    def is_table(self, key: str) -> bool:
        return isinstance(self._content.get(key), dict)

    def table(self, key: str) -> _Table:
        return _Table(self._reader, (*self._path, key), self._get(key, dict, "a table") or {})

    def text(self, key: str) -> str | None:
        value: str | None = self._get(key, str, "a text")
        if value == "":
            self.problem((key,), "it is empty", None)
        return value or None

    def path(self, key: str, base: Path) -> Path | None:
        value = self.text(key)
        return absolute(Path(value), base) if value else None

    def flag(self, key: str) -> bool:
        return bool(self._get(key, bool, "true or false"))

    def count(self, key: str) -> int | None:
        value: int | None = self._get(key, int, "a whole number")
        if value is not None and value < 1:
            self.problem((key,), f"{value} is too small", "1 is the least")
        return value

    def choice(self, key: str, allowed: Sequence[str]) -> str | None:
        value = self.text(key)
        if value is None or value in allowed:
            return value
        close = nearest(value, allowed)
        hint = f"did you mean '{close}'?" if close else f"it is one of {', '.join(allowed)}"
        self.problem((key,), f"'{value}' is not allowed", hint)
        return None

    def quantity(self, key: str, parse: Callable[[str], float]) -> float | None:
        """A number, or a text with a unit."""
        value = self._content.get(key)
        self._known.append(key)
        if value is None:
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
            return value
        try:
            if isinstance(value, str):
                return parse(value)
            self._wrong(key, value, "a number, or a text with a unit")
        except ValueError as failure:
            self.problem((key,), str(failure), None)
        return None

    def texts(self, key: str) -> list[str]:
        values: list[Any] = self._get(key, list, "an array of texts") or []
        for value in values:
            if not isinstance(value, str) or not value:
                self._wrong(key, value, "an array of texts that are not empty", within=True)
        return [value for value in values if isinstance(value, str) and value]

    def names_to_texts(self, key: str) -> dict[str, str]:
        values: dict[str, Any] = self._get(key, dict, "a table of texts") or {}
        for name, value in values.items():
            if not isinstance(value, str):
                self.problem((key, name), f"it must be a text, not {_kind(value)}", None)
        return {name: value for name, value in values.items() if isinstance(value, str)}

    def values(self, key: str) -> dict[str, Json]:
        """A table of any values that JSON can hold."""
        values: dict[str, Json] = self._get(key, dict, "a table") or {}
        for name, value in values.items():
            if not _is_json(value):
                self.problem((key, name), "a date, a time, inf or nan is not a JSON value", "write it as a text")
        return values

    def finish(self) -> None:
        """Report the keys that nothing asked for."""
        for key in self._content:
            if key not in self._known:
                close = nearest(key, self._known)
                hint = f"did you mean '{close}'?" if close else f"known: {', '.join(sorted(self._known))}"
                self._reader.problem("settings-unknown-key", (*self._path, key), "there is no such setting", hint)

    def problem(self, keys: tuple[str, ...], message: str, hint: str | None) -> None:
        self._reader.problem("settings-value", (*self._path, *keys), message, hint)

    def _get(self, key: str, kind: type, wanted: str) -> Any:
        self._known.append(key)
        value = self._content.get(key)
        if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        self._wrong(key, value, wanted)
        return None

    def _wrong(self, key: str, value: object, wanted: str, *, within: bool = False) -> None:
        self.problem((key,), f"it must be {wanted}, {'and holds' if within else 'not'} {_kind(value)}", None)


def _kind(value: object) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "a text" if value else "an empty text"),
        (list, "an array"),
        (dict, "a table"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a date or a time")


def _is_json(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value))


_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_KEY_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def _find_key(lines: Sequence[str], keys: Sequence[str]) -> tuple[int, int, int]:
    """Return line, column and length of *keys*, or of the nearest table around them; zeros for the file as a whole.

    tomllib keeps no positions, so the lines are matched again; a key inside an inline table counts as its table.
    """
    best, place, table = 0, (0, 0, 0), []
    for number, line in enumerate(lines, 1):
        header = _HEADER.match(line)
        assigned = None if header else _KEY.match(line)
        if header:
            table = _key_parts(header[1])
            path, found = table, header
        elif assigned:
            path, found = [*table, *_key_parts(assigned[1])], assigned
        else:
            continue
        if best < len(path) <= len(keys) and path == list(keys[: len(path)]):
            best, place = len(path), (number, found.start(1) + 1, len(found[1]))
    return place


def _key_parts(text: str) -> list[str]:
    return [part.strip("\"'") for part in _KEY_PART.findall(text)]
