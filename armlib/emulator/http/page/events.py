"""The activity log: its page, and tables of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.page.layout import Rows, heading, nothing, page, pill, section, table
from armlib.emulator.http.page.links import link
from armlib.emulator.http.page.values import time_view
from armlib.jsontypes import JsonObject
from armlib.report.markup import Html

_MOST_EVENTS = 200


def events_page(call: Call, id_: str) -> Answer:
    """Answer with the page of the events of what has the id *id_*."""
    events = call.engine.events.list(id_, top=_MOST_EVENTS)
    return page("Events", heading("Events", id_ or None, [("Start", "")]), event_table("Newest first", events))


def event_table(title: str, events: Sequence[JsonObject]) -> Html:
    """Return *events* as a table."""
    if not events:
        return nothing(title, "There is none.")
    rows: Rows = []
    for event in events:
        id_ = str(event["resourceId"])
        rows.append(
            [
                time_view(str(event["eventTimestamp"])),
                str(_localized(event, "operationName")),
                link(id_, id_.rpartition("/")[2] or "tenant", title=id_),
                pill(str(_localized(event, "status"))),
            ]
        )
    return section(title, table(("Time (UTC)", "Operation", "Resource", "Status"), rows, tight=(0, 3)))


def _localized(event: Mapping[str, Any], name: str) -> str:
    found = event.get(name) or {}
    return str(found.get("localizedValue") or found.get("value") or "")
