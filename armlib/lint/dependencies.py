"""Which resource of a template waits for which, for the rules about dependsOn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from armlib.compiler.identity import parent_id
from armlib.compiler.index import Index
from armlib.compiler.structure import Level, Resource, survey
from armlib.jsontypes import JsonPath
from armlib.lint.subject import TemplateSubject
from armlib.template.scope import ScopeKind, scope_kind_of_schema


@dataclass(slots=True, eq=False)
class Waiting:
    """What one resource waits for.

    *entries* are those of its ``dependsOn``: where each stands, its text, and the resources that it names. *awaits* are
    what it waits for without saying so: what ``reference()`` calls by name, for Azure finds no dependency in an id.
    *parent* is the resource that it is a child of, when the template deploys it.
    """

    resource: Resource
    entries: list[tuple[JsonPath, str, tuple[Resource, ...]]] = field(default_factory=list)
    awaits: dict[Resource, None] = field(default_factory=dict)
    parent: Resource | None = None

    @property
    def all(self) -> dict[Resource, None]:
        """Every resource that this one waits for directly."""
        return dict.fromkeys([*(each for _, _, named in self.entries for each in named), *self.awaits])


@lru_cache(maxsize=2)
def waiting(subject: TemplateSubject) -> dict[Resource, Waiting]:
    """Return what each resource of a template waits for, nested templates each on their own."""
    schema = subject.template.get("$schema")
    kind = scope_kind_of_schema(schema) if isinstance(schema, str) else None
    root = survey(subject.template, kind or ScopeKind.GROUP)
    return {each.resource: each for level in root.levels() for each in _of_level(level)}


def _of_level(level: Level) -> Iterator[Waiting]:
    index = Index(level, {})
    for resource in level.resources:
        found = Waiting(resource)
        listed = resource.body.get("dependsOn")
        for number, text in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(text, str):
                path = (*resource.path, "dependsOn", number)
                found.entries.append((path, text, _named(text, level, index)))
        for text in resource.texts:
            for mention in level.bindings.mentions(text):
                match = index.mentioned(mention)
                if mention.awaits and mention.by_name and match.is_exact:
                    found.awaits.update(dict.fromkeys(each for each in match.resources if each is not resource))
        parents = index.exactly(parent_id(resource.id)).resources
        found.parent = next((each for each in parents if each is not resource), None)
        yield found


def _named(text: str, level: Level, index: Index) -> tuple[Resource, ...]:
    if text.lower() in index.loop_names:
        return tuple(index.loop_names[text.lower()])
    normal = level.bindings.text(text).rstrip("/")
    found = index.named(normal.partition("[")[0] if level.is_symbolic else normal)
    if not found.resources and "/" in normal:
        found = index.exactly(normal if normal[0] == "/" else f"{level.home.base}/providers/{normal}")
    return found.resources


def reaches(start: Resource, end: Resource, graph: dict[Resource, Waiting]) -> bool:
    """Return whether *start* waits for *end*, over any number of resources that are always deployed."""
    seen = {start}
    pending = [start]
    while pending:
        for following in graph[pending.pop()].all:
            if following is end:
                return True
            if following not in seen and following in graph and following.is_certain:
                seen.add(following)
                pending.append(following)
    return False
