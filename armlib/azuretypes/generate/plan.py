"""Which types a library has, and the tree that they form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from armlib.azuretypes.model import ResourceType
from armlib.azuretypes.names import nearest_version, split_type
from armlib.azuretypes.show import UnknownTypeError, find
from armlib.azuretypes.store import Store
from armlib.diagnostics import nearest


@dataclass(slots=True)
class Node:
    """A segment of a type name in one version; *type* is None where only what is below it is wanted.

    *children* are by folded segment, sorted. *member* is what it is called in the object of what is above it.
    """

    segment: str
    path: tuple[str, ...]
    type: ResourceType | None = None
    children: dict[str, Node] = field(default_factory=dict)
    member: str = ""

    @property
    def file(self) -> str:
        """The path of its file in the folder of the version, without the suffix."""
        return "/".join(map(file_name, self.path))

    def below(self) -> Iterator[Node]:
        """Yield the node and all below it."""
        yield self
        for child in self.children.values():
            yield from child.below()


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace: what it is called in the library, and the trees of its versions, oldest first."""

    key: str
    name: str
    versions: dict[str, Node]


def select(store: Store, requests: Iterable[str], providers: Iterable[str]) -> list[ResourceType]:
    """Return the types that are asked for.

    Args:
        store: Where they are.
        requests: ``TYPE`` or ``TYPE@VERSION``: the type, and those below it that exist in the same version.
        providers: Namespaces, of which every type is taken in its newest version.

    Raises:
        UnknownTypeError: there is no such type, version or namespace.
    """
    found = [type_ for text in requests for type_ in _with_children(store, find(store, text))]
    for provider in providers:
        names = store.names(provider)
        if not names:
            likely = nearest(provider.lower(), list(store.namespaces()))
            hint = f"did you mean '{likely}'?" if likely else None
            raise UnknownTypeError(f"there is no provider '{provider}'", code="unknown-provider", hint=hint)
        found += [find(store, name) for name in names]
    return in_order(found)


def in_order(types: Iterable[ResourceType]) -> list[ResourceType]:
    """Return *types* without repeats, sorted by name and version."""
    unique = {(each.name.casefold(), each.version): each for each in types}
    return [unique[key] for key in sorted(unique)]


def namespaces(types: Sequence[ResourceType]) -> list[Namespace]:
    """Return the trees of *types*, by namespace, sorted."""
    found: dict[str, Namespace] = {}
    for type_ in in_order(types):
        name, segments = split_type(type_.name)
        key = namespace_key(name)
        versions = found.setdefault(key, Namespace(key, name, {})).versions
        node = versions.setdefault(type_.version, Node("", ()))
        for segment in segments:
            node = node.children.setdefault(segment.casefold(), Node(segment, (*node.path, segment)))
        node.type = type_
    return [_sorted(found[key]) for key in sorted(found)]


def namespace_key(name: str) -> str:
    """Return what a namespace is called in a library: ``Microsoft.KeyVault`` is ``keyvault``."""
    return re.sub(r"\W+", "_", name.casefold().removeprefix("microsoft."), flags=re.ASCII)


def version_key(version: str) -> str:
    """Return what a version is called in a library: ``2023-05-01`` is ``v2023_05_01``."""
    return "v" + re.sub(r"\W+", "_", version, flags=re.ASCII)


def newest(versions: Sequence[str]) -> str | None:
    """Return the newest version that is no preview; the newest when all are."""
    return nearest_version("", versions)


def file_name(text: str) -> str:
    """Return *text* as the name of a file on any system: definitions come from outside."""
    name = re.sub(r"[^\w.-]+", "_", text, flags=re.ASCII).strip(".") or "_"
    return name[:100]


def _with_children(store: Store, type_: ResourceType) -> Iterator[ResourceType]:
    yield type_
    start = f"{type_.name.casefold()}/"
    for name in store.names(split_type(type_.name)[0]):
        if name.casefold().startswith(start):
            child = store.find(name, type_.version)
            if child is not None:
                yield child


def _sorted(namespace: Namespace) -> Namespace:
    for tree in namespace.versions.values():
        for node in tree.below():
            node.children = {key: node.children[key] for key in sorted(node.children)}
    versions = {version: namespace.versions[version] for version in sorted(namespace.versions)}
    return Namespace(namespace.key, namespace.name, versions)
