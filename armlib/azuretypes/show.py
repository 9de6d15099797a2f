"""A definition for people and programs: as a tree, as JSON, and the difference of two versions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from armlib.azuretypes.model import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    Flags,
    IntegerType,
    ObjectType,
    Property,
    Reference,
    ResourceType,
    Scopes,
    StringType,
    Type,
    UnionType,
    VariantType,
)
from armlib.azuretypes.names import nearest_version
from armlib.azuretypes.store import Store
from armlib.azuretypes.template import nearest_type
from armlib.diagnostics import nearest
from armlib.errors import InputError
from armlib.jsontypes import Json, JsonObject

_FLAG_NAMES: Final = {
    Flags.REQUIRED: "required",
    Flags.READ_ONLY: "read-only",
    Flags.WRITE_ONLY: "write-only",
    Flags.DEPLOY_TIME_CONSTANT: "constant",
    Flags.IDENTIFIER: "identifier",
}
_SCOPE_NAMES: Final = {
    Scopes.TENANT: "tenant",
    Scopes.MANAGEMENT_GROUP: "managementGroup",
    Scopes.SUBSCRIPTION: "subscription",
    Scopes.RESOURCE_GROUP: "resourceGroup",
    Scopes.EXTENSION: "extension",
}
_SHOWN_VALUES: Final = 8  # of an enumeration, on a line of the tree
_SENTENCE: Final = 90  # characters of a description, on a line of the tree


class UnknownTypeError(InputError):
    """A type, a version or a property that was asked for is not among the definitions."""

    code = "unknown-type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A property in the tree of a definition, or a variant of a tagged union.

    *type* is written for people; *values* are those of an enumeration. *recursive* tells that the object stands further
    up in the tree too, and is not repeated.
    """

    name: str
    type: str
    flags: tuple[str, ...] = ()
    description: str = ""
    values: tuple[str, ...] = ()
    open: bool = False
    constraints: Mapping[str, Json] = field(default_factory=dict)
    properties: tuple[Entry, ...] = ()
    variants: tuple[Entry, ...] = ()
    discriminator: str | None = None
    recursive: bool = False

    def as_json(self) -> JsonObject:
        """Return the entry as JSON, without what is empty."""
        facts: JsonObject = {"name": self.name, "type": self.type}
        further: Mapping[str, Json] = {
            "flags": list(self.flags),
            "description": self.description,
            "values": list(self.values),
            "open": self.open,
            **self.constraints,
            "discriminator": self.discriminator,
            "recursive": self.recursive,
            "properties": [entry.as_json() for entry in self.properties],
            "variants": [entry.as_json() for entry in self.variants],
        }
        facts.update((key, value) for key, value in further.items() if value not in (None, False, [], ""))
        return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A resource type as it is shown."""

    name: str
    version: str
    deployable: tuple[str, ...]  # scopes
    readable: tuple[str, ...]
    functions: tuple[str, ...]
    body: Entry

    def as_json(self) -> JsonObject:
        """Return all of it as JSON."""
        body = self.body.as_json()
        return {
            "type": self.name,
            "apiVersion": self.version,
            "deployable": list(self.deployable),
            "readable": list(self.readable),
            "functions": list(self.functions),
            **{key: body[key] for key in ("properties", "variants", "discriminator") if key in body},
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """What distinguishes two versions, by path: what one has and the other has not, and what is said in other words."""

    removed: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str, str], ...]

    def as_json(self) -> JsonObject:
        """Return the difference as JSON."""
        return {
            "removed": [{"path": path, "type": text} for path, text in self.removed],
            "added": [{"path": path, "type": text} for path, text in self.added],
            "changed": [{"path": path, "before": old, "after": new} for path, old, new in self.changed],
        }


def select(store: Store, pattern: str | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return the types that match *pattern*, with their versions, oldest first.

    A pattern with ``*`` or ``?`` must match the whole name; one without may stand anywhere in it. Case is ignored.
    """
    wanted = (pattern or "").casefold()
    is_glob = any(sign in wanted for sign in "*?[")
    names = [
        name
        for name in store.names()
        if (fnmatchcase(name.casefold(), wanted) if is_glob else wanted in name.casefold())
    ]
    return [(name, store.versions(name)) for name in names]


def find(store: Store, text: str) -> ResourceType:
    """Return the definition of ``TYPE@VERSION``, or of the newest version of ``TYPE`` that is no preview.

    Raises:
        UnknownTypeError: there is none; the hint has the nearest.
    """
    name, _, version = text.partition("@")
    versions = store.versions(name)
    if not versions:
        likely = nearest_type(name, store)
        raise UnknownTypeError(f"there is no type '{name}'", hint=f"did you mean '{likely}'?" if likely else None)
    if not version:
        version = nearest_version("", versions) or versions[-1]
    found = store.find(name, version)
    if found is None:
        near = nearest_version(version, versions)
        shown = ", ".join(versions[-5:])
        hint = f"the nearest is {near}; the newest are {shown}"
        raise UnknownTypeError(f"{name} has no known version '{version}'", hint=hint)
    return found


def describe(store: Store, type_: ResourceType, *, depth: int | None = None, path: str = "") -> Description:
    """Return *type_* as a tree.

    Args:
        store: Where its objects are.
        type_: The definition.
        depth: How many levels of properties; None for all.
        path: The property to start at, with dots; items of lists add no step.

    Raises:
        UnknownTypeError: there is no such property.
    """
    reader = _Reader(store, depth)
    body = reader.entry("", type_.body, ())
    if path:
        body = _RootReader(store, depth).below(type_.body, path)
    return Description(
        name=type_.name,
        version=type_.version,
        deployable=_scopes(type_.writable),
        readable=_scopes(type_.readable),
        functions=tuple(function.name for function in store.functions(type_.name, type_.version)),
        body=body,
    )


def compare(store: Store, old: ResourceType, new: ResourceType) -> Difference:
    """Return what has changed from one definition to another, in the order of the paths."""
    before = dict(_flat(_Reader(store, None).entry("", old.body, ()), ""))
    after = dict(_flat(_Reader(store, None).entry("", new.body, ()), ""))
    return Difference(
        removed=tuple((path, before[path]) for path in sorted(before.keys() - after.keys())),
        added=tuple((path, after[path]) for path in sorted(after.keys() - before.keys())),
        changed=tuple(
            (path, before[path], after[path])
            for path in sorted(before.keys() & after.keys())
            if before[path] != after[path]
        ),
    )


def as_text(description: Description) -> str:
    """Return a description as an indented tree, one property a line."""
    lines = [f"{description.name}@{description.version}"]
    deployable = ", ".join(description.deployable) or "nowhere: it can only be read"
    lines.append(f"  deployed to: {deployable}")
    if description.functions:
        lines.append(f"  functions: {', '.join(description.functions)}")
    lines.extend(_lines(description.body, "  "))
    return "\n".join(lines) + "\n"


def difference_as_text(difference: Difference) -> str:
    """Return a difference as lines that begin with ``-``, ``+`` and ``~``."""
    lines = [f"- {path}: {text}" for path, text in difference.removed]
    lines += [f"+ {path}: {text}" for path, text in difference.added]
    lines += [f"~ {path}: {old} -> {new}" for path, old, new in difference.changed]
    return "\n".join(lines) + "\n" if lines else "no difference\n"


class _Reader:
    """Turns types into entries; an object that is being shown further up is not shown again."""

    def __init__(self, store: Store, depth: int | None) -> None:
        self._store = store
        self._depth = depth

    def entry(self, name: str, type_: Type, above: tuple[int, ...], known: Property | None = None) -> Entry:
        """Return the entry of a property, with what is below it."""
        suffix = ""
        constraints: dict[str, Json] = {}
        if isinstance(type_, ArrayType):
            constraints = _present(minLength=type_.minimum_length, maxLength=type_.maximum_length)
        while isinstance(type_, ArrayType):
            suffix += "[]"
            type_ = type_.item
        node = type_.node if isinstance(type_, Reference) else None
        shape = self._store.resolve(type_)
        recursive = node is not None and node in above
        further = above if node is None else (*above, node)
        deep = self._depth is None or len(further) <= self._depth
        show = deep and not recursive
        is_enum = isinstance(shape, EnumType)
        return Entry(
            name=name,
            type=_type_name(shape) + suffix,
            flags=_flags(known.flags) if known is not None else (),
            description=self._store.text(known.text) if known is not None else "",
            values=shape.values if isinstance(shape, EnumType) else (),
            open=is_enum and isinstance(shape, EnumType) and shape.open,
            constraints={**constraints, **_constraints(shape)},
            properties=self._properties(shape, further) if show else (),
            variants=self._variants(shape, further) if show else (),
            discriminator=shape.discriminator if isinstance(shape, VariantType) else None,
            recursive=recursive,
        )

    def _properties(self, shape: Type, above: tuple[int, ...]) -> tuple[Entry, ...]:
        plain = shape.base if isinstance(shape, VariantType) else shape
        if not isinstance(plain, ObjectType):
            return ()
        ordered = sorted(plain.properties.values(), key=lambda each: (not each.required, each.read_only, each.name))
        entries = [self.entry(each.name, each.type, above, each) for each in ordered]
        if plain.further is not None:
            entries.append(self.entry("*", plain.further, above))
        return tuple(entries)

    def _variants(self, shape: Type, above: tuple[int, ...]) -> tuple[Entry, ...]:
        if not isinstance(shape, VariantType):
            return ()
        return tuple(self.entry(value, target, above) for value, target in sorted(shape.variants.items()))


class _RootReader(_Reader):
    """Finds the property to start at."""

    def below(self, type_: Type, path: str) -> Entry:
        known: Property | None = None
        walked = ""
        for step in re.sub(r"\[[^\]]*\]", "", path).strip(".").split("."):
            shape = self._plain(type_)
            found = self._choices(shape).get(step.casefold())
            if found is None:
                likely = nearest(step, [each.name for each in self._choices(shape).values()])
                where = f" in '{walked}'" if walked else ""
                hint = f"did you mean '{likely}'?" if likely else None
                raise UnknownTypeError(f"there is no property '{step}'{where}", code="unknown-property", hint=hint)
            known, type_ = found, found.type
            walked = f"{walked}.{known.name}".lstrip(".")
        return self.entry(walked, type_, (), known)

    def _plain(self, type_: Type) -> Type:
        while isinstance(type_, ArrayType):
            type_ = type_.item
        return self._store.resolve(type_)

    def _choices(self, shape: Type) -> dict[str, Property]:
        plain = shape.base if isinstance(shape, VariantType) else shape
        found = dict(plain.folded) if isinstance(plain, ObjectType) else {}
        if isinstance(shape, VariantType):
            found.update((value.casefold(), Property(value, target)) for value, target in shape.variants.items())
        return found


def _lines(entry: Entry, indent: str) -> Iterator[str]:
    width = max((len(below.name) for below in entry.properties), default=0)
    for below in entry.properties:
        yield f"{indent}{below.name.ljust(width)}  {_summary(below)}".rstrip()
        yield from _lines(below, indent + "  ")
    for variant in entry.variants:
        yield f"{indent}when {entry.discriminator} is '{variant.name}':"
        yield from _lines(variant, indent + "  ")


def _summary(entry: Entry) -> str:
    flags = f" ({', '.join(entry.flags)})" if entry.flags else ""
    again = ", as above" if entry.recursive else ""
    text = f"{_written(entry)}{flags}{again}"
    sentence = _first_sentence(entry.description)
    return f"{text} - {sentence}" if sentence else text


def _written(entry: Entry) -> str:
    """Return the type of an entry on one line: ``'A' | 'B' | string``, ``int >= 1``."""
    text = entry.type
    if entry.values:
        shown = [f"'{value}'" for value in entry.values[:_SHOWN_VALUES]]
        if len(entry.values) > _SHOWN_VALUES:
            shown.append(f"{len(entry.values) - _SHOWN_VALUES} more")
        if entry.open:
            shown.append("string")
        suffix = text[len(text.rstrip("[]")) :]
        text = " | ".join(shown)
        text = f"({text}){suffix}" if suffix else text
    facts = [f"{name} {value}" for name, value in entry.constraints.items() if not isinstance(value, bool)]
    facts += [name for name, value in entry.constraints.items() if value is True]
    return f"{text} [{', '.join(facts)}]" if facts else text


def _flat(entry: Entry, path: str) -> Iterator[tuple[str, str]]:
    for below in entry.properties:
        here = f"{path}.{below.name}" if path else below.name
        flags = f" ({', '.join(below.flags)})" if below.flags else ""
        yield here, _all_values(below) + flags
        yield from _flat(below, here)
    for variant in entry.variants:
        here = f"{path}<{variant.name}>"
        yield here, "variant"
        yield from _flat(variant, here)


def _all_values(entry: Entry) -> str:
    if len(entry.values) <= _SHOWN_VALUES:
        return _written(entry)
    return " | ".join([*(f"'{value}'" for value in entry.values), *(["string"] if entry.open else [])])


def _first_sentence(text: str) -> str:
    sentence = re.split(r"(?<=[.!?])\s|\n", " ".join(text.split()), maxsplit=1)[0]
    return sentence if len(sentence) <= _SENTENCE else sentence[:_SENTENCE].rstrip() + "…"


def _type_name(shape: Type) -> str:
    names: Sequence[tuple[type, str]] = (
        (AnyType, "any"),
        (BooleanType, "bool"),
        (IntegerType, "int"),
        (StringType, "string"),
        (EnumType, "string"),
        (ObjectType, "object"),
        (VariantType, "object"),
    )
    if isinstance(shape, UnionType):
        return " | ".join(map(_type_name, shape.members))
    return next((name for kind, name in names if isinstance(shape, kind)), "any")


def _constraints(shape: Type) -> dict[str, Json]:
    match shape:
        case StringType():
            return _present(
                minLength=shape.minimum_length,
                maxLength=shape.maximum_length,
                pattern=shape.pattern,
                sensitive=shape.sensitive or None,
            )
        case IntegerType():
            return _present(minValue=shape.minimum, maxValue=shape.maximum)
        case ObjectType():
            return _present(sensitive=shape.sensitive or None)
    return {}


def _present(**facts: int | str | bool | None) -> dict[str, Json]:
    return {name: value for name, value in facts.items() if value is not None}


def _flags(bits: int) -> tuple[str, ...]:
    return tuple(name for flag, name in _FLAG_NAMES.items() if bits & flag)


def _scopes(bits: Scopes) -> tuple[str, ...]:
    return tuple(name for scope, name in _SCOPE_NAMES.items() if bits & scope)
