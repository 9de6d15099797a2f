"""Resource providers, and their registration."""

from __future__ import annotations

from armlib.deployment.fault import Fault
from armlib.emulator.http.call import Answer, Call
from armlib.jsontypes import JsonObject


def list_(call: Call) -> Answer:
    """Answer GET of the providers of a subscription, or of the tenant."""
    return call.slice(call.engine.catalogue.providers(_subscription(call)))


def get(call: Call) -> Answer:
    """Answer GET of a provider."""
    return Answer(json=_found(call))


def resource_types(call: Call) -> Answer:
    """Answer GET of the types of a provider."""
    return Answer(json={"value": _found(call)["resourceTypes"]})


def register(call: Call) -> Answer:
    """Answer POST of register."""
    return Answer(json=call.engine.catalogue.register(_own(call), call.names["namespace"]))


def unregister(call: Call) -> Answer:
    """Answer POST of unregister."""
    return Answer(json=call.engine.catalogue.unregister(_own(call), call.names["namespace"]))


def _found(call: Call) -> JsonObject:
    namespace = call.names["namespace"]
    found = call.engine.catalogue.provider(namespace, _subscription(call))
    if found is None:
        raise Fault(404, "InvalidResourceNamespace", f"The resource namespace '{namespace[:80]}' is invalid.")
    return found


def _own(call: Call) -> str:
    return f"/subscriptions/{call.names['subscription']}"


def _subscription(call: Call) -> str | None:
    """Return the id of the subscription in the path, if there is one."""
    return _own(call) if "subscription" in call.names else None
