"""What the documentation of a generated library says, and the JSON file that it is kept in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from armlib.azuretypes.generate.jsonnet import MARK
from armlib.azuretypes.model import (
    ArrayType,
    BooleanType,
    EnumType,
    Flags,
    IntegerType,
    ObjectType,
    Property,
    StringType,
    Type,
    UnionType,
    VariantType,
)
from armlib.azuretypes.store import Store

_SHOWN_VALUES: Final = 12  # of an enumeration; all of them are values in the library


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a generated function; *default* is Jsonnet text."""

    name: str
    type: str
    description: str
    default: str | None = None

    def as_parameter(self) -> str:
        """Return it as it stands in the head of a function."""
        return self.name if self.default is None else f"{self.name}={self.default}"


@dataclass(slots=True)
class Documentation:
    """The documentation of one generated file; *functions* are description, arguments and what comes of it."""

    about: str
    source: str
    functions: dict[str, tuple[str, Sequence[Argument], str | None]] = field(default_factory=dict)
    properties: dict[str, Argument] = field(default_factory=dict)

    def as_json(self) -> str:
        """Return the file: one entry a line, so that differences can be read."""
        functions = {
            name: [text, [[each.name, each.type, each.description, each.default] for each in arguments], gives]
            for name, (text, arguments, gives) in self.functions.items()
        }
        properties = {name: [each.type, each.description, each.default] for name, each in self.properties.items()}
        return (
            f'{{"#": {_json(MARK)},\n"about": {_json(self.about)},\n"source": {_json(self.source)},\n'
            f'"functions": {_lines(functions)},\n"properties": {_lines(properties)}}}\n'
        )


def describe(store: Store, found: Property) -> str:
    """Return what the definition says of a property, on one line."""
    text = " ".join(store.text(found.text).split())
    shape = store.resolve(found.type)
    facts = [text if not text or text.endswith((".", "!", "?")) else f"{text}."]
    if isinstance(shape, (StringType, ObjectType)) and shape.sensitive:
        facts.append("A secret.")
    if found.flags & Flags.WRITE_ONLY:
        facts.append("Written only: it is not read back.")
    if found.constant:
        facts.append("It must be known before the deployment starts.")
    return " ".join(fact for fact in facts if fact)


def type_text(store: Store, type_: Type) -> str:
    """Return a type for people: ``'Hot' | 'Cool' | string``, ``int, at least 1``, ``array of object``."""
    shape = store.resolve(type_)
    match shape:
        case ArrayType():
            bounds = _bounds(shape.minimum_length, shape.maximum_length, "items")
            return _with(f"array of {type_text(store, shape.item)}", bounds)
        case EnumType():
            return _values(shape)
        case StringType():
            bounds = _bounds(shape.minimum_length, shape.maximum_length, "characters")
            return _with("string", [*bounds, *([f"pattern {shape.pattern}"] if shape.pattern else [])])
        case IntegerType():
            return _with("int", _bounds(shape.minimum, shape.maximum))
        case BooleanType():
            return "boolean"
        case ObjectType() if not shape.properties and shape.further is not None:
            return f"map of {type_text(store, shape.further)}" if not _is_deep(store, shape.further) else "map"
        case ObjectType() | VariantType():
            return "object"
        case UnionType():
            return " | ".join(type_text(store, each) for each in shape.members)
        case _:
            return "any"


def _is_deep(store: Store, type_: Type) -> bool:
    """Whether a map holds maps: they may hold themselves."""
    shape = store.resolve(type_)
    while isinstance(shape, ArrayType):
        shape = store.resolve(shape.item)
    return isinstance(shape, ObjectType) and not shape.properties


def _values(shape: EnumType) -> str:
    shown = [f"'{value}'" for value in shape.values[:_SHOWN_VALUES]]
    if len(shape.values) > _SHOWN_VALUES:
        shown.append(f"{len(shape.values) - _SHOWN_VALUES} more")
    return " | ".join([*shown, "string"] if shape.open else shown)


def _bounds(least: int | None, most: int | None, unit: str = "") -> list[str]:
    if least is None and most is None:
        return []
    if least is not None and most is not None:
        return [f"{least} to {most} {unit}".rstrip()]
    return [f"at least {least} {unit}".rstrip() if most is None else f"at most {most} {unit}".rstrip()]


def _with(text: str, facts: Sequence[str]) -> str:
    return ", ".join([text, *facts])


def _lines(entries: Mapping[str, object]) -> str:
    return "{\n" + ",\n".join(f"{_json(name)}: {_json(entry)}" for name, entry in entries.items()) + "\n}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
