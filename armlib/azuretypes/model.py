"""What the definition of a resource type is made of.

The classes mirror the published format, with the small types written in place. Objects are reached through a
:class:`Reference`, which the store resolves when a check gets there: definitions share objects and may be recursive.
The values are named tuples here and in the checks: a frozen dataclass takes seven times as long to define, and this is
imported by every compilation.

Source: Azure/bicep-types-az, the ``generated`` folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Final, NamedTuple, Protocol, TypeAlias


class Flags(IntFlag):
    """What is said of a property besides its type."""

    REQUIRED = 1
    READ_ONLY = 2
    WRITE_ONLY = 4
    DEPLOY_TIME_CONSTANT = 8
    IDENTIFIER = 16


# members of an enumeration are slow to compute with, and this is done for each property of each body
_READ_ONLY: Final = int(Flags.READ_ONLY)
_CONSTANT: Final = int(Flags.DEPLOY_TIME_CONSTANT)


class Scopes(IntFlag):
    """Where a resource can be deployed to, or read from."""

    TENANT = 1
    MANAGEMENT_GROUP = 2
    SUBSCRIPTION = 4
    RESOURCE_GROUP = 8
    EXTENSION = 16


class AnyType:
    """Accepts every value."""

    __slots__ = ()


class BooleanType:
    """True or false."""

    __slots__ = ()


class IntegerType(NamedTuple):
    """A number; the definitions do not tell integers from fractions."""

    minimum: int | None = None
    maximum: int | None = None


class StringType(NamedTuple):
    """A text; *pattern* is an ECMAScript regular expression."""

    minimum_length: int | None = None
    maximum_length: int | None = None
    pattern: str | None = None
    sensitive: bool = False


class EnumType(NamedTuple):
    """One of some texts; when *open*, any other text passes too."""

    values: tuple[str, ...]
    open: bool = False


class ArrayType(NamedTuple):
    """A list; lengths are in items."""

    item: Type
    minimum_length: int | None = None
    maximum_length: int | None = None


class UnionType(NamedTuple):
    """Any of some types that are not all texts; the published definitions hold none today."""

    members: tuple[Type, ...]


class Reference(NamedTuple):
    """An object of the store, by its number."""

    node: int


class Property(NamedTuple):
    """A property of an object; *text* is the number of its description, 0 for none."""

    name: str
    type: Type
    flags: int = 0
    text: int = 0

    @property
    def required(self) -> bool:
        """Whether a body must have it: what is required in answers only need not be written."""
        return self.flags & 3 == Flags.REQUIRED

    @property
    def read_only(self) -> bool:
        """Whether only the service sets it."""
        return bool(self.flags & _READ_ONLY)

    @property
    def constant(self) -> bool:
        """Whether its value must be known before the deployment starts."""
        return bool(self.flags & _CONSTANT)


class ObjectType(NamedTuple):
    """An object; *further* is the type of keys that are not listed, None when the keys are closed.

    *folded* finds a property by its case-folded name: ARM takes property names in any case. *required* are those that a
    body must have.
    """

    name: str
    properties: Mapping[str, Property]
    further: Type | None
    sensitive: bool
    folded: Mapping[str, Property]
    required: tuple[Property, ...]

    @classmethod
    def of(
        cls, name: str, properties: Mapping[str, Property], further: Type | None = None, *, sensitive: bool = False
    ) -> ObjectType:
        """Return an object type; what can be derived is."""
        folded = {each.casefold(): found for each, found in properties.items()}
        required = tuple(found for found in properties.values() if found.required)
        return cls(name, properties, further, sensitive, folded, required)


@dataclass(frozen=True, slots=True)
class VariantType:
    """A tagged union: the property *discriminator* chooses among *variants*; *base* is common to all of them.

    *chosen* is a cache of :meth:`whole`.
    """

    name: str
    discriminator: str
    base: ObjectType
    variants: Mapping[str, Reference]
    chosen: dict[str | None, ObjectType] = field(default_factory=dict, compare=False, repr=False)

    def variant(self, value: str) -> str | None:
        """Return the variant that *value* names, in any case, as it is spelt here; None when there is none."""
        if value in self.variants:
            return value
        folded = value.casefold()
        return next((variant for variant in self.variants if variant.casefold() == folded), None)

    def whole(self, variant: str | None, resolve: Callable[[Type], Type]) -> ObjectType:
        """Return the object that a variant is, with what is common to all.

        None gives the object of a variant that is not known: it may have the properties of each, with any value.
        """
        found = self.chosen.get(variant)
        if found is None:
            found = self.chosen[variant] = self._any(resolve) if variant is None else self._one(variant, resolve)
        return found

    def _one(self, variant: str, resolve: Callable[[Type], Type]) -> ObjectType:
        own = resolve(self.variants[variant])
        if not isinstance(own, ObjectType):
            return self.base
        further = own.further if own.further is not None else self.base.further
        sensitive = own.sensitive or self.base.sensitive
        return ObjectType.of(own.name, {**self.base.properties, **own.properties}, further, sensitive=sensitive)

    def _any(self, resolve: Callable[[Type], Type]) -> ObjectType:
        possible: dict[str, Property] = {}
        further = self.base.further
        for reference in self.variants.values():
            own = resolve(reference)
            if isinstance(own, ObjectType):
                possible.update((name, Property(name, AnyType())) for name in own.properties)
                further = AnyType() if own.further is not None else further
        return ObjectType.of(self.name, {**possible, **self.base.properties}, further)


Type: TypeAlias = (
    "AnyType | BooleanType | IntegerType | StringType | EnumType | ArrayType | UnionType | Reference"
    " | ObjectType | VariantType"
)


class FunctionType(NamedTuple):
    """An action on a resource that is called with POST, such as ``listKeys``."""

    name: str
    output: Type
    input: Type | None = None


class ResourceType(NamedTuple):
    """The definition of one resource type in one API version; *name* is spelt as it was published."""

    name: str
    version: str
    body: Type
    readable: Scopes
    writable: Scopes


class Definitions(Protocol):
    """What a check asks of the installed definitions."""

    @property
    def complete(self) -> bool:
        """Whether all that is published is here; otherwise a namespace that is missing says nothing."""

    def find(self, name: str, version: str) -> ResourceType | None:
        """Return the definition of a type (in any case) in exactly that version, or None."""

    def versions(self, name: str) -> tuple[str, ...]:
        """Return the versions of a type, oldest first; none when the type is unknown."""

    def names(self, namespace: str | None = None) -> tuple[str, ...]:
        """Return the known types, or those of one namespace, sorted."""

    def namespaces(self) -> tuple[str, ...]:
        """Return the known namespaces, in lower case, sorted."""

    def resolve(self, type_: Type) -> Type:
        """Return what a reference stands for, and any other type as it is."""
