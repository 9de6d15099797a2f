"""Subscriptions, tenants and locations."""

from __future__ import annotations

from armlib.emulator.http.call import Answer, Call
from armlib.emulator.regions import locations as all_locations

_NO_MORE = ""  # the description wants a link even where nothing follows


def list_(call: Call) -> Answer:
    """Answer GET of the subscriptions."""
    return Answer(json={"value": [*call.engine.scopes.subscriptions()], "nextLink": _NO_MORE})


def get(call: Call) -> Answer:
    """Answer GET of a subscription."""
    return Answer(json=call.engine.resources.get(call.path))


def locations(call: Call) -> Answer:
    """Answer GET of the locations of a subscription."""
    subscription = call.engine.resources.get(call.path.rpartition("/")[0])
    return call.page(all_locations(str(subscription["id"])), None)


def tenants(call: Call) -> Answer:
    """Answer GET of the tenants: there is one."""
    return Answer(json={"value": [call.engine.scopes.tenant], "nextLink": _NO_MORE})
