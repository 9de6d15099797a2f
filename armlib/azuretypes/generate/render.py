"""The text of every generated file.

Each resource type has a file, and so has each object of the definitions that it comes to: objects are shared by types
of a version, and may hold themselves. The file of an object is a function of ``at``, which says where in a resource the
object is: it makes of a piece of the object a piece of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from armlib.azuretypes.generate.jsonnet import field, importing, member
from armlib.azuretypes.generate.plan import Namespace, Node, file_name, namespaces, newest, version_key
from armlib.azuretypes.generate.version import Version
from armlib.azuretypes.model import ResourceType
from armlib.azuretypes.store import Store


def render(store: Store, types: Sequence[ResourceType]) -> dict[str, str]:
    """Return the files of a library by path, with slashes: the same for the same types, in any order."""
    trees = namespaces(types)
    made = {
        "base.libsonnet": files("armlib.azuretypes.generate").joinpath("base.libsonnet").read_text(encoding="utf-8"),
        "main.libsonnet": importing([(each.key, f"{each.key}/main.libsonnet") for each in trees]),
    }
    for namespace in trees:
        for version, tree in namespace.versions.items():
            folder = f"{namespace.key}/{file_name(version)}"
            rendered = Version(store, namespace, version).files(tree)
            made.update((f"{folder}/{path}", text) for path, text in rendered.items())
        made[f"{namespace.key}/main.libsonnet"] = _namespace_main(namespace)
    return made


def _namespace_main(namespace: Namespace) -> str:
    """Return the versions of a namespace, and each of its types in its newest version."""
    versions = [(version_key(version), f"{file_name(version)}/main.libsonnet") for version in namespace.versions]
    shortcuts = _Shortcuts(namespace)
    lines = [f"  {text},\n" for text in shortcuts.fields((), None, "  ")]
    return importing(versions, ["\n", *lines])


class _Shortcuts:
    """Finds, for a path of segments, the newest version that has it; what is below it may be in another version."""

    def __init__(self, namespace: Namespace) -> None:
        self._nodes: dict[tuple[str, ...], dict[str, Node]] = {}
        for version, tree in namespace.versions.items():
            for node in tree.below():
                path = tuple(segment.casefold() for segment in node.path)
                self._nodes.setdefault(path, {})[version] = node
        self._below: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for path in sorted(self._nodes):
            if path:
                self._below.setdefault(path[:-1], []).append(path)

    def fields(self, path: tuple[str, ...], version: str | None, indent: str) -> Iterator[str]:
        """Yield the fields below *path* that are not there already in *version* as they are to be."""
        for below in self._below.get(path, ()):
            if not self._is_covered(below, version):
                yield self._field(below, indent)

    def _field(self, path: tuple[str, ...], indent: str) -> str:
        version = self._version(path)
        names = [self._nodes[path[: depth + 1]][version].member for depth in range(len(path))]
        place = "".join(map(member, names))
        text = f"{field(names[-1])}:: $.{version_key(version)}{place}"
        further = list(self.fields(path, version, indent + "  "))
        if not further:
            return text
        return text + " {\n" + "".join(f"{indent}  {each},\n" for each in further) + indent + "}"

    def _is_covered(self, path: tuple[str, ...], version: str | None) -> bool:
        if version is None or self._version(path) != version:
            return False
        return all(self._is_covered(below, version) for below in self._below.get(path, ()))

    def _version(self, path: tuple[str, ...]) -> str:
        nodes = self._nodes[path]
        defined = [version for version, node in nodes.items() if node.type is not None]
        found = newest(defined or list(nodes))
        assert found is not None
        return found
