"""What an object has for its properties, and the objects that have files of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from armlib.azuretypes.generate.jsonnet import WIDTH, Names, function, pascal, string
from armlib.azuretypes.generate.jsonnet import field as field_name
from armlib.azuretypes.generate.plan import file_name
from armlib.azuretypes.generate.prose import Argument, Documentation, describe, type_text
from armlib.azuretypes.model import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    ObjectType,
    Property,
    Reference,
    Type,
    VariantType,
)
from armlib.azuretypes.store import Store

At: TypeAlias = Callable[[str], str]  # the text of a piece of an object -> that of a piece of the whole


class Key(NamedTuple):
    """An object that has a file: a node of the store, or what one of its variants is as a whole."""

    node: int
    variant: str | None = None
    is_body: bool = False


@dataclass(slots=True)
class Objects:
    """The objects that have files, with the names of these, in the order in which they were come to."""

    queue: list[tuple[Key, str]] = field(default_factory=list)
    _found: dict[Key, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def file(self, key: Key, name: str) -> str:
        """Return the name of the file of an object; names differ by more than case, as some systems want it."""
        if key not in self._found:
            wanted = free = file_name(name.rpartition("/")[2])
            count = 1
            while free.casefold() in self._taken:
                count += 1
                free = f"{wanted}_{count}"
            self._taken.add(free.casefold())
            self._found[key] = free
            self.queue.append((key, free))
        return self._found[key]


class Members:
    """Renders what an object has for its properties, and documents it."""

    def __init__(self, store: Store, objects: Objects, docs: Documentation, folder: str) -> None:
        self._store = store
        self._objects = objects
        self._docs = docs
        self._folder = folder  # of objects, as an import spells it

    def of(self, shape: Type, names: Names, at: At, without: Sequence[str]) -> list[list[str]]:
        """Return the lines for each property that can be written, in the order of their names.

        Names are given first to what replaces, then to what adds, then to what is below.
        """
        plain = shape.base if isinstance(shape, VariantType) else shape
        if not isinstance(plain, ObjectType):
            return []
        found = [plain.properties[name] for name in sorted(plain.properties)]
        found = [each for each in found if not each.read_only and each.name not in without]
        setters = {each.name: names.free(f"with{pascal(each.name)}") for each in found}
        mixins = {each.name: names.free(f"{setters[each.name]}Mixin") for each in found if self._can_add(each.type)}
        below = {each.name: names.free(each.name) for each in found if self._has_below(each.type)}
        return [self._lines(each, setters, mixins, below, at) for each in found]

    def _lines(
        self,
        found: Property,
        setters: Mapping[str, str],
        mixins: Mapping[str, str],
        below: Mapping[str, str],
        at: At,
    ) -> list[str]:
        name, key = found.name, field_name(found.name)
        shape = self._store.resolve(found.type)
        is_list = isinstance(shape, ArrayType)
        default = _default(shape)
        value = "base.list(value)" if is_list else "value"
        self._docs.properties[name] = Argument(
            name, type_text(self._store, found.type), describe(self._store, found), default
        )
        lines = [
            f"  {field_name(f'#{setters[name]}')}:: doc.set({string(name)}),",
            f"{function(setters[name], ['value' if default is None else f'value={default}'])}"
            f" {at(f'{{ {key}: {value} }}')},",
        ]
        if name in mixins:
            value = "base.items(value)" if is_list else "value"
            lines += [
                f"  {field_name(f'#{mixins[name]}')}:: doc.add({string(name)}),",
                f"{function(mixins[name], ['value'])} {at(f'{{ {key}+: {value} }}')},",
            ]
        if name in below:
            lines += self._below(found, below[name], at)
        return lines

    def _below(self, found: Property, name: str, at: At) -> list[str]:
        innermost, is_item = self._innermost(found.type)
        shape = self._store.resolve(innermost)
        head = f"  {field_name(name)}::"
        lines = [f"  {field_name(f'#{name}')}:: doc.below({string(found.name)}),"]
        if isinstance(shape, EnumType):
            return [*lines, f"{head} {_values(shape)},"]
        assert isinstance(innermost, Reference)
        assert isinstance(shape, (ObjectType, VariantType))
        file = self._objects.file(Key(innermost.node), shape.name)
        place = "base.item" if is_item else f"function(piece) {at(f'{{ {field_name(found.name)}+: piece }}')}"
        return [*lines, f"{head} (import {string(f'{self._folder}{file}.libsonnet')})({place}),"]

    def _innermost(self, type_: Type) -> tuple[Type, bool]:
        """Return what lists and maps hold at last, and whether there were any."""
        is_item = False
        seen: set[int] = set()
        while True:
            shape = self._store.resolve(type_)
            if isinstance(shape, ArrayType):
                type_, is_item = shape.item, True
            elif isinstance(shape, ObjectType) and not shape.properties and shape.further is not None:
                if isinstance(type_, Reference):
                    if type_.node in seen:  # a map of itself has nothing at last
                        return AnyType(), True
                    seen.add(type_.node)
                type_, is_item = shape.further, True
            else:
                return type_, is_item

    def _can_add(self, type_: Type) -> bool:
        return isinstance(self._store.resolve(type_), (ArrayType, ObjectType, VariantType, AnyType))

    def _has_below(self, type_: Type) -> bool:
        innermost, _ = self._innermost(type_)
        shape = self._store.resolve(innermost)
        if isinstance(shape, EnumType):
            return bool(shape.values)
        return isinstance(innermost, Reference) and isinstance(shape, (ObjectType, VariantType))


def _default(shape: Type) -> str | None:
    if isinstance(shape, BooleanType):
        return "true"
    if isinstance(shape, EnumType) and len(shape.values) == 1:
        return string(shape.values[0])
    return None


def _values(shape: EnumType) -> str:
    fields = [f"{field_name(value)}: {string(value)}" for value in dict.fromkeys(shape.values)]
    line = f"{{ {', '.join(fields)} }}"
    if len(line) <= WIDTH - 30:
        return line
    return "{\n" + "".join(f"    {each},\n" for each in fields) + "  }"
