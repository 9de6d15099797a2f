"""Managed identities, and what of them is assigned to resources."""

from __future__ import annotations

import json
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed
from armlib.emulator.providers.made_up import guid
from armlib.emulator.providers.protocol import Provider, Put


class UserAssignedIdentities(Generic):
    """``Microsoft.ManagedIdentity/userAssignedIdentities``."""

    types = ("Microsoft.ManagedIdentity/userAssignedIdentities",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a principal and a client."""
        made = {
            "principalId": guid(f"principal of {put.id}"),
            "clientId": guid(f"client of {put.id}"),
            "tenantId": put.view.tenant,
        }
        return completed(super().fill(put), made=made)


def check_identity(put: Put) -> None:
    """Raise a fault when a user-assigned identity that *put* is to have is not there."""
    identity = put.body.get("identity")
    users = identity.get("userAssignedIdentities") if isinstance(identity, dict) else None
    if not isinstance(users, dict) or not put.view.checks_references or put.preflight:
        return
    for user, value in users.items():
        if value is not None and not put.view.exists(user):
            inner = {"error": {"code": "BadRequest", "message": f"Resource '{user}' was not found."}}
            raise Fault(
                400,
                "FailedIdentityOperation",
                f"Identity operation for resource '{put.id}' failed with error 'Failed to perform resource identity "
                f"operation. Status: 'BadRequest'. Response: '{json.dumps(inner)}''.",
                target=put.id,
            )


PROVIDERS: Final[tuple[Provider, ...]] = (UserAssignedIdentities(),)
