"""What ``new`` takes, and the object that it makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from armlib.azuretypes.generate.jsonnet import Fields, Names, parameter, pascal, string
from armlib.azuretypes.generate.prose import Argument, describe, type_text
from armlib.azuretypes.model import EnumType, ObjectType, Property, ResourceType, Scopes, StringType
from armlib.azuretypes.names import split_type
from armlib.azuretypes.store import Store

RESERVED: Final = ("base", "doc", "at", "std")  # what generated files call things by
_FIRST: Final = ("name", "location")


@dataclass(frozen=True, slots=True)
class Constructor:
    """What ``new`` takes, and the fields that it sets, with the text of their values or the fields below."""

    arguments: tuple[Argument, ...]
    fields: tuple[tuple[str, str | Fields], ...]

    @property
    def parameters(self) -> list[str]:
        """The arguments as they stand in the head of a function."""
        return [each.as_parameter() for each in self.arguments]


def of_resource(
    store: Store, type_: ResourceType, body: ObjectType, before: Sequence[Argument], after: Sequence[Argument]
) -> Constructor:
    """Return the constructor of a resource; *before* and *after* are arguments that are no fields of its body.

    Beside what the definition requires it takes the location of a resource that has one and tags: ARM demands it of
    such resources, whether the definition says so or not.
    """
    wanted = {each.name for each in body.required}
    if _is_tracked(type_, body):
        wanted.add("location")
    chosen = [each for each in body.properties.values() if each.name in wanted and each.name != "name"]
    return _constructor(store, body, chosen, before, after)


def of_object(store: Store, shape: ObjectType) -> Constructor:
    """Return the constructor of an object: of what is required, and of its name where it has one."""
    chosen = list(shape.required)
    name = shape.properties.get("name")
    if name is not None and not name.required and not name.read_only and isinstance(name.type, StringType):
        chosen.append(name)
    return _constructor(store, shape, chosen, (), ())


def _constructor(
    store: Store, shape: ObjectType, chosen: Sequence[Property], before: Sequence[Argument], after: Sequence[Argument]
) -> Constructor:
    names = Names((*RESERVED, *(each.name for each in (*before, *after))), identifiers=True)
    inner = _inner(store, shape)
    own = [each for each in _in_order(chosen) if inner is None or each.name != "properties"]
    pairs = [(each, _argument(store, each, names.free(parameter(each.name)))) for each in own]
    below = [
        (each, _argument(store, each, names.free(_below(each.name, {one.name for one in own}))))
        for each in (_in_order(inner.required) if inner is not None else ())
    ]
    given = [argument for _, argument in (*pairs, *below) if argument is not None]
    every = [*before, *given, *after]
    fields: list[tuple[str, str | Fields]] = [*_fields(store, pairs)]
    if inner is not None:
        fields.append(("properties", tuple(_fields(store, below))))
    return Constructor(tuple(sorted(every, key=lambda each: each.default is not None)), tuple(fields))


def _inner(store: Store, shape: ObjectType) -> ObjectType | None:
    """Return the object ``properties`` when it must be there, or says what it requires."""
    found = shape.properties.get("properties")
    if found is None or found.read_only:
        return None
    inner = store.resolve(found.type)
    if not isinstance(inner, ObjectType):
        return None
    return inner if found.required or inner.required else None


def _fields(store: Store, pairs: Sequence[tuple[Property, Argument | None]]) -> Iterator[tuple[str, str]]:
    for found, argument in pairs:
        yield found.name, string(_only(store, found)) if argument is None else argument.name


def _argument(store: Store, found: Property, name: str) -> Argument | None:
    """Return the argument for a property; None when a single value is possible."""
    shape = store.resolve(found.type)
    default = None
    if isinstance(shape, EnumType) and len(shape.values) == 1:
        if not shape.open:
            return None
        default = string(shape.values[0])
    return Argument(name, type_text(store, found.type), describe(store, found), default)


def _only(store: Store, found: Property) -> str:
    shape = store.resolve(found.type)
    assert isinstance(shape, EnumType)
    return shape.values[0]


def _in_order(properties: Sequence[Property]) -> list[Property]:
    def place(found: Property) -> tuple[int, str]:
        return (_FIRST.index(found.name) if found.name in _FIRST else len(_FIRST), found.name)

    return sorted(properties, key=place)


def _below(name: str, above: set[str]) -> str:
    return f"properties{pascal(name)}" if name in above else parameter(name)


def _is_tracked(type_: ResourceType, body: ObjectType) -> bool:
    namespace, segments = split_type(type_.name)
    if (
        len(segments) != 1
        or not type_.writable & Scopes.RESOURCE_GROUP
        or namespace.casefold() == "microsoft.resources"
    ):
        return False
    return all(name in body.properties and not body.properties[name].read_only for name in ("location", "tags"))
