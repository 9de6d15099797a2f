"""The activity log: what was changed, by whom, and what was refused.

Source: "Activity Logs - List" of the Azure Monitor REST API.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from armlib.emulator.addresses import Address, parse_address
from armlib.emulator.caller import Caller
from armlib.emulator.providers.made_up import guid
from armlib.emulator.settings import Settings, timestamp
from armlib.emulator.store import Store, decode, encode
from armlib.jsontypes import JsonObject

_KEPT: Final = 10_000  # events; the oldest go
_EVERY: Final = 500  # events between two times that old ones are looked for
_FINE: Final = frozenset(("Succeeded", "Created"))


class Events:
    """The activity log of a state; :meth:`record` is a recorder of ``Resources``."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def record(self, address: Address, operation: str, caller: Caller, status: str) -> None:
        """Write down that *operation* (``write``, ``delete``, the name of an action) was done, or refused."""
        body: JsonObject = {"id": address.id, "operation": operation, "status": status}
        if caller.correlation_id:
            body["correlation"] = caller.correlation_id
        if caller.name or caller.deployment:
            body["caller"] = caller.name or caller.deployment
        number = self._store.run(
            "insert into events (scope, time, body) values (?, ?, ?)",
            address.key,
            timestamp(self._settings.clock()),
            encode(body),
        )
        if number % _EVERY == 0:
            self._store.run("delete from events where number <= ?", number - _KEPT)

    def list(
        self,
        scope: str = "",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        correlation_id: str | None = None,
        top: int = 200,
    ) -> list[JsonObject]:
        """Return the events of what lies in *scope*, newest first, as the log shows them."""
        key = parse_address(scope).key
        low = "" if since is None else timestamp(since)
        high = "9999" if until is None else timestamp(until)
        rows = self._store.rows(
            "select number, time, body from events where (scope = ? or (scope > ? and scope < ?))"
            " and time >= ? and time <= ? order by number desc",
            key,
            f"{key}/",
            f"{key}0",
            low,
            high,
        )
        found: list[JsonObject] = []
        for number, time, data in rows:
            event = self._shown(number, time, decode(data))
            if correlation_id is None or event["correlationId"] == correlation_id:
                found.append(event)
            if len(found) >= top:
                break
        return found

    def _shown(self, number: int, time: str, kept: dict[str, str]) -> JsonObject:
        address = parse_address(kept["id"])
        is_fine = kept["status"] in _FINE
        operation = kept["operation"]
        verb = operation if operation in ("write", "delete") else f"{operation}/action"
        group = address.group.rpartition("/")[2]
        return {
            "id": f"{address.id}/events/{guid(f'event {number}')}/ticks/{number}",
            "eventDataId": guid(f"event {number}"),
            "correlationId": kept.get("correlation") or guid(f"request {number}"),
            "eventName": {"value": "EndRequest", "localizedValue": "End request"},
            "category": {"value": "Administrative", "localizedValue": "Administrative"},
            "level": "Informational" if is_fine else "Error",
            "operationName": _named(f"{address.type}/{verb}"),
            "status": _named("Succeeded" if is_fine else "Failed"),
            "subStatus": _named("" if is_fine else kept["status"]),
            "caller": kept.get("caller", "local"),
            "resourceId": address.id,
            "resourceGroupName": group,
            "resourceProviderName": _named(address.namespace),
            "resourceType": _named(address.type),
            "subscriptionId": address.subscription.rpartition("/")[2],
            "tenantId": self._settings.tenant_id,
            "eventTimestamp": time,
            "submissionTimestamp": time,
        }


def _named(text: str) -> JsonObject:
    return {"value": text, "localizedValue": text}
