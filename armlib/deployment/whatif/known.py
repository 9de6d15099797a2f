"""What the installed definitions say of the properties of a body; without them, nothing is known."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Shape(NamedTuple):
    """The definition of a value: its type, and the flags of its property. *exact* says that the version is right."""

    type: Type | None = None
    flags: int = 0
    exact: bool = False
    missing: bool = False  # the object around it has no such property

    @property
    def read_only(self) -> bool:
        """Whether only the service sets it."""
        return bool(self.flags & Flags.READ_ONLY)

    @property
    def hidden(self) -> bool:
        """Whether the service takes it and never tells it, or it is a secret."""
        return bool(self.flags & Flags.WRITE_ONLY) or (
            isinstance(self.type, StringType | ObjectType) and self.type.sensitive
        )

    @property
    def closed(self) -> bool | None:
        """Whether it is one of some words; None when that is not known."""
        if isinstance(self.type, EnumType):
            return True
        return False if isinstance(self.type, StringType) else None


UNKNOWN = Shape()


class Known:
    """Looks up definitions.

    Args:
        definitions: The installed ones, if any.
    """

    def __init__(self, definitions: Definitions | None) -> None:
        self._definitions = definitions

    def resource(self, type_: str, version: str | None) -> Shape:
        """Return the definition of bodies of *type_*, that of the nearest version when there is none of *version*."""
        definitions = self._definitions
        if definitions is None:
            return UNKNOWN
        found = definitions.find(type_, version) if version else None
        if found is not None:
            return Shape(found.body, exact=True)
        near = nearest_version(version or "", definitions.versions(type_))
        found = definitions.find(type_, near) if near else None
        return UNKNOWN if found is None else Shape(found.body)

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
        if fields is None or self._definitions is None:
            return UNKNOWN
        found: Property | None = fields.properties.get(name) or fields.folded.get(name.casefold())
        if found is not None:
            return Shape(self._definitions.resolve(found.type), found.flags, around.exact)
        if fields.further is not None:
            return Shape(self._definitions.resolve(fields.further), exact=around.exact)
        return Shape(missing=True, exact=around.exact)

    def item(self, shape: Shape) -> Shape:
        """Return the definition of the elements of the array *shape*."""
        if not isinstance(shape.type, ArrayType) or self._definitions is None:
            return UNKNOWN
        return Shape(self._definitions.resolve(shape.type.item), exact=shape.exact)


def _variant(type_: VariantType, values: tuple[Any, ...]) -> str | None:
    for value in values:
        chosen = value.get(type_.discriminator) if isinstance(value, dict) else None
        if isinstance(chosen, str):
            return type_.variant(chosen)
    return None
