"""Template -> graph: what a deployment makes, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from armlib.compiler.collect import Draft
from armlib.compiler.graph import depths
from armlib.compiler.link import link
from armlib.compiler.structure import Level, Resource
from armlib.dataclass import dataclass
from armlib.jsontypes import JsonObject, format_path
from armlib.template.scope import ScopeKind

Dependencies: TypeAlias = "dict[Resource, tuple[Resource, ...]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A resource in the order of a deployment.

    Attributes:
        path: Where it stands in the template: ``resources[2]``; no other step of the graph has the same.
        name: What people call it: its symbolic name where the template has such names, else its name.
        type: Its type in full.
        number: 1 when it can be deployed at once, else one more than the latest that it waits for.
        needs: The paths of what it waits for, each of the same template.
        inside: The resources that it deploys when it is a deployment with a template.
        is_loop: It stands for any number of resources.
        is_conditional: It may not be deployed.
        is_existing: It is only looked at.
    """

    path: str
    name: str
    type: str
    number: int
    needs: tuple[str, ...]
    inside: tuple[Step, ...]
    is_loop: bool
    is_conditional: bool
    is_existing: bool


def deployment_steps(template: JsonObject, kind: ScopeKind) -> tuple[Step, ...]:
    """Return the resources of *template*, which is deployed to *kind*, each after what it waits for."""
    linked = link(Draft(template=template, scope_kind=kind, reduces=False))
    return _steps(linked.root, dict(linked.dependencies))


def all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield *steps* and those inside them, however deep."""
    for step in steps:
        yield step
        yield from all_steps(step.inside)


def _steps(level: Level, dependencies: Dependencies) -> tuple[Step, ...]:
    needs = {resource: dependencies.get(resource, ()) for resource in level.resources}
    number = depths(needs)
    ordered = sorted(level.resources, key=lambda resource: number[resource])
    return tuple(
        Step(
            path=format_path(resource.path),
            name=resource.label,
            type=resource.type,
            number=number[resource] + 1,
            needs=tuple(format_path(other.path) for other in needs[resource]),
            inside=_steps(resource.inner, dependencies) if resource.inner is not None else (),
            is_loop=bool(resource.loop),
            is_conditional=resource.body.get("condition", True) is not True,
            is_existing=resource.is_existing,
        )
        for resource in ordered
    )
