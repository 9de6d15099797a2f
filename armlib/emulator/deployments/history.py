"""Deployments, their operations, and what they were asked, in the state.

Three collections of documents. What a deployment was asked holds its template and the values of its parameters, except
those of secure ones, which are kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.deployment.scopes import id_key, scope_and_name
from armlib.deployment.target import is_final
from armlib.emulator.deployments.operation import Operation
from armlib.emulator.deployments.refusals import history_full
from armlib.emulator.resources import Bodies
from armlib.emulator.store import DEPLOYMENTS, RUNNING_DEPLOYMENTS, Store
from armlib.jsontypes import JsonObject

MOST: Final = 800  # deployments in the history of a scope
_PRUNED_AT: Final = 775
_PRUNED_TO: Final = 750
_OPERATIONS: Final = "deployment operations"
_ASKED: Final = "deployments asked"


class History:
    """The deployments that the state knows of."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, id_: str) -> JsonObject | None:
        """Return the deployment with the id *id_*, or None."""
        return self._store.document(DEPLOYMENTS, id_key(id_))

    def list(self, scope: str, *, newest_first: bool = True) -> Bodies:
        """Return the deployments to the scope with the id *scope*."""
        found = self._store.documents(DEPLOYMENTS, scope=_scope_key(scope), newest_first=newest_first)
        return [document.body for document in found]

    def running(self) -> Iterator[JsonObject]:
        """Yield the deployments of all scopes that have not ended, in the order they came."""
        for document in self._store.documents(RUNNING_DEPLOYMENTS):
            found = self._store.document(DEPLOYMENTS, document.key)
            if found is not None and not is_final(state_of(found)):
                yield found

    def asked(self, id_: str) -> JsonObject | None:
        """Return what the deployment with the id *id_* was asked, or None."""
        return self._store.document(_ASKED, id_key(id_))

    def begin(self, body: JsonObject, asked: JsonObject, *, room_is_made: bool) -> None:
        """Keep a new deployment as the newest of its scope, in the place of one with the same name.

        *room_is_made* tells that the oldest ones make room when the scope has too many; otherwise that is a fault.
        """
        id_ = str(body["id"])
        key, scope = id_key(id_), _scope_key(scope_and_name(id_)[0])
        with self._store.write():
            self.drop(id_)
            self._make_room(scope_and_name(id_)[0], room_is_made=room_is_made)
            self._store.keep(DEPLOYMENTS, key, body, scope=scope)
            self._store.keep(_ASKED, key, asked, scope=scope)
            if not is_final(state_of(body)):
                self._store.keep(RUNNING_DEPLOYMENTS, key, {}, scope=scope)

    def keep(self, body: JsonObject) -> None:
        """Keep the deployment *body* as it is now, unless it is gone: with its resource group, for one."""
        id_ = str(body["id"])
        if self.find(id_) is None:
            return
        key, scope = id_key(id_), _scope_key(scope_and_name(id_)[0])
        self._store.keep(DEPLOYMENTS, key, body, scope=scope)
        if is_final(state_of(body)):
            self._store.drop(RUNNING_DEPLOYMENTS, key)
        else:
            self._store.keep(RUNNING_DEPLOYMENTS, key, {}, scope=scope)

    def keep_asked(self, id_: str, asked: JsonObject) -> None:
        """Keep what the deployment with the id *id_* was asked."""
        self._store.keep(_ASKED, id_key(id_), asked, scope=_scope_key(scope_and_name(id_)[0]))

    def keep_operation(self, operation: Operation) -> None:
        """Keep the step *operation* as it is now."""
        key = id_key(operation.deployment)
        self._store.keep(_OPERATIONS, f"{key}/operations/{operation.operation_id}", operation.content(), scope=key)

    def operations(self, id_: str) -> Bodies:
        """Return the steps of the deployment with the id *id_*, in the order they began."""
        return [document.body for document in self._store.documents(_OPERATIONS, scope=id_key(id_))]

    def operation(self, id_: str, operation: str) -> JsonObject | None:
        """Return one step, or None."""
        return self._store.document(_OPERATIONS, f"{id_key(id_)}/operations/{operation.upper()}")

    def drop(self, id_: str) -> bool:
        """Take the deployment with the id *id_* out of the history; return whether it was there."""
        key = id_key(id_)
        with self._store.write():
            self._store.drop_all(_OPERATIONS, scope=key)
            self._store.drop(_ASKED, key)
            self._store.drop(RUNNING_DEPLOYMENTS, key)
            return self._store.drop(DEPLOYMENTS, key)

    def _make_room(self, scope: str, *, room_is_made: bool) -> None:
        count = self._count(scope)
        if not room_is_made:
            if count >= MOST:
                raise history_full(scope, MOST)
            return
        if count < _PRUNED_AT:
            return
        over = count + 1 - _PRUNED_TO
        for body in self.list(scope, newest_first=False):
            if over > 0 and is_final(state_of(body)):
                self.drop(str(body["id"]))
                over -= 1

    def _count(self, scope: str) -> int:
        return self._store.document_count(DEPLOYMENTS, scope=_scope_key(scope))


def state_of(body: JsonObject) -> str:
    """Return the provisioning state of a deployment."""
    properties: Any = body.get("properties")
    return str(properties.get("provisioningState"))


def _scope_key(scope: str) -> str:
    return id_key(scope) or "tenant"
