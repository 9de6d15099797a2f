"""A saved preview: a deployment as it was looked at, to be made exactly so, or not at all when the state has moved.

The file has the template, the parameters that are no secrets, and a fingerprint of the state that the changes were
worked out from. Secrets are not in it; their names are, and their values are given again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from armlib.deployment.scopes import id_key
from armlib.deployment.whatif.model import Change, WhatIf
from armlib.errors import InputError
from armlib.jsontypes import Json, JsonObject

FORMAT = 1


class PlanError(InputError):
    """A plan that cannot be carried out."""

    code = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was looked at.

    *where* is the target as it was said, ``{local, cloud, endpoint}``; *how* the members of a submission beside its
    template and parameters. *states* are the changes by id, each as a digest of its kind and of what was there before.
    """

    where: JsonObject
    scope: str
    name: str
    template: JsonObject
    parameters: Mapping[str, Json]
    secrets: tuple[str, ...]
    how: JsonObject
    states: Mapping[str, str]
    changes: JsonObject = field(default_factory=dict)  # for people and other programs; nothing here reads it
    made: str = ""


def states_of(changes: WhatIf) -> dict[str, str]:
    """Return a digest of each of *changes* by the key of its id."""
    return {id_key(change.id): _digest(change) for change in (*changes.changes, *changes.potential)}


def moved(plan: Plan, changes: WhatIf) -> list[str]:
    """Return the ids of what is not as it was when *plan* was made, by what *changes* there would be now."""
    now = states_of(changes)
    spelt = {id_key(change.id): change.id for change in (*changes.changes, *changes.potential)}
    keys: Iterable[str] = dict.fromkeys((*plan.states, *now))
    return [spelt.get(key, key) for key in keys if plan.states.get(key) != now.get(key)]


def _digest(change: Change) -> str:
    seen: Any = [change.kind, change.before, [[part.path, part.kind] for part in change.delta]]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def write_plan(plan: Plan) -> JsonObject:
    """Return *plan* as the JSON of its file."""
    return {
        "armlibPlan": FORMAT,
        "made": plan.made,
        "where": plan.where,
        "scope": plan.scope,
        "name": plan.name,
        "how": plan.how,
        "secrets": list(plan.secrets),
        "changes": plan.changes,
        "states": dict(plan.states),
        "parameters": dict(plan.parameters),
        "template": plan.template,
    }


def read_plan(value: Json, file: str) -> Plan:
    """Return the plan that the JSON *value* of *file* is.

    Raises:
        PlanError: It is none, or one of another version of armlib.
    """
    if not isinstance(value, dict) or "armlibPlan" not in value:
        raise PlanError(f"{file} is no plan", hint="make one with 'armlib what-if … --plan FILE'")
    if value["armlibPlan"] != FORMAT:
        raise PlanError(f"{file} is a plan of another version of armlib", hint="make it again")
    found: Any = value
    try:
        return Plan(
            where=dict(found["where"]),
            scope=str(found["scope"]),
            name=str(found["name"]),
            template=dict(found["template"]),
            parameters=dict(found["parameters"]),
            secrets=tuple(map(str, found["secrets"])),
            how=dict(found["how"]),
            states={str(key): str(digest) for key, digest in found["states"].items()},
            made=str(found.get("made", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"{file} is a plan with a part that is missing or wrong", hint="make it again") from error
