"""What is there of each resource that is wanted: its state, what was sent last, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.deployment.target import Reader
from armlib.jsontypes import JsonObject

# Refusals that say something of one resource; any other stops the whole.
_OF_ONE: Final = frozenset({400, 403, 405, 409, 501})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """What is at an id: its *state*, None when there is nothing; what was *sent* last, where that is known.

    *fault* is why the state cannot be told.
    """

    state: JsonObject | None = None
    sent: JsonObject | None = None
    fault: Fault | None = None


def read_states(wanted: Sequence[tuple[str, str | None]], reader: Reader, workers: int = 1) -> Mapping[str, Actual]:
    """Return what is at each of the ids in *wanted*, ``(id, API version)``, by its key.

    Args:
        wanted: What to read.
        reader: Reads the state.
        workers: How many reads run at a time; the reader must allow it.

    Raises:
        Fault: The target cannot be read at all.
    """
    if workers > 1:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            states = list(pool.map(lambda each: _read(reader, *each), wanted))
    else:
        states = [_read(reader, *each) for each in wanted]
    return {id_key(id_): state for (id_, _), state in zip(wanted, states, strict=True)}


def read_list(scope: str, reader: Reader) -> tuple[list[JsonObject], Fault | None]:
    """Return the resources in *scope*, none when there is no such scope; the fault when they may not be listed."""
    try:
        return list(reader.list(scope)), None
    except Fault as fault:
        if fault.status == 404:
            return [], None
        if fault.status not in _OF_ONE:
            raise
        return [], fault


def read_each(ids: Iterable[str], reader: Reader) -> Mapping[str, Actual]:
    """Return what is at *ids*, by key."""
    return read_states([(id_, None) for id_ in ids], reader)


def _read(reader: Reader, id_: str, api_version: str | None) -> Actual:
    try:
        state = reader.get(id_, api_version)
    except Fault as fault:
        if fault.status == 404:
            return Actual()
        if fault.status not in _OF_ONE:
            raise
        return Actual(fault=fault)
    return Actual() if state is None else Actual(state=state, sent=reader.baseline(id_))
