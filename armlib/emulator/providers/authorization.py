"""Locks, role assignments and role definitions."""

from __future__ import annotations

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic
from armlib.emulator.providers.protocol import Put
from armlib.jsontypes import JsonObject

_LEVELS = {"cannotdelete": "CanNotDelete", "readonly": "ReadOnly", "notspecified": "NotSpecified"}


class Locks(Generic):
    """``Microsoft.Authorization/locks``."""

    types = ("microsoft.authorization/locks",)

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

    def fill(self, put: Put) -> JsonObject:
        """Spell the level as the service does."""
        level = _LEVELS[str(put.properties["level"]).casefold()]
        return {
            "id": put.id,
            "name": put.address.name,
            "type": "Microsoft.Authorization/locks",
            "properties": {**put.properties, "level": level},
        }
