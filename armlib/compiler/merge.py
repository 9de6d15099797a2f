"""Several templates into one: members that are called alike must be declared alike, or they clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from armlib.diagnostics import Diagnostic, error, warning
from armlib.jsontypes import Json, JsonObject

_BY_NAME = {
    "parameters": "parameter",
    "variables": "variable",
    "definitions": "definition",
    "asserts": "assert",
    "imports": "import",
    "extensions": "extension",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A template and the file it came from."""

    file: str
    template: JsonObject


@dataclass(slots=True)
class _Merge:
    template: JsonObject = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    owners: dict[tuple[str, ...], str] = field(default_factory=dict)


def merge(parts: Sequence[Part]) -> tuple[JsonObject, tuple[Diagnostic, ...]]:
    """Return the one template of *parts*, whose sections are of the right JSON types, without their outputs.

    Resources follow each other. Parameters, variables, functions, definitions and asserts are put together by name,
    without regard to case; one that two parts declare differently is an error that names both files. Metadata that
    differs is a warning, and the first stays; metadata that tools leave about the whole template is dropped.
    """
    state = _Merge()
    for part in parts:
        for section in _BY_NAME:
            _merge_members(state, part, section)
        _merge_functions(state, part)
        _merge_metadata(state, part)
        _merge_texts(state, part)
    _merge_resources(state, parts)
    return state.template, tuple(state.diagnostics)


def _merge_members(state: _Merge, part: Part, section: str) -> None:
    members = part.template.get(section)
    if not isinstance(members, dict):
        return
    merged = state.template.setdefault(section, {})
    assert isinstance(merged, dict)
    for name, value in members.items():
        if section == "variables" and name.casefold() == "copy" and isinstance(value, list):
            loops = merged.setdefault("copy", [])
            assert isinstance(loops, list)
            loops += value
        else:
            _put(state, part, merged, name, value, (section,), _BY_NAME[section])


def _put(
    state: _Merge,
    part: Part,
    merged: JsonObject,
    name: str,
    value: Json,
    path: tuple[str, ...],
    what: str,
    called: str = "",
) -> None:
    """Add a member; report it, as *called* or by its name, when another file has declared it otherwise."""
    key = (*path, name.casefold())
    owner = state.owners.setdefault(key, part.file)
    present = next((other for other in merged if other.casefold() == name.casefold()), None) if owner else None
    if present is None:
        merged[name] = value
    elif merged[present] != value:
        state.diagnostics.append(_clash(what, called or name, owner, part.file, (*path, name)))


def _clash(what: str, name: str, one: str, other: str, path: tuple[str, ...]) -> Diagnostic:
    where = f"{one} and {other}" if one != other else f"two modules from {one}"
    return error(
        "name-clash",
        f"{where} declare the {what} '{name}' differently",
        hint="rename one of them: both become members of one template",
        path=path,
    )


def _merge_functions(state: _Merge, part: Part) -> None:
    namespaces = part.template.get("functions")
    if not isinstance(namespaces, list):
        return
    merged = state.template.setdefault("functions", [])
    assert isinstance(merged, list)
    for namespace in namespaces:
        if not isinstance(namespace, dict) or not isinstance(namespace.get("members"), dict):
            merged.append(namespace)
            continue
        name = str(namespace.get("namespace"))
        same = next((each for each in merged if _namespace(each) == name.casefold()), None)
        if same is None:
            same = {**namespace, "members": {}}
            merged.append(same)
        assert isinstance(same, dict)
        into, members = same["members"], namespace["members"]
        assert isinstance(into, dict)
        assert isinstance(members, dict)
        for member, value in members.items():
            _put(state, part, into, member, value, ("functions", name.casefold()), "function", f"{name}.{member}")


def _namespace(value: Json) -> str:
    return str(value.get("namespace")).casefold() if isinstance(value, dict) else ""


def _merge_metadata(state: _Merge, part: Part) -> None:
    metadata = part.template.get("metadata")
    if not isinstance(metadata, dict):
        return
    merged = state.template.setdefault("metadata", {})
    assert isinstance(merged, dict)
    for name, value in metadata.items():
        if name.startswith("_"):
            continue
        owner = state.owners.setdefault(("metadata", name), part.file)
        if merged.setdefault(name, value) != value:
            message = f"{owner} and {part.file} have different metadata '{name}'; that of {owner} is kept"
            state.diagnostics.append(warning("metadata-clash", message, path=("metadata", name)))


def _merge_texts(state: _Merge, part: Part) -> None:
    profile = part.template.get("apiProfile")
    if profile is not None:
        owner = state.owners.setdefault(("apiProfile",), part.file)
        if state.template.setdefault("apiProfile", profile) != profile:
            state.diagnostics.append(_clash("member", "apiProfile", owner, part.file, ("apiProfile",)))
    version = part.template.get("languageVersion")
    if isinstance(version, str):
        known = state.template.get("languageVersion")
        state.template["languageVersion"] = max(version, known) if isinstance(known, str) else version


def _merge_resources(state: _Merge, parts: Sequence[Part]) -> None:
    sections = [part.template.get("resources") for part in parts]
    if not any(isinstance(section, dict) for section in sections):
        state.template["resources"] = [item for section in sections if isinstance(section, list) for item in section]
        return
    merged: JsonObject = {}
    state.template["resources"] = merged
    for part, section in zip(parts, sections, strict=True):
        if isinstance(section, dict):
            for symbol, resource in section.items():
                _put_symbol(state, part, merged, symbol, resource)


def _put_symbol(state: _Merge, part: Part, merged: JsonObject, symbol: str, resource: Json) -> None:
    owner = state.owners.setdefault(("resources", symbol.casefold()), part.file)
    if any(other.casefold() == symbol.casefold() for other in merged):
        state.diagnostics.append(
            error(
                "name-clash",
                f"{owner} and {part.file} both have a resource with the symbolic name '{symbol}'",
                hint="rename one of them: both become members of one template",
                path=("resources", symbol),
            )
        )
    else:
        merged[symbol] = resource
