"""Tags of any scope, and the names of tags in a subscription."""

from __future__ import annotations

from armlib.emulator.http.call import Answer, Call


def put(call: Call) -> Answer:
    """Answer PUT of the tags of a scope: they replace those that are there."""
    return Answer(json=call.engine.resources.put(call.path, call.api_version, call.body, caller=call.caller).body)


def patch(call: Call) -> Answer:
    """Answer PATCH of the tags of a scope: ``{operation: Merge|Replace|Delete, properties: {tags}}``."""
    return Answer(json=call.engine.resources.patch(call.path, call.api_version, call.body, caller=call.caller).body)


def delete(call: Call) -> Answer:
    """Answer DELETE of all the tags of a scope."""
    call.engine.resources.delete(call.path, caller=call.caller)
    return Answer(status=200)


def names(call: Call) -> Answer:
    """Answer GET of the names of tags in a subscription, with their values and how often they are used."""
    return call.slice(call.engine.tags.names(_subscription(call)))


def put_name(call: Call) -> Answer:
    """Answer PUT of the name of a tag: 201 when it is new."""
    found, made = call.engine.tags.make_name(_subscription(call), call.name)
    return Answer(status=201 if made else 200, json=found)


def delete_name(call: Call) -> Answer:
    """Answer DELETE of the name of a tag: 204 when it was not there."""
    return Answer(status=200 if call.engine.tags.delete_name(_subscription(call), call.name) else 204)


def put_value(call: Call) -> Answer:
    """Answer PUT of a value that a tag may have: 201 when it is new."""
    found, made = call.engine.tags.make_value(_subscription(call), call.name, call.names["value"])
    return Answer(status=201 if made else 200, json=found)


def delete_value(call: Call) -> Answer:
    """Answer DELETE of a value that a tag may have: 204 when it was not there."""
    was_there = call.engine.tags.delete_value(_subscription(call), call.name, call.names["value"])
    return Answer(status=200 if was_there else 204)


def _subscription(call: Call) -> str:
    return f"/subscriptions/{call.names['subscription']}"
