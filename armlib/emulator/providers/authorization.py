"""Locks and role assignments.

Source: the REST API of Microsoft.Authorization, 2022-04-01; "Troubleshoot Azure RBAC".
"""

from __future__ import annotations

import re
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, kept_from_before, text_at
from armlib.emulator.providers.protocol import Provider, Put

_LEVELS: Final = {"cannotdelete": "CanNotDelete", "readonly": "ReadOnly", "notspecified": "NotSpecified"}
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)


class Locks(Generic):
    """``Microsoft.Authorization/locks``."""

    types = ("Microsoft.Authorization/locks",)

    def check(self, put: Put) -> None:
        """Want a level."""
        level = put.properties.get("level")
        if not isinstance(level, str) or level.casefold() not in _LEVELS:
            raise Fault(
                400,
                "LockLevelInvalid",
                f"The lock level '{level}' is invalid: it must be CanNotDelete or ReadOnly.",
                target=put.id,
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Spell the level as the service does."""
        level = _LEVELS[str(put.properties["level"]).casefold()]
        return {
            "id": put.id,
            "name": put.address.name,
            "type": "Microsoft.Authorization/locks",
            "properties": {**put.properties, "level": level},
        }


class RoleAssignments(Generic):
    """``Microsoft.Authorization/roleAssignments``: one for each scope, principal and role; it cannot become another."""

    types = ("Microsoft.Authorization/roleAssignments",)

    def check(self, put: Put) -> None:
        """Want a GUID for a name, and a principal and a role that the scope has not got together yet."""
        name = put.address.name
        if not _GUID.match(name):
            raise Fault(
                400,
                "InvalidRoleAssignmentId",
                f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.",
                target=put.id,
            )
        principal, role = _pair(put.body)
        if not principal or not role:
            raise Fault(
                400,
                "BadRequestFormat",
                "The request was incorrectly formatted: 'properties.principalId' and 'properties.roleDefinitionId' are "
                "required.",
                target=put.id,
            )
        if not _GUID.match(principal):
            raise Fault(
                400,
                "InvalidPrincipalId",
                f"A valid principal ID must be provided for role assignment, and '{principal}' is no GUID.",
                target=put.id,
            )
        if put.existing is not None:
            if _pair(put.existing) != (principal, role):
                raise Fault(
                    400,
                    "RoleAssignmentUpdateNotPermitted",
                    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
                    target=put.id,
                )
            return
        for other in put.view.list(put.address.type, put.address.scope, text_at(put.properties, "principalId")):
            same_scope = text_at(other, "properties", "scope").casefold() == (put.address.scope or "/").casefold()
            if same_scope and _pair(other) == (principal, role):
                raise Fault(
                    409,
                    "RoleAssignmentExists",
                    "The role assignment already exists. The ID of the existing role assignment is "
                    f"{_bare(other['name'])}.",
                    target=put.id,
                )

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the scope, and who made it when."""
        now = put.view.now
        defaults = {"principalType": "User", "condition": None, "conditionVersion": None}
        made = {
            "scope": put.address.scope or "/",
            "createdOn": kept_from_before(put, "createdOn", now),
            "updatedOn": now,
            "createdBy": "",
            "updatedBy": "",
        }
        properties = {**defaults, **put.properties, **made}
        return {
            "id": put.id,
            "name": put.address.name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {name: value for name, value in properties.items() if value is not None},
        }


def _pair(body: Any) -> tuple[str, str]:
    """Return the principal and the GUID of the role of an assignment."""
    role = text_at(body, "properties", "roleDefinitionId").casefold().rstrip("/").rpartition("/")[2]
    return text_at(body, "properties", "principalId").casefold(), role


def _bare(name: Any) -> str:
    return str(name).replace("-", "")


PROVIDERS: Final[tuple[Provider, ...]] = (
    Locks(),
    RoleAssignments(),
)
