"""Resource groups, and what is done to all that is in one."""

from __future__ import annotations

from armlib.emulator.addresses import parse_address
from armlib.emulator.filters import parse_filter
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.lro import begin

_PATIENCE = 20.0  # seconds in which an export is answered at once


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
    for guard in call.engine.resources.guards:  # what is locked is refused at once, and not at the end
        guard(parse_address(call.path), "delete", call.caller)

    def work() -> int:
        call.engine.resources.delete(call.path, caller=call.caller)
        return 200

    return begin(call, "deleteResourceGroup", call.path, work)


def list_(call: Call) -> Answer:
    """Answer GET of the resource groups of a subscription."""
    wanted = parse_filter(call.query.get("$filter"))
    found = [group for group in call.engine.scopes.groups(call.path.rpartition("/")[0]) if wanted(group)]
    return call.slice(found)


def export(call: Call) -> Answer:
    """Answer POST of exportTemplate, ``{template}``."""
    group, body = call.path.rpartition("/")[0], call.body

    def work() -> Answer:
        return Answer(json=call.engine.exports.group(group, body))

    return call.service.background.run(call, work, patience=_PATIENCE)


def move(call: Call) -> Answer:
    """Answer POST of moveResources: 202, later 204."""
    group, body = call.path.rpartition("/")[0], call.body

    call.engine.moves.validate(group, body, caller=call.caller)

    def work() -> int:
        call.engine.moves.move(group, body, caller=call.caller)
        return 204

    return begin(call, "moveResources", group, work)


def validate_move(call: Call) -> Answer:
    """Answer POST of validateMoveResources: 204, or what is in the way."""
    call.engine.moves.validate(call.path.rpartition("/")[0], call.body, caller=call.caller)
    return Answer(status=204)
