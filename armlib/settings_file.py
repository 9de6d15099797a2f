"""Reads ``armlib.toml``: strict types, and for every problem its place and the nearest known name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from armlib.config import (
    FILE_NAME,
    FORMATS,
    LINT_LEVEL,
    SCOPE_KINDS,
    Azure,
    Flags,
    Lint,
    Packages,
    Target,
    Types,
    absolute,
    parse_duration,
    parse_size,
)
from armlib.diagnostics import Diagnostic, Excerpt, Place, error, nearest
from armlib.errors import DiagnosticsError, InputError
from armlib.jsontypes import Json

MakeTargets: TypeAlias = Callable[[Path], Iterable[Target]]  # from the folder of relative outputs
File: TypeAlias = tuple[Flags, MakeTargets, Types, Lint, Packages, Azure]
PACKAGE_TABLES = ("package", "dependencies", "registries", "mirrors", "trust")  # armlib.packages.manifest reads them


# What stands before the @ of an address; a port is no password, though an @ may follow later.
_CREDENTIALS = re.compile(r"(?<=://)(?:[^\"'@\s/]*|[^\"'@\s/:]*:(?!\d+/)[^\"'@\s]*)(?=@)")


class SettingsError(DiagnosticsError):
    """``armlib.toml`` cannot be used; every problem of it is listed."""

    code = "settings"


def read_settings_file(path: Path) -> File:
    """Return what the ``armlib.toml`` at *path* says; the targets are made when the output folder is known.

    Raises:
        SettingsError: It is not TOML, or keys are unknown, of a wrong type or contradict each other.
    """
    reader, root = open_settings_file(path)
    file = _read_file(reader, root)
    reader.finish()
    return file


def open_settings_file(path: Path) -> tuple[Reader, Table]:
    """Return a reader of the TOML file at *path*, and its root table.

    Raises:
        SettingsError: It is not TOML.
        InputError: It cannot be read.
    """
    import tomllib

    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except OSError as failure:
        raise InputError(f"cannot read {path}: {failure.strerror}", code="cannot-read") from failure
    except UnicodeDecodeError as failure:
        raise SettingsError([error("settings-syntax", "the file is not UTF-8 text", place=_at(path))]) from failure
    except tomllib.TOMLDecodeError as failure:
        raise SettingsError([_syntax_error(path, text.splitlines(), failure)]) from failure
    reader = Reader(path, text)
    return reader, Table(reader, (), table)


def _at(path: Path, line: int = 0, column: int = 0) -> Place:
    return Place(file=str(path), line=line, column=column)


def _without_passwords(line: str) -> str:
    """Return *line* as it may be shown: as long as it was, without what addresses have before the @."""
    return _CREDENTIALS.sub(lambda found: "*" * len(found[0]), line)


def _syntax_error(path: Path, lines: Sequence[str], failure: ValueError) -> Diagnostic:
    message = str(failure)
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message)
    if found is None:  # it ends too early
        message = message.removesuffix(" (at end of document)")
        line, column = len(lines), len(lines[-1]) + 1 if lines else 0
    else:
        message, line, column = found[1], int(found[2]), int(found[3])
    excerpt = Excerpt(text=_without_passwords(lines[line - 1]), column=column) if 0 < line <= len(lines) else None
    return error("settings-syntax", message, place=_at(path, line, column), excerpt=excerpt)


def _read_file(reader: Reader, root: Table) -> File:
    base = reader.path.parent
    build = root.table("build")
    targets = root.table("targets")
    types = root.table("types")
    makers = [_read_target(targets.table(name), name, base) for name in targets.names()]
    said = Flags(
        library=tuple(absolute(text, base) for text in root.texts("library")),
        format=root.choice("format", FORMATS),
        timeout=root.quantity("timeout", parse_duration),
        max_memory=_whole(root.quantity("max-memory", parse_size)),
        jobs=build.count("jobs"),
        output=build.path("output", base),
        cache=build.path("cache", base),
    )
    told = Types(
        store=types.path("store", base),
        corrections=types.path("corrections", base),
        check=types.flag("check") if types.has("check") else True,
    )
    build.finish()
    types.finish()
    lint = _read_lint(root.table("lint"), base)
    packages = _read_packages(root, base)
    azure = _read_azure(root.table("azure"))
    root.finish()
    lint = lint if root.has("lint") else Lint()
    return said, lambda output: [make(output) for make in makers], told, lint, packages, azure


def _read_azure(table: Table) -> Azure:
    given = {name: table.text(name) for name in ("cloud", "endpoint", "authority", "audience")}
    table.finish()
    return Azure(**{name: value for name, value in given.items() if value})


def _read_packages(root: Table, base: Path) -> Packages:
    """Read ``[packages]``, and whether there is anything to lock."""
    tables = {name: root.table(name) for name in PACKAGE_TABLES}
    table = root.table("packages")
    packages = Packages(
        cache=table.path("cache", base),
        ca=table.path("ca", base),
        has_trust=not tables["trust"].is_empty(),
        offline=table.flag("offline"),
        asked="" if tables["dependencies"].is_empty() else _as_text([tables["dependencies"], tables["registries"]]),
    )
    table.finish()
    return packages


def _as_text(tables: Sequence[Table]) -> str:
    import json

    return json.dumps([table.content for table in tables], sort_keys=True, default=str)


def _read_lint(table: Table, base: Path) -> Lint:
    """Read ``[lint]``; which rules there are is for lint to say."""
    rules = table.names_to_texts("rules")
    for name, severity in rules.items():
        if severity not in _RULE_SEVERITIES:
            table.problem(("rules", name), f"'{severity}' is none of {', '.join(_RULE_SEVERITIES)}", None)
    options: dict[str, Json] = {
        "api-age-days": table.count("api-age-days"),
        "required-tags": [*table.texts("required-tags")],
    }
    lint = Lint(
        on_compile=table.choice("on-compile", _RULE_SEVERITIES) or LINT_LEVEL,
        rules=rules,
        paths=tuple(absolute(text, base) for text in table.texts("paths")),
        python=tuple(absolute(text, base) for text in table.texts("python")),
        packages=tuple(table.texts("packages")),
        options={name: value for name, value in options.items() if value},
    )
    table.finish()
    return lint


_RULE_SEVERITIES = ("error", "warning", "note", "off")


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _read_target(table: Table, name: str, base: Path) -> Callable[[Path], Target]:
    entries = _read_entries(table, base)
    output = table.text("output")
    parameters_out = table.text("parameters-out")
    linked_out = table.text("linked-out")
    settled: dict[str, Any] = {
        "parameters": tuple(absolute(text, base) for text in table.texts("parameters")),
        "values": table.values("values"),
        "parameters_as_code": table.choice("parameters-as", ("code", "str")) == "code",
        "library": tuple(absolute(text, base) for text in table.texts("library")),
        "ext_str": table.names_to_texts("ext-str"),
        "ext_code": table.names_to_texts("ext-code"),
        "tla_str": table.names_to_texts("tla-str"),
        "tla_code": table.names_to_texts("tla-code"),
        "scope_kind": table.choice("scope-kind", SCOPE_KINDS),
        "minify": table.flag("minify"),
        "symbolic": table.flag("symbolic"),
    }
    if not re.fullmatch(r"[\w.@ +/-]+", name) or ".." in name.split("/") or name.startswith("/"):
        table.problem((), f"'{name}' cannot name a target", "use letters, digits, '-', '_', '.' and '/'")
    table.finish()

    def make(folder: Path) -> Target:
        return Target(
            name=name,
            entries=entries,
            values_from=FILE_NAME,
            output=absolute(output or f"{name}.json", folder),
            parameters_out=absolute(parameters_out, folder) if parameters_out else None,
            linked_out=absolute(linked_out, folder) if linked_out else None,
            **settled,
        )

    return make


def _read_entries(table: Table, base: Path) -> tuple[tuple[str | None, Path], ...]:
    """Read ``entry = "FILE"``, ``entries = ["FILE", …]`` or ``entries = { ALIAS = "FILE" }``."""
    given = [key for key in ("entry", "entries") if table.has(key)]
    if len(given) != 1:
        said = "both 'entry' and 'entries'" if given else "neither 'entry' nor 'entries'"
        table.problem((), f"the target has {said}", 'say entry = "FILE", or entries = { ALIAS = "FILE" }')
    entry = table.text("entry")
    if table.is_table("entries"):
        return tuple((alias, absolute(file, base)) for alias, file in table.names_to_texts("entries").items())
    files = table.texts("entries")
    return tuple((None, absolute(file, base)) for file in ([entry] if entry else files))


class Reader:
    """Reads one settings file and gathers its problems, each with its place.

    Raises:
        SettingsError: From :meth:`finish`, when there are problems.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.problems: list[Diagnostic] = []
        self._lines = text.splitlines()

    def finish(self) -> None:
        """Raise what was gathered, if anything was."""
        if self.problems:
            raise SettingsError(self.problems)

    def problem(self, code: str, keys: Sequence[str], message: str, hint: str | None) -> None:
        line, column, length = _find_key(self._lines, keys)
        name = ".".join(keys)
        said = _without_passwords(f"{name}: {message}" if name else message)
        excerpt = (
            Excerpt(text=_without_passwords(self._lines[line - 1]), column=column, length=length) if line else None
        )
        self.problems.append(error(code, said, hint=hint, place=_at(self.path, line, column), excerpt=excerpt))


class Table:
    """A table of the file; every getter returns an empty value or None where the key is absent or wrong."""

    def __init__(self, reader: Reader, path: tuple[str, ...], content: Mapping[str, Any]) -> None:
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

    @property
    def content(self) -> Mapping[str, Any]:
        return self._content

    def keys(self) -> list[str]:
        return list(self._content)

    def is_empty(self) -> bool:
        return not self._content

    def has(self, key: str) -> bool:
        return key in self._content

    def is_table(self, key: str) -> bool:
        return isinstance(self._content.get(key), dict)

    def table(self, key: str) -> Table:
        return Table(self._reader, (*self._path, key), self._get(key, dict, "a table") or {})

    def text(self, key: str) -> str | None:
        value: str | None = self._get(key, str, "a text")
        if value == "":
            self.problem((key,), "it is empty", None)
        return value or None

    def path(self, key: str, base: Path) -> Path | None:
        value = self.text(key)
        return absolute(value, base) if value else None

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
