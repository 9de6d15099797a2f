"""What there is in a state, for people."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from armlib.dataclass import dataclass
from armlib.emulator.engine import Engine
from armlib.emulator.store import DEPLOYMENTS, STACKS
from armlib.files import write_private_file
from armlib.jsontypes import JsonObject

_GROUPS: Final = "microsoft.resources/resourcegroups"
_SUBSCRIPTIONS: Final = "microsoft.resources/subscriptions"
_MANAGEMENT_GROUPS: Final = "microsoft.management/managementgroups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How much there is in a state.

    *counts* are by what is counted, ``resources`` for one; *problems* is empty when the state is sound; *server* is the
    address of the server that serves it, None when there is none.
    """

    path: Path
    size: int  # bytes
    counts: dict[str, int]
    problems: Sequence[str]
    server: str | None

    def as_json(self) -> JsonObject:
        """Return it for programs."""
        return {
            "state": str(self.path),
            "bytes": self.size,
            **self.counts,
            "problems": list(self.problems),
            "server": self.server,
        }


def status(engine: Engine, path: Path) -> Status:
    """Return how much there is in the state of *engine*, which is the file *path*."""
    return Status(
        path=path,
        size=path.stat().st_size,
        counts=counts(engine),
        problems=engine.check(),
        server=running_server(path),
    )


def counts(engine: Engine) -> dict[str, int]:
    """Return how much there is, by what is counted."""
    store = engine.store
    scopes = {"subscriptions": _SUBSCRIPTIONS, "resourceGroups": _GROUPS, "managementGroups": _MANAGEMENT_GROUPS}
    found = {name: store.count(type_) for name, type_ in scopes.items()}
    total = int(store.rows("select count(*) from resources")[0][0])
    found["resources"] = total - sum(found.values())
    found |= {"deployments": store.document_count(DEPLOYMENTS), "stacks": store.document_count(STACKS)}
    found["events"] = int(store.rows("select count(*) from events")[0][0])
    return found


def as_text(found: Status) -> str:
    """Return *found* as lines."""
    words = {"resourceGroups": "resource groups", "managementGroups": "management groups"}
    lines = [f"state      {found.path} ({found.size / 1024:.0f} KiB)", f"server     {found.server or 'none'}"]
    lines += [f"{count:>9}  {words.get(name, name)}" for name, count in found.counts.items()]
    lines += [f"problem    {problem}" for problem in found.problems] or ["the state is sound"]
    return "\n".join(lines) + "\n"


def contents(engine: Engine) -> list[str]:
    """Return the ids of all resource groups and resources, what lies inside a thing after it."""
    rows = engine.store.rows(
        "select id from resources where type not in (?, ?) order by key", _SUBSCRIPTIONS, _MANAGEMENT_GROUPS
    )
    return [str(id_) for (id_,) in rows]


def fidelity_as_text(types: Sequence[JsonObject]) -> str:
    """Return how closely types are followed, a line each."""
    return "".join(f"{each['fidelity']:<8} {each['type']}\n" for each in types)


# Which server serves a state is written down beside it


def note_server(state: Path, url: str) -> None:
    """Write down that this process serves *state* at *url*."""
    write_private_file(_note(state), json.dumps({"pid": os.getpid(), "url": url}).encode())


def forget_server(state: Path) -> None:
    """Take back what :func:`note_server` wrote, unless another server has written since."""
    if _noted(state).get("pid") == os.getpid():
        _note(state).unlink(missing_ok=True)


def running_server(state: Path) -> str | None:
    """Return the address of the server that serves *state*, None when there is none."""
    noted = _noted(state)
    try:
        os.kill(int(noted["pid"]), 0)
    except (KeyError, ValueError, OSError):
        return None
    return str(noted.get("url"))


def _note(state: Path) -> Path:
    return state.with_name(state.name + ".server")


def _noted(state: Path) -> dict[str, Any]:
    try:
        found = json.loads(_note(state).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
