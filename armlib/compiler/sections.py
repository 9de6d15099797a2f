"""The members of a template, and what each must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from armlib.diagnostics import Diagnostic, error, nearest
from armlib.jsontypes import Json, JsonPath

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "$schema": ("a text",),
    "contentVersion": ("a text",),
    "languageVersion": ("a text",),
    "apiProfile": ("a text",),
    "metadata": ("an object",),
    "definitions": ("an object",),
    "imports": ("an object",),
    "extensions": ("an object",),
    "functions": ("an array",),
    "parameters": ("an object",),
    "variables": ("an object",),
    "asserts": ("an object",),
    "outputs": ("an object",),
    "resources": ("an array", "an object"),
}


def kind_of(value: Json) -> str:
    """Return what messages call a JSON value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, dict):
        return "an object"
    return "null" if value is None else "a number"


def section_problems(template: Mapping[str, Json], path: JsonPath = ()) -> Iterator[tuple[str, Diagnostic]]:
    """Yield an error for each member that a template at *path* cannot have, with the member's name."""
    for name, value in template.items():
        kinds = SECTIONS.get(name)
        if kinds is None:
            near = nearest(name, SECTIONS)
            hint = f"did you mean '{near}'?" if near else f"the members are {', '.join(SECTIONS)}"
            yield name, error("unknown-member", f"a template has no member '{name}'", hint=hint, path=(*path, name))
        elif kind_of(value) not in kinds:
            message = f"'{name}' must be {' or '.join(kinds)}, not {kind_of(value)}"
            yield name, error("wrong-type", message, hint=_hint(name, kinds[0], value), path=(*path, name))


def _hint(name: str, kind: str, value: Json) -> str | None:
    empty = {"an array": "[]", "an object": "{}"}.get(kind)
    if value is not None or empty is None:
        return None
    needed = f"write {name}: {empty}" if name == "resources" else f"leave it out, or write {name}: {empty}"
    return f"{needed} when there are none"
