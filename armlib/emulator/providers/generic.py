"""The answer for any type: what was sent, with what every service adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from armlib.emulator.providers.made_up import guid
from armlib.emulator.providers.protocol import Act, Gone, Implied, Put, View
from armlib.jsontypes import Json, JsonObject

SUCCEEDED: Final = "Succeeded"
_OF_THE_REQUEST: Final = frozenset(("id", "name", "type", "apiVersion", "dependsOn", "condition", "comments", "scope"))


class Generic:
    """Keeps what is sent; a special provider overrides what its service does beside that."""

    types: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    def check(self, put: Put) -> None:
        """Accept everything."""

    def fill(self, put: Put) -> JsonObject:
        """Return the body with ``id``, ``name``, ``type``, ``provisioningState`` and identities."""
        filled = envelope(put)
        properties = filled.get("properties")
        if put.shape is None or put.shape.has_state:
            known = properties if isinstance(properties, dict) else {}
            filled["properties"] = {**known, "provisioningState": SUCCEEDED}
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
        """Answer nothing."""
        return None

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
