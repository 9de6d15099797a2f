"""What is kept of a body that is put: never a secret, and nothing that only the service writes.

Two values come of one: what GET answers (without what only goes in), and the baseline, which what-if compares with
(without secrets). What counts as secret: values that are :class:`~armlib.expressions.values.Secret`, what the type
definitions call sensitive, and texts under names that speak for themselves, such as ``adminPassword``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from armlib.azuretypes.corrections import Exceptions
from armlib.azuretypes.model import ArrayType, Definitions, Flags, ObjectType, StringType, Type, VariantType
from armlib.deployment.fault import Fault
from armlib.expressions.values import Secret
from armlib.jsontypes import JsonObject
from armlib.template.secrets import is_secret_name, is_secret_text

_READ_ONLY: Final = int(Flags.READ_ONLY)
_WRITE_ONLY: Final = int(Flags.WRITE_ONLY)
_GONE: Final = object()
_DEEPEST: Final = 128  # levels of a body; more is no resource, and the encoder's limit is near
_LONGEST_ID: Final = 2048
_NOTHING: Final = (_GONE, _GONE)
_LISTS_OF_SECRETS: Final = frozenset(("secrets", "protectedparameters"))
_OBJECTS_OF_SECRETS: Final = frozenset(("protectedsettings", "secureproperties"))


class Kept(NamedTuple):
    """What stays of a body: *body* for GET, *baseline* for comparing, *targets* the keys of the resources it names."""

    body: JsonObject
    baseline: JsonObject
    targets: frozenset[str]


def keep(body: JsonObject, type_: Type | None, definitions: Definitions | None, exceptions: Exceptions | None) -> Kept:
    """Return what is kept of *body*; *type_* is its definition, None when there is none.

    Raises:
        Fault: it is nested deeper than any resource is.
    """
    walk = _Walk(definitions)
    kept, baseline = walk.object(body, walk.resolved(type_, body), exceptions, 0, root=True)
    return Kept(kept, baseline, frozenset(walk.targets))


def hidden(body: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return *body* with the values at *paths* as secrets; a path is names with dots, ``*`` any name or item."""
    result: Any = body
    for path in paths:
        result = _hidden(result, path.split("."))
    return result  # type: ignore[no-any-return]


def _hidden(value: Any, path: Sequence[str]) -> Any:
    if not path:
        return value if value is None or isinstance(value, Secret) else Secret(value)
    name, *rest = path
    if isinstance(value, dict):
        folded = name.casefold()
        return {
            key: _hidden(each, rest) if name == "*" or key.casefold() == folded else each for key, each in value.items()
        }
    if isinstance(value, list) and name == "*":
        return [_hidden(each, rest) for each in value]
    return value


def revealed(value: Any) -> Any:
    """Return *value* with secrets as what they are, for checks; it must not be kept."""
    try:
        orjson.dumps(value)  # takes a twentieth of the way below
    except TypeError:
        return _revealed(value)
    return value


def _revealed(value: Any) -> Any:
    if isinstance(value, Secret):
        return _revealed(value.value)
    if isinstance(value, dict):
        return {name: _revealed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_revealed(each) for each in value]
    return value


class _Walk:
    """The way through one body."""

    def __init__(self, definitions: Definitions | None) -> None:
        self._definitions = definitions
        self.targets: set[str] = set()

    def resolved(self, type_: Type | None, value: Any) -> Type | None:
        """Return the type that *value* has: references resolved, and the variant that it is."""
        if type_ is None or self._definitions is None:
            return None
        type_ = self._definitions.resolve(type_)
        if isinstance(type_, VariantType):
            tag = value.get(type_.discriminator) if isinstance(value, dict) else None
            variant = type_.variant(tag) if isinstance(tag, str) else None
            return type_.whole(variant, self._definitions.resolve)
        return type_

    def object(
        self,
        value: JsonObject,
        type_: Type | None,
        exceptions: Exceptions | None,
        depth: int,
        *,
        root: bool = False,
        all_secret: bool = False,
    ) -> tuple[Any, Any]:
        """Return what is kept of an object, and its baseline; one object when they are the same."""
        if depth > _DEEPEST:
            raise Fault(
                400, "InvalidRequestContent", f"The request content was invalid: it has more than {_DEEPEST} levels."
            )
        known = type_ if isinstance(type_, ObjectType) else None
        pair = value.get("name")
        all_secret = all_secret or (isinstance(pair, str) and "value" in value and is_secret_name(pair))
        kept: dict[str, Any] = {}
        baseline = kept
        for name, each in value.items():
            if all_secret and name == "value":
                continue
            one, other = self._member(name, each, known, exceptions, depth, root=root)
            if baseline is kept and one is not other:
                baseline = dict(kept)
            if one is not _GONE:
                kept[name] = one
            if baseline is not kept and other is not _GONE:
                baseline[name] = other
        return kept, baseline

    def _member(
        self,
        name: str,
        value: Any,
        around: ObjectType | None,
        exceptions: Exceptions | None,
        depth: int,
        *,
        root: bool,
    ) -> tuple[Any, Any]:
        if root and name == "tags":
            return value, value
        type_: Type | None = None
        below = exceptions.at(name) if exceptions is not None else None
        write_only = False
        if around is not None:
            known = around.properties.get(name) or around.folded.get(name.casefold())
            if known is None:
                type_ = around.further
            else:
                if known.flags & _READ_ONLY and not (below is not None and below.kinds & {"written", "any"}):
                    return _NOTHING
                write_only = bool(known.flags & _WRITE_ONLY)
                type_ = known.type
        if value is None:
            # the service leaves out what is null where it knows what it is; elsewhere null may mean something
            return (_GONE, value) if root or depth == 1 or type_ is not None else (value, value)
        one, other = self._value(name, value, type_, below, depth)
        return (_GONE, other) if write_only else (one, other)

    def _value(
        self, name: str, value: Any, type_: Type | None, exceptions: Exceptions | None, depth: int
    ) -> tuple[Any, Any]:
        if isinstance(value, str):
            if (isinstance(type_, StringType) and type_.sensitive) or is_secret_text(name, value):
                return _NOTHING
            if value[:1] == "/" and len(value) < _LONGEST_ID:
                self._note(value)
            return value, value
        if isinstance(value, Secret):
            return _NOTHING
        if isinstance(value, dict):
            type_ = self.resolved(type_, value)
            if (isinstance(type_, ObjectType) and type_.sensitive) or name.casefold() in _OBJECTS_OF_SECRETS:
                return _NOTHING
            return self.object(value, type_, exceptions, depth + 1)
        if isinstance(value, list):
            type_ = self.resolved(type_, value)
            return self._list(name, value, type_.item if isinstance(type_, ArrayType) else None, exceptions, depth + 1)
        return value, value

    def _list(
        self, name: str, value: list[Any], item: Type | None, exceptions: Exceptions | None, depth: int
    ) -> tuple[Any, Any]:
        all_secret = name.casefold() in _LISTS_OF_SECRETS
        kept: list[Any] = []
        baseline = kept
        for each in value:
            if isinstance(each, dict):
                type_ = self.resolved(item, each)
                one, other = self.object(each, type_, exceptions, depth, all_secret=all_secret)
            else:
                one, other = self._value("", each, item, exceptions, depth)
            if baseline is kept and one is not other:
                baseline = list(kept)
            if one is not _GONE:
                kept.append(one)
            if baseline is not kept and other is not _GONE:
                baseline.append(other)
        return kept, baseline

    def _note(self, value: str) -> None:
        key = value.casefold().rstrip("/")
        if "/providers/" in key or "/resourcegroups/" in key:
            self.targets.add(key)
