"""What an engine is opened with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

TENANT: Final = "00000000-0000-4000-8000-000000000001"
SUBSCRIPTION: Final = "00000000-0000-4000-8000-000000000002"

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How strict an engine is, and what it starts with.

    Attributes:
        types: Whether types and API versions are checked against the installed definitions.
        bodies: Whether bodies are.
        references: Whether what a resource names or lies in must exist; otherwise parents and groups that are missing
            are made, empty, when something is put into them.
        services: Whether services refuse what they would: names that are taken or malformed, ranges that overlap.
        subscriptions: Whether a subscription must have been made; otherwise any is taken as existing.
        quotas: How many resources of a type a subscription may have, by type.
        tenant_id: The id of the one tenant.
        subscription_id: The id of the subscription that is there from the start.
        definitions: Where the type definitions are; None for where ``armlib types install`` puts them.
        rules: Faults and latencies, as ``rules.py`` reads them.
        clock: Tells the time, in UTC.
        sleep: Waits for a number of seconds, when a rule says so.
    """

    types: bool = True
    bodies: bool = True
    references: bool = True
    services: bool = True
    subscriptions: bool = False
    quotas: Mapping[str, int] = field(default_factory=dict)
    tenant_id: str = TENANT
    subscription_id: str = SUBSCRIPTION
    definitions: Path | None = None
    rules: tuple[str, ...] = ()
    clock: Clock = system_clock
    sleep: Callable[[float], None] = time.sleep


def timestamp(moment: datetime) -> str:
    """Return *moment* as the service writes times, ``2024-01-31T12:00:00.0000000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "0Z"
