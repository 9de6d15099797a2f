"""Files that hold values for parameters: JSON with comments, YAML, TOML, Jsonnet, and ARM parameters files.

What is wrong with a file is told without quoting it, since any of its values may be a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from armlib.compiler.request import Argument
from armlib.diagnostics import Diagnostic, Excerpt, Place, error, nearest
from armlib.errors import ArmlibError, DiagnosticsError
from armlib.jsontypes import Json, JsonObject

MAXIMUM_SIZE = 16 * 1024 * 1024  # bytes; ARM itself takes 4 MB
Evaluate = Callable[[Path], Json]

_BICEP = ".bicepparam"
_YAML = (".yaml", ".yml")
_JSONNET = (".jsonnet", ".libsonnet")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\r\n]*|/\*.*?\*/|[{}\[\],:]', re.DOTALL)
_KEY = re.compile(r'"[A-Za-z_$][\w.$-]*"\s*:')
_HIDDEN = re.compile(r"[^\s{}\[\],:]")
_LINE_AND_COLUMN = re.compile(r"line (\d+), column (\d+)(?::\s*)?")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_ARM_SCHEMA = re.compile(r"/deploymentParameters\.json", re.IGNORECASE)
_ARM_MEMBERS = frozenset({"$schema", "contentVersion", "parameters", "metadata"})


class ParametersError(DiagnosticsError):
    """A file of parameters cannot be used; the diagnostics say why and where."""

    code = "parameters"


def read_arguments(path: Path, evaluate: Evaluate | None = None) -> dict[str, Argument]:
    """Return the arguments that the file at *path* holds, by name.

    Args:
        path: The file. Its extension says what it is: ``.json`` (and ``.jsonc``), ``.yaml``, ``.yml``, ``.toml``,
            ``.jsonnet``; without one of these it is JSON when it starts with a brace or a comment, else YAML.
        evaluate: Gives the value of a Jsonnet file; its errors pass through.

    Raises:
        ParametersError: The file is not there (``file-not-found``), cannot be read (``cannot-read``), is too large
            (``file-too-large``), not UTF-8 (``not-utf-8``), not what its name says (``json-syntax``, ``yaml-syntax``,
            ``toml-syntax``), has a key twice (``duplicate-key``), is not an object (``not-an-object``), is Bicep
            (``not-supported``), or an ARM parameters file that is not well formed (``bad-parameters-file``).
    """
    extension = path.suffix.lower()
    if extension == _BICEP:
        raise _fault(
            "not-supported",
            "a .bicepparam file is a program, which armlib does not run",
            path,
            hint=f"'bicep build-params {path.name}' makes a JSON parameters file of it",
        )
    value = _read_jsonnet(path, evaluate) if extension in _JSONNET else _read_data(path, extension)
    if value is None and extension in _YAML:
        value = {}
    if not isinstance(value, dict):
        what = {bool: "a boolean", str: "a text", list: "an array", type(None): "null"}.get(type(value), "a number")
        raise _fault("not-an-object", f"parameters must be an object, {{name: value}}, not {what}", path)
    return _arguments(value, path)


def read_text(path: Path) -> str:
    """Return the text of the file at *path*.

    Raises:
        ParametersError: As :func:`read_arguments`, for what concerns reading.
    """
    from armlib.template.jsonc import JsonSyntaxError, decode

    data = _read_bytes(path)
    try:
        return decode(data, str(path))
    except JsonSyntaxError as fault:
        place = fault.place or Place(file=str(path))
        raise _fault(fault.code, fault.message, path, line=place.line, column=place.column, hint=fault.hint) from None


def read_object(text: str, file: str) -> JsonObject:
    """Return the object that the JSON *text* is, where *file* is what messages call it.

    Raises:
        ParametersError: It is not JSON, has a key twice, or is not an object.
    """
    value = parse_json_text(text, file)
    if not isinstance(value, dict):
        raise _fault("not-an-object", "parameters must be a JSON object, {name: value}", Path(file))
    return value


def parse_json_text(text: str, file: str) -> Json:
    """Return the value of the JSON *text*, comments allowed.

    Raises:
        ParametersError: It is not JSON, or has a key twice.
    """
    return _parse_json(text, Path(file))


def _fault(
    code: str,
    message: str,
    path: Path,
    *,
    line: int = 0,
    column: int = 0,
    hint: str | None = None,
    excerpt: Excerpt | None = None,
) -> ParametersError:
    place = Place(file=str(path), line=line, column=column)
    return ParametersError((error(code, f"{path}: {message}", hint=hint, place=place, excerpt=excerpt),))


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAXIMUM_SIZE:
            raise _too_large(path)
        with path.open("rb") as stream:  # a pipe has no size
            data = stream.read(MAXIMUM_SIZE + 1)
    except FileNotFoundError:
        raise _fault("file-not-found", "there is no such file", path, hint=_similar_file(path)) from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise _fault("cannot-read", f"cannot be read: {reason}", path) from None
    if len(data) > MAXIMUM_SIZE:
        raise _too_large(path)
    return data


def _too_large(path: Path) -> ParametersError:
    return _fault("file-too-large", f"is larger than {MAXIMUM_SIZE // 1024 // 1024} MiB", path)


def _similar_file(path: Path) -> str | None:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"there is no folder {path.parent}" if not path.parent.is_dir() else None
    candidate = nearest(path.name, names)
    return f"did you mean '{path.parent / candidate}'?" if candidate else None


def _read_jsonnet(path: Path, evaluate: Evaluate | None) -> Json:
    if evaluate is None:
        raise _fault("not-supported", "Jsonnet files of parameters are not evaluated here", path)
    if not path.is_file():
        _read_bytes(path)
    return evaluate(path)


def _read_data(path: Path, extension: str) -> Json:
    text = read_text(path)
    if extension in _YAML:
        return _parse_yaml(text, path)
    if extension == ".toml":
        return _parse_toml(text, path)
    if extension in (".json", ".jsonc") or text.lstrip()[:1] in ("", "{", "/"):
        return _parse_json(text, path)
    return _parse_yaml(text, path)


# Formats


def _parse_json(text: str, path: Path) -> Json:
    from armlib.template.jsonc import parse_json

    try:
        value = parse_json(text, str(path))
    except ArmlibError as fault:
        place = fault.place or Place(file=str(path))
        excerpt = _excerpt(text, place)
        raise _fault(
            fault.code, fault.message, path, line=place.line, column=place.column, hint=fault.hint, excerpt=excerpt
        ) from None
    if _may_have_duplicates(text):
        _refuse_duplicates(text, path)
    return value


def _excerpt(text: str, place: Place) -> Excerpt | None:
    """Return the line of *place* with every value blotted out, so that no secret is shown."""
    lines = text.splitlines()
    if not 0 < place.line <= len(lines):
        return None
    line = lines[place.line - 1]
    shown, position = "", 0
    for key in _KEY.finditer(line):
        shown += _HIDDEN.sub("*", line[position : key.start()]) + key[0]
        position = key.end()
    shown += _HIDDEN.sub("*", line[position:])
    return Excerpt(text=shown, column=place.column) if len(shown) <= 200 else None


def _may_have_duplicates(text: str) -> bool:
    """Return False when no object of the JSON *text* has a key twice, by the parser's own word."""
    found = False

    def count(pairs: list[tuple[str, Json]]) -> None:
        nonlocal found
        found = found or len({key for key, _ in pairs}) < len(pairs)

    try:
        json.loads(text, object_pairs_hook=count, strict=False)
    except (ValueError, RecursionError):
        return True
    return found


def _refuse_duplicates(text: str, path: Path) -> None:
    """Raise for the first key that an object of the JSON *text*, which has been parsed, has twice."""
    keys: list[set[str]] = []
    last: re.Match[str] | None = None
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "{[":
            keys.append(set())
        elif mark in "}]":
            keys.pop()
        elif mark == ":" and last is not None:
            key = json.loads(last[0], strict=False)
            if key in keys[-1]:
                line = text.count("\n", 0, last.start()) + 1
                column = last.start() - text.rfind("\n", 0, last.start())
                message = f"the key {json.dumps(key, ensure_ascii=False)} is given twice in one object"
                raise _fault("duplicate-key", message, path, line=line, column=column)
            keys[-1].add(key)
        if not mark.startswith("/"):
            last = token if mark.startswith('"') else None


def _parse_yaml(text: str, path: Path) -> Json:
    from armlib.jsonnet.documents import parse_yaml

    try:
        return parse_yaml(text)
    except (ValueError, RecursionError) as fault:
        message = str(fault) if isinstance(fault, ValueError) else "the YAML is nested too deep to be read"
        where = _LINE_AND_COLUMN.search(message)
        line, column = (int(where[1]), int(where[2])) if where else (0, 0)
        message = _LINE_AND_COLUMN.sub("", message).removesuffix("; parseYamlAll reads them all")
        code = "duplicate-key" if "given twice" in message else "yaml-syntax"
        if code == "yaml-syntax":
            message = _QUOTED.sub("…", message)  # an alias or a tag may be the start of a secret
        raise _fault(code, message, path, line=line, column=column) from None


def _parse_toml(text: str, path: Path) -> Json:
    from armlib.jsonnet.documents import parse_toml

    try:
        return parse_toml(text)
    except (ValueError, RecursionError) as fault:
        message = str(fault) if isinstance(fault, ValueError) else "the TOML is nested too deep to be read"
        where = _LINE_AND_COLUMN.search(message)
        line, column = (int(where[1]), int(where[2])) if where else (0, 0)
        message = _QUOTED.sub("…", message.partition(" (at ")[0])
        raise _fault("toml-syntax", message[:1].lower() + message[1:], path, line=line, column=column) from None


# What an object of parameters says


def _arguments(value: JsonObject, path: Path) -> dict[str, Argument]:
    if _is_arm(value):
        return _arm_arguments(value, path)
    # "$schema" is for editors: the schema that 'armlib describe' prints.
    return {
        name: Argument(value=item, source=str(path))
        for name, item in value.items()
        if not (name == "$schema" and isinstance(item, str))
    }


def _is_arm(value: JsonObject) -> bool:
    schema = value.get("$schema")
    if isinstance(schema, str) and _ARM_SCHEMA.search(schema):
        return True
    return "contentVersion" in value and "parameters" in value and value.keys() <= _ARM_MEMBERS


def _arm_arguments(value: JsonObject, path: Path) -> dict[str, Argument]:
    entries = value.get("parameters", {})
    if not isinstance(entries, dict):
        raise _fault("bad-parameters-file", "'parameters' must be an object, {name: {value: …}}", path)
    faults: list[Diagnostic] = []
    arguments = {}
    for name, entry in entries.items():
        argument = _arm_argument(entry, str(path))
        if argument is None:
            message = (
                f"{path}: parameter '{name}' must be {{value: …}}, or {{reference: {{keyVault: …, secretName: …}}}}"
            )
            where = ("parameters", name)
            faults.append(error("bad-parameters-file", message, place=Place(file=str(path)), path=where))
        else:
            arguments[name] = argument
    if faults:
        raise ParametersError(faults)
    return arguments


def _arm_argument(entry: Json, source: str) -> Argument | None:
    if not isinstance(entry, dict):
        return None
    if "value" in entry and "reference" not in entry:
        return Argument(value=entry["value"], source=source)
    reference = entry.get("reference")
    if "value" not in entry and isinstance(reference, dict) and _is_vault_reference(reference):
        return Argument(reference=reference, source=source)
    return None


def _is_vault_reference(reference: Mapping[str, Json]) -> bool:
    vault = reference.get("keyVault")
    return isinstance(vault, dict) and isinstance(vault.get("id"), str) and isinstance(reference.get("secretName"), str)
