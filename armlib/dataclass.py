"""``@dataclass(frozen=True, slots=True, kw_only=True)`` without generated code, for what every command imports.

The decorator of the standard library writes the source of six methods for each class and has it compiled. That takes
half a millisecond a class, and a cold ``armlib compile`` passes forty of them: a fifth of what it does. Here all
classes share their methods. For the rest nothing differs: ``replace``, ``fields``, ``asdict``, copies and pickles work,
and a type checker sees the standard decorator.

An instance takes a few microseconds longer to make, so a class with many thousand instances (the nodes of expressions,
the resources of the linker) has the standard one.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, fields
from dataclasses import dataclass as standard
from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from dataclasses import Field
    from typing import Any, TypeVar

    _Class = TypeVar("_Class", bound=type)

_set = object.__setattr__


def _dataclass(*, frozen: bool, slots: bool, kw_only: bool) -> Callable[[_Class], _Class]:
    """Return the decorator of classes with all three properties, which are said for type checkers and readers."""
    if not (frozen and slots and kw_only):
        raise TypeError("the standard dataclass is for what is not frozen, with slots, and made by keywords")
    return _value_class


def _value_class(cls: _Class) -> _Class:
    """Return *cls*, which has no base class, as a class of frozen values with slots."""
    cls.__doc__ = cls.__doc__ or cls.__name__  # else the standard decorator makes one of the signature
    declared = fields(standard(init=False, repr=False, eq=False, match_args=False, kw_only=True)(cls))
    names = tuple(field.name for field in declared)
    left_out = {*names, "__dict__", "__weakref__"}
    body = {name: value for name, value in cls.__dict__.items() if name not in left_out}
    body |= {"__slots__": names, "__qualname__": cls.__qualname__, "_members": _Members(declared)}
    return type(cls)(cls.__name__, (_Value,), body)


class _Members:
    """What the methods have to know of the fields of a class."""

    def __init__(self, declared: Sequence[Field[Any]]) -> None:
        self.names = {field.name: None for field in declared}.keys()
        self.defaults = {field.name: field.default for field in declared if field.default is not MISSING}
        self.factories = [
            (field.name, field.default_factory) for field in declared if field.default_factory is not MISSING
        ]
        self.shown = [field.name for field in declared if field.repr]
        self.compared = attrgetter(*(field.name for field in declared if field.compare))


class _Value:
    """The methods of all classes."""

    __slots__ = ()
    __match_args__ = ()
    _members: _Members  # of the class

    def __init__(self, /, **given: object) -> None:
        members = self._members
        values = {**members.defaults, **given}
        for name, make in members.factories:
            if name not in given:
                values[name] = make()
        if values.keys() != members.names:
            missing = ", ".join(members.names - values.keys()) or "nothing"
            unknown = ", ".join(values.keys() - members.names) or "nothing"
            raise TypeError(f"{type(self).__name__}(): missing: {missing}; unknown: {unknown}")
        for name, value in values.items():
            _set(self, name, value)

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self._members.shown)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        compared = self._members.compared
        return bool(compared(self) == compared(other))

    def __hash__(self) -> int:
        return hash(self._members.compared(self))

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> list[object]:
        return [getattr(self, name) for name in self._members.names]

    def __setstate__(self, state: list[object]) -> None:
        for name, value in zip(self._members.names, state, strict=True):
            _set(self, name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _dataclass
