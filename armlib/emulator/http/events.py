"""The activity log."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from armlib.deployment.fault import Fault
from armlib.emulator.http.call import Answer, Call

_TERM = re.compile(r"\s*(\w+)\s+(eq|ge|le)\s+'?([^']*?)'?\s*\Z", re.IGNORECASE)


def list_(call: Call) -> Answer:
    """Answer GET of the events of a subscription: ``$filter=eventTimestamp ge '…' and resourceGroupName eq '…'``."""
    scope = f"/subscriptions/{call.names['subscription']}"
    terms = _terms(call.query.get("$filter", ""))
    group = terms.get(("resourcegroupname", "eq"))
    uri = terms.get(("resourceid", "eq")) or terms.get(("resourceuri", "eq"))
    if uri or group:
        scope = uri or f"{scope}/resourceGroups/{group}"
    found = call.engine.events.list(
        scope,
        since=_moment(terms.get(("eventtimestamp", "ge"))),
        until=_moment(terms.get(("eventtimestamp", "le"))),
        correlation_id=terms.get(("correlationid", "eq")),
    )
    return call.slice(found)


def _terms(text: str) -> dict[tuple[str, str], str]:
    """Return what a filter compares, by the name of the field and how it is compared, both in lower case."""
    found: dict[tuple[str, str], str] = {}
    for term in re.split(r"\s+and\s+", text, flags=re.IGNORECASE) if text.strip() else ():
        match = _TERM.match(term)
        if match is None:
            raise Fault(400, "BadRequest", f"The filter '{text[:200]}' is not valid: it is 'FIELD eq VALUE and …'.")
        found[match[1].casefold(), match[2].casefold()] = match[3]
    return found


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.replace("Z", "+00:00")))
    except ValueError as error:
        raise Fault(400, "BadRequest", f"'{text[:60]}' is no time, such as 2024-05-01T00:00:00Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
