"""What complete mode deletes of a resource group: all that is not in the template, what hangs on others first."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from typing import NamedTuple

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.deployment.whatif.rules import kept_by_complete_mode
from armlib.emulator.caller import Caller
from armlib.emulator.resources import Resources


class Cleaned(NamedTuple):
    """What became of a resource that is to be deleted: *fault* when it stays."""

    id: str
    type: str
    name: str
    fault: Fault | None
    seconds: float


def clean_up(resources: Resources, group: str, keep: Collection[str], caller: Caller) -> Iterator[Cleaned]:
    """Delete the resources of *group* whose ids are not in *keep* (folded ids), and tell of each.

    What a service refuses to delete because another resource uses it is tried again when that one is gone.
    """
    listed = [item for item in resources.list(group).items if _goes(str(item["id"]), str(item["type"]), keep)]
    pending = sorted(listed, key=lambda item: str(item["id"]).count("/"), reverse=True)
    while pending:
        refused: list[tuple[object, Cleaned]] = []
        for item in pending:
            id_, type_ = str(item["id"]), str(item["type"])
            started = time.monotonic()
            fault: Fault | None = None
            try:
                gone = resources.delete(id_, caller=caller)
            except Fault as found:
                fault, gone = found, True
                fault.target = fault.target or id_
            done = Cleaned(id_, type_, str(item["name"]), fault, time.monotonic() - started)
            if fault is not None:
                refused.append((item, done))
            elif gone:
                yield done
        if len(refused) == len(pending):
            yield from (done for _, done in refused)
            return
        pending = [item for item, _ in refused]  # type: ignore[misc]


def _goes(id_: str, type_: str, keep: Collection[str]) -> bool:
    if kept_by_complete_mode(type_, id_.rpartition("/")[2]) is not None:
        return False
    key = id_key(id_)
    return key not in keep and not any(kept.startswith(f"{key}/") for kept in keep)
