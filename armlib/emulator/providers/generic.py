"""The answer for any type: what was sent, with what every service adds and what the definition says of this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.filling import Surroundings, fill
from armlib.emulator.providers.made_up import guid
from armlib.emulator.providers.protocol import Act, Gone, Implied, Put, View
from armlib.jsontypes import Json, JsonObject

SUCCEEDED: Final = "Succeeded"
_OF_THE_REQUEST: Final = frozenset(("id", "name", "type", "apiVersion", "dependsOn", "condition", "comments", "scope"))


class Generic:
    """Keeps what is sent; a special provider overrides what its service does beside that."""

    types: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    always: tuple[str, ...] = ()

    def check(self, put: Put) -> None:
        """Accept everything."""

    def fill(self, put: Put) -> dict[str, Any]:
        """Return the body with ``id``, ``name``, ``type``, ``provisioningState``, identities and made-up values."""
        filled = envelope(put)
        properties = dict(put.properties)
        if put.shape is not None and put.shape.fillings:
            was = put.existing.get("properties") if put.existing else None
            around = Surroundings(put.id, filled["type"], put.view.now, put.view.tenant)
            properties = fill(properties, was, put.shape.fillings, around)
        if put.shape is None or put.shape.has_state:
            properties["provisioningState"] = SUCCEEDED
        if properties or "properties" in filled:
            filled["properties"] = properties
        return filled

    def implied(self, put: Put) -> Sequence[Implied]:
        """Make nothing else."""
        return ()

    def dropped(self, put: Put) -> Sequence[str]:
        """Do away with nothing."""
        return ()

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Answer what is kept."""
        return stored

    def act(self, call: Act) -> Json:
        """Answer a list with made-up values, as the definition has it, and anything else with nothing."""
        type_ = str(call.resource.get("type", call.address.type))
        around = Surroundings(call.id, type_, call.view.now, call.view.tenant)
        found: Json = call.definitions.answer(type_, call.api_version, call.action, around)
        if found is None and call.action.casefold().startswith("list"):
            return _unknown_list(call)
        return found

    def may_delete(self, gone: Gone) -> None:
        """Let it go."""


def envelope(put: Put) -> dict[str, Any]:
    """Return the body with what every resource has: ``id``, ``name``, ``type``, and ids for its identities."""
    address = put.address
    type_ = put.shape.name if put.shape is not None else address.type
    filled: dict[str, Any] = {"id": address.id, "name": address.name, "type": type_}
    filled.update(item for item in put.body.items() if item[0] not in _OF_THE_REQUEST)
    identity = filled.get("identity")
    if isinstance(identity, dict):
        filled["identity"] = _identity(address.id, identity, put.view)
    return filled


def completed(
    filled: dict[str, Any], *, defaults: Mapping[str, Any] | None = None, made: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return *filled* with further properties: *defaults* where nothing was sent, *made* in any case.

    What was sent under a name in another spelling counts as sent, and what is *made* takes its place.
    """
    properties = filled.get("properties")
    sent = properties if isinstance(properties, dict) else {}
    spelt = {name.casefold(): name for name in sent}
    absent = {name: value for name, value in (defaults or {}).items() if name.casefold() not in spelt}
    again = {spelt.get(name.casefold(), name): value for name, value in (made or {}).items()}
    return {**filled, "properties": {**absent, **sent, **again}}


def kept_from_before(put: Put, name: str, new: Any) -> Any:
    """Return what the property *name* was, or *new* when it was nothing."""
    was = put.existing.get("properties") if put.existing else None
    known = was.get(name) if isinstance(was, dict) else None
    return new if known is None else known


def value_at(body: Json, *path: str | int) -> Any:
    """Return what is at *path*, None when there is nothing."""
    value: Any = body
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_at(body: Json, *path: str | int) -> str:
    """Return the text at *path*, "" when there is none."""
    value = value_at(body, *path)
    return value if isinstance(value, str) else ""


def object_at(body: Json, *path: str) -> dict[str, Any]:
    """Return the object at *path*, an empty one when there is none."""
    value = value_at(body, *path)
    return value if isinstance(value, dict) else {}


def objects_at(body: Json, *path: str) -> list[dict[str, Any]]:
    """Return the objects of the list at *path*, none when there is none."""
    value = value_at(body, *path)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def name_taken(put: Put) -> bool:
    """Return whether another resource of the type has the name, anywhere; a new one only is asked for."""
    return put.existing is None and any(
        id_.casefold() != put.address.key for id_ in put.view.named(put.address.type, put.address.name)
    )


def _unknown_list(call: Act) -> Json:
    """Refuse a list that the definition of the type does not have, and answer nothing where there is no definition."""
    type_ = str(call.resource.get("type", call.address.type))
    if call.definitions.functions(type_, call.api_version):
        kinds = type_.partition("/")[2]
        namespace = type_.partition("/")[0]
        raise Fault(
            404,
            "InvalidResourceType",
            f"The resource type '{kinds}/{call.action}' could not be found in the namespace '{namespace}' for api "
            f"version '{call.api_version}'.",
            target=call.id,
        )
    return {}


def _identity(id_: str, identity: JsonObject, view: View) -> JsonObject:
    """Return the identity of a resource with the ids of its principals.

    Source: common-types v6, managedidentity.json.
    """
    kind = str(identity.get("type", "")).casefold()
    filled = dict(identity)
    if "systemassigned" in kind:
        filled |= {"principalId": guid(f"principal of {id_}"), "tenantId": view.tenant}
    users = identity.get("userAssignedIdentities")
    if isinstance(users, dict):
        filled["userAssignedIdentities"] = {
            user: {"principalId": guid(f"principal of {user}"), "clientId": guid(f"client of {user}")} for user in users
        }
    return filled
