"""Draft -> linked: works out which resource waits for which, and completes ``dependsOn``.

A resource waits for what its expressions mention: an id (``resourceId`` in all its forms, a literal, a text joined
from parts), a resource that ``reference`` or a ``list`` function asks for, its parent, the scope it extends, the group
it is deployed to. What is missing in ``dependsOn`` is added; what says nothing new is left out. Nothing else changes.

Not every mention says which of two resources comes first: a mere id can point from the earlier to the later one.
Where ``dependsOn``, ``reference`` or a parent says otherwise, an id counts for nothing; where two ids point at each
other, the order cannot be told and the cycle is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from armlib.compiler.collect import Draft
from armlib.compiler.graph import components, path_back
from armlib.compiler.identity import Mention, is_known, parent_id, texts_in
from armlib.compiler.index import Index, Match
from armlib.compiler.spelling import dependency_on
from armlib.compiler.structure import Level, Resource, survey
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, error, nearest
from armlib.expressions.parser import is_expression
from armlib.jsontypes import Json, JsonObject, JsonPath

_FARTHEST_LOOK = 64  # resources that are looked at to find out whether a dependency is implied by others


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A template whose resources say all that they wait for.

    *root* is the tree of the draft; *dependencies* what each resource waits for directly, for those that wait.
    """

    draft: Draft
    template: JsonObject
    root: Level
    dependencies: Mapping[Resource, tuple[Resource, ...]]
    diagnostics: tuple[Diagnostic, ...] = ()


def link(draft: Draft) -> Linked:
    """Return *draft* with its dependencies completed; cycles and entries that name nothing become diagnostics."""
    root = survey(draft.template, draft.scope_kind)
    linker = _Linker(reduces=draft.reduces, symbolizes=draft.symbolizes)
    linker.link(root)
    return Linked(
        draft=draft,
        template=_with_changes(draft.template, linker.changes),
        root=root,
        dependencies=linker.dependencies,
        diagnostics=tuple(linker.diagnostics),
    )


class _Uses:
    """What one resource uses: *entries* from its ``dependsOn``, *hard* and *soft* from its texts.

    A hard use says that the other comes first; each is kept with the mention that it is spelled by. *covered* are the
    targets of the entries.
    """

    __slots__ = ("all", "covered", "entries", "hard", "soft")

    def __init__(self) -> None:
        self.entries: list[tuple[str, tuple[Resource, ...]]] = []
        self.covered: dict[Resource, None] = {}
        self.hard: dict[Resource, Mention | None] = {}
        self.soft: dict[Resource, Mention | None] = {}
        self.all: dict[Resource, None] = {}

    def add(self, match: Match, mention: Mention, user: Resource, *, is_hard: bool) -> None:
        for resource in match.resources:
            if resource is user or resource.is_existing:
                continue
            spelled = mention if match.is_exact and not mention.by_name else None
            uses = self.hard if is_hard else self.soft
            if uses.get(resource) is None:
                uses[resource] = spelled

    def close(self) -> None:
        """Put together *all* that is used."""
        self.all = dict.fromkeys((*self.covered, *self.hard, *self.soft))

    def forget(self, resource: Resource) -> None:
        """Take out a soft use."""
        del self.soft[resource]
        self.close()


class _Linker:
    """One run over the levels of a template, innermost first."""

    def __init__(self, *, reduces: bool, symbolizes: bool) -> None:
        self._reduces = reduces
        self._symbolizes = symbolizes
        self.diagnostics: list[Diagnostic] = []
        self.changes: dict[JsonPath, list[Json]] = {}
        self.dependencies: dict[Resource, tuple[Resource, ...]] = {}

    def link(self, level: Level) -> tuple[Index, list[Mention]]:
        """Link *level*; return its index and what it mentions that is not in it."""
        inner: dict[Resource, Index] = {}
        outward: dict[Resource, list[Mention]] = {}
        for resource in level.resources:
            if resource.inner is not None:
                inner[resource], outward[resource] = self.link(resource.inner)
        index = Index(level, inner)
        unresolved: dict[Mention, None] = {}
        uses = {}
        for resource in level.resources:
            uses[resource] = self._uses(resource, index, outward.get(resource, ()), unresolved)
        self._settle_order(uses)
        for resource, used in uses.items():
            self._complete(resource, used, uses)
        for mention in _mentions_outside_resources(level):
            if not index.mentioned(mention).resources and (not mention.by_name or level.is_outer):
                unresolved[mention.elsewhere] = None
        return index, list(unresolved)

    def _uses(
        self, resource: Resource, index: Index, outward: Sequence[Mention], unresolved: dict[Mention, None]
    ) -> _Uses:
        used = _Uses()
        mentions_in = resource.level.bindings.mentions
        is_nested = resource.level.owner is not None
        for text in resource.texts:
            for mention in mentions_in(text):
                match = index.mentioned(mention)
                if match.resources:
                    used.add(match, mention, resource, is_hard=mention.awaits)
                elif is_nested and (not mention.by_name or resource.level.is_outer):
                    unresolved[mention.elsewhere] = None
        for mention in outward:
            match = index.mentioned(mention)
            if match.resources:
                used.add(match, mention, resource, is_hard=mention.awaits)
            elif is_nested and (not mention.by_name or resource.level.is_outer):
                unresolved[mention] = None
        above = "" if _is_top_level(resource) else parent_id(resource.id)
        if above.startswith("/") and above != resource.level.base:
            holder = Mention(above)
            used.add(index.mentioned(holder), holder, resource, is_hard=True)
        if resource.parent is not None:
            used.add(Match((resource.parent,), True), Mention(resource.parent.id), resource, is_hard=True)
        for number, text in enumerate(resource.depends_on):
            targets = index.waited_for(text)
            if not targets:
                self._check_unknown(text, number, resource, index)
            used.entries.append((text, targets))
            used.covered.update(dict.fromkeys(target for target in targets if target is not resource))
        used.close()
        return used

    def _check_unknown(self, text: str, number: int, resource: Resource, index: Index) -> None:
        """Report an entry that surely names no resource of the template: its text is known, and so are their ids."""
        level = resource.level
        normal = level.bindings.text(text).rstrip("/")
        if level.is_symbolic:
            known = list(index.symbols)
            if is_expression(text) or normal in index.symbols or "/" in normal:
                return
        else:
            base = level.home.base
            rest = normal.removeprefix(base) if base else normal
            ids = [id_.removeprefix(base) for id_ in index.ids]
            if not normal or not is_known(rest) or any(not is_known(id_) for id_ in ids):
                return
            known = [one.name for one in level.resources]
        near = nearest(text, known)
        self.diagnostics.append(
            error(
                "unknown-dependency",
                f"'{resource.label}' depends on {text}, which is not in the template",
                hint=f"did you mean '{near}'?" if near else "a resource can only wait for one of its own template",
                path=(*resource.path, "dependsOn", number),
            )
        )

    # Order

    def _settle_order(self, uses: dict[Resource, _Uses]) -> None:
        """Report the cycles, and forget the soft uses that point against the order that is known."""
        waiting = {resource: used.all for resource, used in uses.items() if used.all}
        # In most templates few wait for one that waits itself, and a cycle is made of nothing else.
        whole = {
            one: between for one, used in waiting.items() if (between := [each for each in used if each in waiting])
        }
        if not whole:
            return
        tangled = [component for component in components(whole) if len(component) > 1]
        if not tangled:
            return
        hard = {resource: [*used.covered, *used.hard] for resource, used in uses.items()}
        for component in sorted(tangled, key=lambda members: min(_order(one.path) for one in members)):
            members = sorted(component, key=lambda one: _order(one.path))
            self._untangle(dict.fromkeys(members), uses, hard)

    def _untangle(
        self, members: Mapping[Resource, None], uses: dict[Resource, _Uses], hard: dict[Resource, list[Resource]]
    ) -> None:
        known = {resource: [used for used in hard[resource] if used in members] for resource in members}
        cycles = [component for component in components(known) if len(component) > 1]
        for resource in members:
            for used in [used for used in uses[resource].soft if used in members]:
                if cycles or path_back(known, used, resource):
                    uses[resource].forget(used)
        if not cycles:
            known = {one: [used for used in uses[one].all if used in members] for one in members}
            cycles = [component for component in components(known) if len(component) > 1]
        for component in sorted(cycles, key=lambda members: min(_order(one.path) for one in members)):
            self._report_cycle(component, known)
            for resource in component:
                for used in component:
                    uses[resource].soft.pop(used, None)
                    uses[resource].hard.pop(used, None)
                uses[resource].close()

    def _report_cycle(self, component: Sequence[Resource], graph: Mapping[Resource, Sequence[Resource]]) -> None:
        start = min(component, key=lambda resource: _order(resource.path))
        ring = path_back(graph, start, start)
        names = _labels(ring)
        self.diagnostics.append(
            error(
                "dependency-cycle",
                f"the resources wait for each other: {' -> '.join(names)}",
                hint="take one of the references out, or say with dependsOn which of two comes first",
                path=start.path,
            )
        )

    # Entries

    def _complete(self, resource: Resource, used: _Uses, uses: Mapping[Resource, _Uses]) -> None:
        if not used.all and not used.entries:
            return
        missing = self._missing(used, uses)
        kept = self._kept(resource, used, uses)
        written = resource.body.get("dependsOn")
        if (written is not None and not isinstance(written, list)) or resource.is_existing:
            return
        targets = [*(target for _, found in kept for target in found), *missing]
        if targets:
            self.dependencies[resource] = tuple(dict.fromkeys(targets))
        in_symbols = bool(kept) and self._uses_symbols(resource.level)
        if not missing and len(kept) == len(used.entries) and not in_symbols:
            return
        texts = [text for text, _ in kept]
        if in_symbols:
            texts = list(dict.fromkeys(each for text, found in kept for each in _in_symbols(text, found)))
        others = [entry for entry in written or () if not isinstance(entry, str)]
        added = [dependency_on(target, resource, used.hard.get(target) or used.soft.get(target)) for target in missing]
        self.changes[resource.path] = [*texts, *others, *dict.fromkeys(text for text in added if text not in texts)]

    def _uses_symbols(self, level: Level) -> bool:
        """Return whether entries that were written in another way are put into symbolic names."""
        return self._symbolizes if level.owner is None else self._reduces and level.is_symbolic

    def _missing(self, used: _Uses, uses: Mapping[Resource, _Uses]) -> list[Resource]:
        """Return what is used and not waited for, directly or through what it waits for."""
        wanted = [target for target in used.all if target not in used.covered]
        if len(used.all) > 1:
            wanted = [target for target in wanted if not _is_implied(target, used.all, uses)]
        return sorted(wanted, key=lambda target: _order(target.path)) if len(wanted) > 1 else wanted

    def _kept(
        self, resource: Resource, used: _Uses, uses: Mapping[Resource, _Uses]
    ) -> list[tuple[str, tuple[Resource, ...]]]:
        """Return the entries that say something: none twice, not the resource itself, nothing that another implies."""
        if not used.entries:
            return []
        kept: list[tuple[str, tuple[Resource, ...]]] = []
        seen: set[tuple[Resource, ...] | str] = set()
        own = resource.level.bindings.text
        for text, targets in used.entries:
            key = targets if targets and not any(target.loop for target in targets) else own(text)
            if key in seen or (targets == (resource,) and own(text) in (resource.id, own(resource.name))):
                continue
            seen.add(key)
            kept.append((text, targets))
        if self._reduces and len(used.all) > 1:
            kept = [(text, found) for text, found in kept if not _is_repeated(found, used, uses)]
        return kept


def _is_top_level(resource: Resource) -> bool:
    """Return whether *resource* stands directly below the scope of its template, as most do."""
    id_, base = resource.id, resource.level.base
    return id_.count("/") == base.count("/") + 4 and id_.startswith(base)


def _in_symbols(text: str, targets: tuple[Resource, ...]) -> list[str]:
    """Return an entry by symbolic names; as it is when it names nothing that is known."""
    return [target.symbol for target in targets] or [text]


def _is_repeated(targets: tuple[Resource, ...], used: _Uses, uses: Mapping[Resource, _Uses]) -> bool:
    """Return whether another resource that is surely waited for waits for *targets* itself."""
    return len(targets) == 1 and any(
        other is not targets[0] and other.is_certain and targets[0] in uses[other].all for other in used.all
    )


def _is_implied(target: Resource, waited: Iterable[Resource], uses: Mapping[Resource, _Uses]) -> bool:
    """Return whether one of *waited*, or one that it waits for, is surely deployed and waits for *target*."""
    pending = [other for other in waited if other is not target and other.is_certain]
    seen = set(pending)
    while pending and len(seen) < _FARTHEST_LOOK:
        used = uses[pending.pop()].all
        if target in used:
            return True
        nearer = [other for other in used if other not in seen and other.is_certain]
        seen.update(nearer)
        pending += nearer
    return False


def _mentions_outside_resources(level: Level) -> Iterator[Mention]:
    """Yield what the outputs of a nested template mention; the deployment waits for it."""
    if level.owner is None:
        return
    for text in texts_in(level.template.get("outputs")):
        yield from level.bindings.mentions(text)


def _labels(ring: Sequence[Resource]) -> list[str]:
    """Return what a message calls the resources: names, with types where a name stands for several."""
    names = {resource: resource.label for resource in ring}
    is_clear = len(set(names.values())) == len(names)
    return [names[resource] if is_clear else f"{resource.type}/{resource.label}" for resource in ring]


def _order(path: JsonPath) -> tuple[tuple[bool, int, str], ...]:
    """Return what sorts paths as they stand in the template."""
    return tuple((isinstance(step, str), step if isinstance(step, int) else 0, str(step)) for step in path)


def _with_changes(template: JsonObject, changes: Mapping[JsonPath, list[Json]]) -> JsonObject:
    """Return *template* with ``dependsOn`` set at each path; what does not change is shared, not copied."""
    if not changes:
        return template
    copies: dict[int, Json] = {}

    def copied(value: Json) -> Json:
        if id(value) not in copies:
            fresh: Json = dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value
            copies[id(value)] = fresh
            copies[id(fresh)] = fresh
        return copies[id(value)]

    root = copied(template)
    for path, entries in changes.items():
        place: Json = root
        for step in path:
            inner = copied(place[step])  # type: ignore[index]
            place[step] = inner  # type: ignore[index]
            place = inner
        assert isinstance(place, dict)
        place["dependsOn"] = entries
    assert isinstance(root, dict)
    return root
