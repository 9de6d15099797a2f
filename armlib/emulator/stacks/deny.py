"""Who may not change what a stack manages: its deny settings, as a guard of ``Resources``."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.emulator.addresses import Address
from armlib.emulator.caller import Caller
from armlib.emulator.stacks.request import NONE
from armlib.emulator.store import Store, decode
from armlib.jsontypes import JsonObject

_DENIALS: Final = "stack denials"


class Denials:
    """What the stacks of a state deny."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[bytes, Any] = {}

    def keep(self, stack: str, scope: str, settings: JsonObject, managed: Iterable[str]) -> None:
        """Keep what the stack with the id *stack* denies for the resources it manages."""
        if settings["mode"] == NONE:
            self.drop(stack)
            return
        body: JsonObject = {**settings, "stack": stack, "resources": [id_key(id_) for id_ in managed]}
        self._store.keep(_DENIALS, id_key(stack), body, scope=scope)

    def drop(self, stack: str) -> None:
        """Deny nothing more for a stack."""
        self._store.drop(_DENIALS, id_key(stack))

    def guard(self, address: Address, verb: str, caller: Caller) -> None:
        """Raise a fault when a stack denies *caller* what is asked.

        Source: "Protect managed resources against deletion", deployment stacks, Azure Resource Manager documentation.
        """
        if verb not in ("write", "delete"):
            return
        for denial in self._all():
            if self._denies(denial, address, verb, caller):
                raise _denied(denial, address, verb, caller)

    def _all(self) -> list[Any]:
        rows = self._store.rows("select body from documents where collection = ?", _DENIALS)
        if not rows:
            return []
        read = {bytes(data): self._read.get(bytes(data)) for (data,) in rows}
        for data, known in read.items():
            if known is None:
                found = decode(data)
                read[data] = {**found, "resources": frozenset(found["resources"])}
        self._read = read
        return list(read.values())

    @staticmethod
    def _denies(denial: Any, address: Address, verb: str, caller: Caller) -> bool:
        if verb == "write" and denial["mode"] != "denyWriteAndDelete":
            return False
        if caller.stack is not None and id_key(caller.stack) == id_key(denial["stack"]):
            return False
        if caller.name is not None and caller.name.casefold() in map(str.casefold, denial["excludedPrincipals"]):
            return False
        action = f"{address.type}/{verb}".casefold()
        if any(fnmatchcase(action, pattern.casefold()) for pattern in denial["excludedActions"]):
            return False
        managed = denial["resources"]
        key = id_key(address.key)
        if key in managed:
            return True
        if denial["applyToChildScopes"] and any(key.startswith(f"{each}/") for each in managed):
            return True
        return verb == "delete" and any(each.startswith(f"{key}/") for each in managed)


def _denied(denial: Any, address: Address, verb: str, caller: Caller) -> Fault:
    who, stack = caller.name or "anyone", denial["stack"]
    return Fault(
        403,
        "DenyAssignmentAuthorizationFailed",
        f"The client '{who}' has permission to perform action '{address.type}/{verb}' on scope '{address.id}'; "
        "however, the access is denied because of the deny assignment with name 'Deny assignment created by Deployment "
        f"Stack {stack}' at scope '{address.id}'.",
        target=address.id,
        hint="change it through the stack, or set its deny settings to 'none'",
    )
