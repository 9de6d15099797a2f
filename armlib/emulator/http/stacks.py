"""Deployment stacks."""

from __future__ import annotations

from typing import Any

from armlib.deployment.fault import Fault
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.lro import status_answer, watched
from armlib.jsontypes import JsonObject

_PATIENCE = 20.0  # seconds in which a validation is answered at once


def put(call: Call) -> Answer:
    """Answer PUT of a stack: it is accepted, and runs."""
    was_there = call.engine.stacks.find(call.scope, call.name) is not None
    found: Any = call.engine.stacks.create(call.scope, call.name, call.body, caller=call.caller)
    answer = Answer(status=200 if was_there else 201, json=found)
    operation = found["properties"]["correlationId"]
    place = f"{call.scope}/providers/Microsoft.Resources/locations/{_location(found)}"
    url = call.url(f"{place}/deploymentStackOperationStatus/{operation}", stack=call.name)
    return watched(answer, url)


def get(call: Call) -> Answer:
    """Answer GET of a stack."""
    return Answer(json=call.engine.stacks.get(call.scope, call.name))


def delete(call: Call) -> Answer:
    """Answer DELETE of a stack: 202, later 200; what becomes of its resources is in the query."""
    if call.engine.stacks.find(call.scope, call.name) is None:
        return Answer(status=204)
    unmanage = unmanage_actions(call)

    def work() -> Answer:
        call.engine.stacks.delete(call.scope, call.name, caller=call.caller, **unmanage)
        return Answer(status=200)

    return call.service.background.run(call, work)


def list_(call: Call) -> Answer:
    """Answer GET of the stacks of a scope."""
    return call.page(call.engine.stacks.list(call.scope), None)


def validate(call: Call) -> Answer:
    """Answer POST of a validation; what is wrong is an error with status 400."""
    body = call.body

    def work() -> Answer:
        return Answer(json=call.engine.stacks.validate(call.scope, call.name, body))

    return call.service.background.run(call, work, patience=_PATIENCE)


def what_if(call: Call) -> Answer:
    """Refuse what is not there yet.

    Raises:
        Fault: 501 ``NotImplemented``, which clients do not repeat.
    """
    message = "The local Azure Resource Manager has no what-if of deployment stacks yet. Use that of deployments."
    raise Fault(501, "NotImplemented", message)


def export(call: Call) -> Answer:
    """Answer POST of exportTemplate, ``{template}``."""
    return Answer(json=call.engine.stacks.export(call.scope, call.name))


def status(call: Call) -> Answer:
    """Answer how far a stack is, ``{status, error}``.

    Raises:
        Fault: 404: it is another operation that the stack is in.
    """
    operation, name = call.names["operation"], call.query.get("stack", "")
    found: dict[str, Any] | None = call.engine.stacks.find(call.scope, name)
    if found is None or str(found["properties"]["correlationId"]).casefold() != operation.casefold():
        raise Fault(404, "OperationNotFound", f"The operation '{operation}' could not be found.")
    properties = found["properties"]
    state = str(properties["provisioningState"])
    return status_answer(call.path, operation, state[:1].upper() + state[1:], properties.get("error"))


def unmanage_actions(call: Call) -> dict[str, Any]:
    """Return what becomes of the resources of a stack that is deleted, and whether it may be out of step."""
    actions: JsonObject = {}
    for name in ("Resources", "ResourceGroups", "ManagementGroups", "ResourcesWithoutDeleteSupport"):
        chosen = call.query.get(f"unmanageaction.{name.casefold()}")
        if chosen is not None:
            actions[name[0].lower() + name[1:]] = chosen
    bypass = call.query.get("bypassstackoutofsyncerror", "").casefold() == "true"
    return {"actions": actions, "bypass": bypass}


def _location(found: dict[str, Any]) -> str:
    return str(found.get("location") or "global")
