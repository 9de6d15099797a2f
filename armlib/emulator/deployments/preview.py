"""What a deployment would make, with all that the state knows before it runs: what a what-if compares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.live import Live
from armlib.deployment.scopes import id_key
from armlib.emulator.deployments.planning import Plan, Planner
from armlib.emulator.deployments.reading import StateReader
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.simplify import is_known, reveal
from armlib.expressions.values import Value


def previewed(plan: Plan, planner: Planner, reader: StateReader) -> list[ExpandedResource]:
    """Return the resources of *plan* as the state makes them known; what nothing is there for stays unknown.

    Resources whose conditions turn out not to hold are left out.

    Raises:
        Fault: An expression has no value.
    """
    live = Live(reader, keeps_absent=True)
    found: list[ExpandedResource] = []
    skipped: set[str] = set()  # keys of nested deployments whose resources are told otherwise, or not at all
    for resource in plan.expansion.resources:
        if resource.deployment is not None and id_key(resource.deployment) in skipped:
            if isinstance(resource.id, str):
                skipped.add(id_key(resource.id))
            continue
        known = _known(resource, live)
        if reveal(known.condition) is False:
            if isinstance(known.id, str):
                skipped.add(id_key(known.id))
            continue
        found.append(known)
        if known.nested is not None and known.nested.is_open and isinstance(known.id, str):
            opened = _opened(known, plan, planner, live)
            if opened is not None:
                skipped.add(id_key(known.id))
                found += opened
    return found


def _known(resource: ExpandedResource, live: Live) -> ExpandedResource:
    try:
        return live.resource(resource)
    except EvaluationFault as fault:
        message = f"Unable to process template language expressions for resource '{resource.id}'. '{fault.message}'"
        target = resource.id if isinstance(resource.id, str) else None
        raise Fault(400, "InvalidTemplate", message, target=target, hint=fault.hint) from fault


def _opened(resource: ExpandedResource, plan: Plan, planner: Planner, live: Live) -> Sequence[ExpandedResource] | None:
    """Return what a nested deployment makes whose loops the state says more of; None when it does not."""
    nested = resource.nested
    if nested is None or nested.is_outer or resource.environment is None:
        return None
    try:
        arguments: dict[str, Value] = {
            name: live.value(value, resource.environment) for name, value in nested.arguments.items()
        }
    except EvaluationFault:
        return None
    if not is_known(arguments):
        return None
    expansion = planner.expand_open(resource, str(reveal(resource.name)), arguments, plan.context)
    return list(_inside(expansion.resources, str(resource.id), live))


def _inside(resources: Sequence[ExpandedResource], deployment: str, live: Live) -> Iterator[ExpandedResource]:
    for resource in resources:
        known = _known(resource, live)
        if reveal(known.condition) is not False:
            yield known if known.deployment is not None else replace(known, deployment=deployment)
