"""What the installed definitions say of the properties of a body; without them, nothing is known."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from armlib.azuretypes.corrections import Corrections, Exceptions, packaged
from armlib.azuretypes.model import (
    ArrayType,
    Definitions,
    EnumType,
    Flags,
    ObjectType,
    Property,
    StringType,
    Type,
    VariantType,
)
from armlib.azuretypes.names import nearest_version

_READ_ONLY: Final = int(Flags.READ_ONLY)
_WRITE_ONLY: Final = int(Flags.WRITE_ONLY)
_WRITTEN: Final = frozenset({"written", "any"})


class Shape(NamedTuple):
    """The definition of a value.

    *closed* says that it is one of some words, None that this is not known. *hidden* says that the service takes it and
    never tells it, or that it is a secret. *exact* says that the definition is of the right version, *missing* that the
    object around it has no such property. *exceptions* are where the definition is known to be wrong.
    """

    type: Type | None = None
    read_only: bool = False
    hidden: bool = False
    closed: bool | None = None
    exact: bool = False
    missing: bool = False
    exceptions: Exceptions | None = None


def _shape(type_: Type, flags: int, *, exact: bool, exceptions: Exceptions | None) -> Shape:
    sensitive = isinstance(type_, StringType | ObjectType) and type_.sensitive
    return Shape(
        type=type_,
        read_only=bool(flags & _READ_ONLY) and not (exceptions is not None and exceptions.kinds & _WRITTEN),
        hidden=sensitive or bool(flags & _WRITE_ONLY),
        closed=isinstance(type_, EnumType) if isinstance(type_, EnumType | StringType) else None,
        exact=exact,
        exceptions=exceptions,
    )


UNKNOWN = Shape()


class Known:
    """Looks up definitions.

    Args:
        definitions: The installed ones, if any.
        corrections: Where they are wrong; those that come with armlib when None.
    """

    def __init__(self, definitions: Definitions | None, corrections: Corrections | None = None) -> None:
        self._definitions = definitions
        self._corrections = corrections
        self._fields: dict[tuple[int, str, bool], tuple[ObjectType, Shape]] = {}  # what was looked up, by the object

    def resource(self, type_: str, version: str | None) -> Shape:
        """Return the definition of bodies of *type_*, that of the nearest version when there is none of *version*."""
        definitions = self._definitions
        if definitions is None:
            return UNKNOWN
        found = definitions.find(type_, version) if version else None
        if found is not None:
            return Shape(found.body, exact=True, exceptions=self._exceptions(type_, found.version))
        near = nearest_version(version or "", definitions.versions(type_))
        found = definitions.find(type_, near) if near else None
        return UNKNOWN if found is None else Shape(found.body, exceptions=self._exceptions(type_, found.version))

    def _exceptions(self, type_: str, version: str) -> Exceptions | None:
        return (self._corrections or packaged()).for_type(type_, version)

    def fields(self, shape: Shape, *values: Any) -> ObjectType | None:
        """Return the object that *shape* is; *values* tell which variant of it."""
        if shape.type is None or self._definitions is None:
            return None
        type_ = self._definitions.resolve(shape.type)
        if isinstance(type_, VariantType):
            type_ = type_.whole(_variant(type_, values), self._definitions.resolve)
        return type_ if isinstance(type_, ObjectType) else None

    def field(self, fields: ObjectType | None, name: str, around: Shape) -> Shape:
        """Return the definition of the property *name* of *fields*, which stands in *around*."""
        if fields is None:
            return UNKNOWN
        if around.exceptions is not None:
            return self._field(fields, name, around, around.exceptions.at(name))
        key = id(fields), name, around.exact
        found = self._fields.get(key)
        if found is None or found[0] is not fields:
            found = self._fields[key] = fields, self._field(fields, name, around, None)
        return found[1]

    def _field(self, fields: ObjectType, name: str, around: Shape, exceptions: Exceptions | None) -> Shape:
        if self._definitions is None:
            return UNKNOWN
        found: Property | None = fields.properties.get(name) or fields.folded.get(name.casefold())
        if found is not None:
            return _shape(self._definitions.resolve(found.type), found.flags, exact=around.exact, exceptions=exceptions)
        if fields.further is not None:
            return _shape(self._definitions.resolve(fields.further), 0, exact=around.exact, exceptions=exceptions)
        return Shape(missing=exceptions is None, exact=around.exact)

    def item(self, shape: Shape) -> Shape:
        """Return the definition of the elements of the array *shape*."""
        if not isinstance(shape.type, ArrayType) or self._definitions is None:
            return UNKNOWN
        return _shape(self._definitions.resolve(shape.type.item), 0, exact=shape.exact, exceptions=shape.exceptions)


def _variant(type_: VariantType, values: tuple[Any, ...]) -> str | None:
    for value in values:
        chosen = value.get(type_.discriminator) if isinstance(value, dict) else None
        if isinstance(chosen, str):
            return type_.variant(chosen)
    return None
