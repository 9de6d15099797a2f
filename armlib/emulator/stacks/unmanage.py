"""What becomes of resources that a stack manages no longer: deleted, those that hang on others first, or let go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.emulator.caller import Caller
from armlib.emulator.resources import Resources
from armlib.emulator.stacks.request import DELETE, DETACH, Actions


@dataclass(slots=True)
class Outcome:
    """What became of them, by id."""

    deleted: list[str] = field(default_factory=list)
    detached: list[str] = field(default_factory=list)
    failed: dict[str, Fault] = field(default_factory=dict)


def unmanage(resources: Resources, ids: Iterable[str], actions: Actions, caller: Caller) -> Outcome:
    """Do what *actions* says to the resources *ids*, and tell what became of each."""
    outcome = Outcome()
    doomed: list[str] = []
    for id_ in ids:
        if actions.of(id_) == DELETE:
            doomed.append(id_)
        else:
            outcome.detached.append(id_)
    pending = sorted(doomed, key=_rank)
    while pending:
        refused: dict[str, Fault] = {}
        for id_ in pending:
            try:
                _delete(resources, id_, caller)
                outcome.deleted.append(id_)
            except Fault as fault:
                if fault.status == 405 and actions.unsupported == DETACH:
                    outcome.detached.append(id_)
                else:
                    refused[id_] = fault
        if len(refused) == len(pending):
            outcome.failed = refused
            break
        pending = list(refused)
    return outcome


def _delete(resources: Resources, id_: str, caller: Caller) -> None:
    """Delete *id_*; a group only when nothing is left in it, because the rest is not the stack's."""
    if _is_group(id_) and resources.find(id_) is not None:
        rest = [str(each["id"]) for each in resources.list(id_).items]
        if rest:
            raise Fault(
                409,
                "DeploymentStackDeleteResourcesFailed",
                f"The resource group '{id_}' is not deleted: it has resources that the stack does not manage, such as "
                f"'{rest[0]}'.",
                target=id_,
            )
    try:
        resources.delete(id_, caller=caller)
    except Fault as fault:
        if fault.status != 404:
            raise


def _is_group(id_: str) -> bool:
    return id_key(id_).split("/")[-2:-1] == ["resourcegroups"]


def _rank(id_: str) -> tuple[int, int]:
    """Return where in the order of deletion *id_* stands: children first, groups and management groups last."""
    segments = id_key(id_).split("/")
    kind = {"resourcegroups": 1, "managementgroups": 2}.get(segments[-2], 0) if len(segments) > 1 else 0
    return kind, -len(segments)
