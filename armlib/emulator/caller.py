"""Who asks for a change."""

from __future__ import annotations

from armlib.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who writes: for locks, deny settings, owners of names, events.

    Attributes:
        deployment: The id of the deployment that does it.
        stack: The id of the deployment stack behind it.
        correlation_id: What all events of one request have in common.
        name: Who it is, for the activity log.
    """

    deployment: str | None = None
    stack: str | None = None
    correlation_id: str | None = None
    name: str | None = None


ANYONE = Caller()
