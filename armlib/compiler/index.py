"""Finding the resources of a template by id, name, symbol or loop."""

from __future__ import annotations

import re
from typing import NamedTuple

from armlib.compiler.identity import Bindings, Mention, parent_id
from armlib.compiler.structure import Level, Resource
from armlib.expressions.parser import is_expression
from armlib.template.scope import ScopeKind

_LOOP_INDEX = re.compile(re.escape("\x02copyindex(") + r"[^\x03]*" + re.escape(")\x03"))
_ANY_INDEX = "(?:[0-9]+|\x02[^/]*\x03)"


class Match(NamedTuple):
    """The resources that a mention leads to; *is_exact* when it names them, and not something that belongs to them."""

    resources: tuple[Resource, ...]
    is_exact: bool


NO_MATCH = Match((), False)


class Index:
    """The resources of one level.

    A resource of a nested template is found as the resource that deploys it.
    """

    def __init__(self, level: Level, inner: dict[Resource, Index]) -> None:
        self.bindings: Bindings = level.bindings
        self._bare = level.home.kind is ScopeKind.MANAGEMENT_GROUP
        self._base = level.home.base
        self._by_id: dict[str, list[Resource]] = {}
        self._inside: dict[str, list[Resource]] = {}
        self._by_name: dict[str, list[Resource]] = {}
        self._by_symbol: dict[str, Resource] = {}
        self._loops: dict[str, list[tuple[re.Pattern[str], Resource, bool]]] = {}
        self._known: dict[str, Match] = {}
        self.loop_names: dict[str, list[Resource]] = {}
        for resource in level.resources:
            self._add(resource)
            if resource in inner:
                self._add_inside(resource, inner[resource])

    @property
    def symbols(self) -> frozenset[str]:
        """The symbolic names, in lower case."""
        return frozenset(self._by_symbol)

    @property
    def ids(self) -> set[str]:
        """The ids of the level's resources and of those nested in it."""
        return {*self._by_id, *self._inside}

    def mentioned(self, mention: Mention) -> Match:
        """Return what *mention* leads to: the resource of that id or name, else the nearest one that holds the id."""
        if mention.by_name:
            return self.named(mention.id.partition("[")[0])
        known = self._known.get(mention.id)
        if known is None:
            known = self._known[mention.id] = self._search(mention.id)
        return known

    def named(self, name: str) -> Match:
        """Return the resource with a symbolic name, else those with a name; both in lower case."""
        symbol = self._by_symbol.get(name)
        if symbol is not None:
            return Match((symbol,), True)
        return Match(tuple(self._by_name.get(name, ())), True)

    def waited_for(self, entry: str) -> tuple[Resource, ...]:
        """Return the resources that an entry of ``dependsOn`` names, in any of the spellings there are.

        Those are symbolic names, names of loops, names, ids, and types with names, ``Microsoft.Web/sites/NAME``. An
        entry that is none of them, such as a choice between two, names all that it mentions.
        """
        if not is_expression(entry) and entry.lower() in self.loop_names:
            return tuple(self.loop_names[entry.lower()])
        normal = self.bindings.text(entry).rstrip("/")
        found = self.named(normal.partition("[")[0] if self._by_symbol else normal)
        if not found.resources and "/" in normal:
            found = self.exactly(normal if normal[0] == "/" else f"{self._base}/providers/{normal}")
        if found.resources or not is_expression(entry):
            return found.resources
        mentions = self.bindings.mentions(entry)
        return tuple(dict.fromkeys(one for mention in mentions for one in self.mentioned(mention).resources))

    def exactly(self, id_: str) -> Match:
        """Return the resources with the id, and the loops that have an instance with it."""
        found = self._by_id.get(id_)
        if found is not None:
            return Match(tuple(found), True)
        owners = self._inside.get(id_)
        if owners is not None:
            return Match(tuple(owners), False)
        if self._loops:
            for pattern, resource, is_inside in self._loops.get(_kind(id_), ()):
                if pattern.fullmatch(id_):
                    return Match((resource,), not is_inside)
        return NO_MATCH

    def _search(self, id_: str) -> Match:
        found = self.exactly(id_)
        if found.resources:
            return found
        above = parent_id(id_)
        while above.startswith("/") and len(above) > 1 and above != self._base:
            found = self.exactly(above)
            if found.resources:
                return Match(found.resources, False)
            above = parent_id(above)
        return NO_MATCH

    def _add(self, resource: Resource) -> None:
        self._by_id.setdefault(resource.id, []).append(resource)
        if self._bare and resource.id.startswith(self._base + "/providers/"):
            self._by_id.setdefault(resource.id.removeprefix(self._base), []).append(resource)
        if resource.symbol:
            self._by_symbol[resource.symbol.lower()] = resource
        if resource.name:
            self._by_name.setdefault(self.bindings.text(resource.name), []).append(resource)
        if resource.parent is not None:  # a nested child goes by its short name too
            self._by_name.setdefault(self.bindings.text(str(resource.body.get("name"))), []).append(resource)
        if resource.loop:
            self.loop_names.setdefault(resource.loop.lower(), []).append(resource)
            self._add_loop(resource.id, resource, False)

    def _add_inside(self, owner: Resource, inner: Index) -> None:
        for id_ in inner.ids:
            owners = self._inside.setdefault(id_, [])
            if owner not in owners:
                owners.append(owner)
            if "copyindex(" in id_:
                self._add_loop(id_, owner, True)

    def _add_loop(self, id_: str, resource: Resource, is_inside: bool) -> None:
        if "copyindex(" not in id_:
            return
        parts = [re.escape(part) for part in _LOOP_INDEX.split(id_)]
        pattern = re.compile(_ANY_INDEX.join(parts))
        self._loops.setdefault(_kind(id_), []).append((pattern, resource, is_inside))


def _kind(id_: str) -> str:
    """Return the last segment of the type in an id."""
    return id_.rsplit("/", 2)[-2] if id_.count("/") > 1 else id_
