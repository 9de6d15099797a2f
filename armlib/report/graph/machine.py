"""A dependency graph as JSON values, for scripts."""

from __future__ import annotations

from collections.abc import Sequence

from armlib.compiler.dependencies import Step
from armlib.jsontypes import Json


def as_json(steps: Sequence[Step]) -> list[Json]:
    """Return *steps* as objects ``{path, name, type, step, needs, loop, condition, existing, inside}``.

    *needs* are paths of the same list; *inside* is such a list, of what a deployment deploys.
    """
    return [
        {
            "path": step.path,
            "name": step.name,
            "type": step.type,
            "step": step.number,
            "needs": list(step.needs),
            "loop": step.is_loop,
            "condition": step.is_conditional,
            "existing": step.is_existing,
            "inside": as_json(step.inside),
        }
        for step in steps
    ]
