"""Locks: what they keep from being changed or deleted.

Source: "Lock your resources to protect your infrastructure", Azure Resource Manager documentation.
"""

from __future__ import annotations

from typing import Final

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address
from armlib.emulator.caller import Caller
from armlib.emulator.store import Store

TYPE: Final = "microsoft.authorization/locks"
_READ_ONLY: Final = "readonly"


class Locks:
    """The locks of a state; :meth:`guard` is a guard of ``Resources``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def guard(self, address: Address, verb: str, caller: Caller) -> None:
        """Raise a fault when a lock, on the resource or on what it lies in, forbids what is asked.

        What has a locked resource inside cannot be deleted either. Locks themselves are not locked.
        """
        if address.type_key == TYPE or not self._store.has_type(TYPE):
            return
        locked = [scope for scope, level in self._levels() if _concerns(scope, level, address.key, verb)]
        if locked:
            names = "', '".join(dict.fromkeys(self._store.id_of(scope) or scope for scope in locked))
            done = "delete" if verb == "delete" else "write"
            raise Fault(
                409,
                "ScopeLocked",
                f"The scope '{address.id}' cannot perform {done} operation because following scope(s) are locked: "
                f"'{names}'. Please remove the lock and try again.",
                target=address.id,
            )

    def _levels(self) -> list[tuple[str, str]]:
        found = []
        for row in self._store.of_type(TYPE):
            properties = row.value.get("properties")
            level = properties.get("level") if isinstance(properties, dict) else None
            found.append((row.parent, str(level).casefold()))
        return found


def _concerns(scope: str, level: str, key: str, verb: str) -> bool:
    is_above = key == scope or key.startswith(scope + "/")
    if verb == "delete":
        return is_above or scope.startswith(key + "/")
    return is_above and level == _READ_ONLY
