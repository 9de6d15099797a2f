"""What is known of single types: what cannot be changed in place, what holds data, which lists a PUT replaces.

``rules.json`` has it: ``any`` is for every type, ``types`` by type, or by ``type:name`` for children whose name decides
what they are (``Microsoft.Web/sites/config:appsettings``). Paths are dotted, with ``*`` for the elements of arrays.

- ``immutable``: path -> why it cannot be changed; what lies below it cannot either.
- ``downtime``: path -> what a change interrupts.
- ``stateful``: what is lost with the resource.
- ``owned``: objects whose keys the template alone decides: a key that it does not mention is removed.
- ``replaced``: arrays that are emptied when the template does not mention them.
- ``merged``: arrays that stay when the template does not mention them, and are replaced when it does.
- ``hidden``: properties that are sent and never told again.
- ``readOnly``: properties that the service sets whatever is sent; the installed definitions tell the others.
- ``ordered``: names of arrays whose order means something.
- ``keptByCompleteMode``, ``deletedByCompleteMode``: root types and child types that are exceptions, or ``type:name``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("rules.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is known of one type; every path is case-folded."""

    immutable: Mapping[str, str]
    downtime: Mapping[str, str]
    stateful: str | None
    owned: frozenset[str]
    replaced: frozenset[str]
    merged: frozenset[str]
    hidden: frozenset[str]
    read_only: frozenset[str]

    def is_list(self, path: str) -> bool:
        """Return whether *path* is that of a list which a PUT replaces."""
        return path in self.replaced or path in self.merged

    def is_hidden(self, path: str) -> bool:
        """Return whether what is at *path* is sent and never told again."""
        return any(path == hidden or path.startswith(f"{hidden}.") for hidden in self.hidden)


def rules_for(type_: str, name: str = "") -> Rules:
    """Return what is known of resources of *type_*; *name* is the last segment of the resource's name."""
    folded, special = type_.casefold(), f"{type_}:{name}".casefold()
    return _merged(folded, special if special in _table()["types"] else "")


def ordered_names() -> frozenset[str]:
    """Return the case-folded names of arrays whose order means something."""
    return _folded_set("ordered")


def kept_by_complete_mode(type_: str, name: str = "") -> str | None:
    """Return why complete mode leaves resources of *type_* alone, None when it deletes them.

    *name* is the last segment of the resource's name: some are part of what is around them.
    """
    folded = type_.casefold()
    if f"{type_}:{name}".casefold() in _folded_set("keptByCompleteMode"):
        return "the resource is a part of its parent, and goes with it"
    if folded in _folded_set("deletedByCompleteMode"):
        return None
    if folded.count("/") > 1:
        return "complete mode does not delete child resources of this type; they go with their parent"
    if folded in _folded_set("keptByCompleteMode"):
        return "complete mode does not delete resources of this type"
    return None


@cache
def _merged(type_: str, special: str) -> Rules:
    table = _table()
    found = [table["any"], *(table["types"].get(key, {}) for key in (type_, special) if key)]
    return Rules(
        immutable=_paths(found, "immutable"),
        downtime=_paths(found, "downtime"),
        stateful=next((rules["stateful"] for rules in reversed(found) if "stateful" in rules), None),
        owned=frozenset(_paths(found, "owned")),
        replaced=frozenset(_paths(found, "replaced")),
        merged=frozenset(_paths(found, "merged")),
        hidden=frozenset(_paths(found, "hidden")),
        read_only=frozenset(_paths(found, "readOnly")),
    )


def _paths(found: list[dict[str, Any]], key: str) -> dict[str, str]:
    paths: dict[str, str] = {}
    for rules in found:
        given = rules.get(key, {})
        entries = given.items() if isinstance(given, dict) else ((path, "") for path in given)
        paths.update((path.casefold(), why) for path, why in entries)
    return paths


@cache
def _folded_set(key: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in _table()[key])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    table["types"] = {name.casefold(): rules for name, rules in table["types"].items()}
    return table
