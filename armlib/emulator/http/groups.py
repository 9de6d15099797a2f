"""Resource groups."""

from __future__ import annotations

from armlib.emulator.filters import parse_filter
from armlib.emulator.http.call import Answer, Call


def put(call: Call) -> Answer:
    """Answer PUT of a resource group: 201 when it is new, 200 when it was there."""
    stored = call.engine.resources.put(call.path, call.api_version, call.body, caller=call.caller)
    return Answer(status=201 if stored.created else 200, json=stored.body)


def patch(call: Call) -> Answer:
    """Answer PATCH of a resource group."""
    return Answer(json=call.engine.resources.patch(call.path, call.api_version, call.body, caller=call.caller).body)


def delete(call: Call) -> Answer:
    """Answer DELETE of a resource group: 202, later 200."""
    call.engine.resources.get(call.path)

    def work() -> Answer:
        call.engine.resources.delete(call.path, caller=call.caller)
        return Answer(status=200)

    return call.service.background.run(call, work)


def list_(call: Call) -> Answer:
    """Answer GET of the resource groups of a subscription."""
    wanted = parse_filter(call.query.get("$filter"))
    found = [group for group in call.engine.scopes.groups(call.path.rpartition("/")[0]) if wanted(group)]
    return call.slice(found)
