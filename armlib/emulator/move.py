"""Moving resources to another resource group: they get other ids, and what names them names the new ones.

Source: "Resources - Move Resources" and "Resources - Validate Move Resources".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, Kind, parse_address
from armlib.emulator.caller import ANYONE, Caller
from armlib.emulator.refusals import not_found
from armlib.emulator.resources import Resources
from armlib.emulator.store import Row, Store, decode, encode
from armlib.jsontypes import JsonObject


class Moves:
    """Moves the resources of a state."""

    def __init__(self, resources: Resources, store: Store) -> None:
        self._resources = resources
        self._store = store

    def validate(self, group: str, request: JsonObject, *, caller: Caller = ANYONE) -> None:
        """Raise the fault with which :meth:`move` would refuse."""
        self._plan(group, request, caller)

    def move(self, group: str, request: JsonObject, *, caller: Caller = ANYONE) -> list[str]:
        """Move resources; return their new ids.

        Args:
            group: The id of the resource group they lie in.
            request: ``{resources: [ids], targetResourceGroup: id}``.
            caller: Who asks.

        Raises:
            Fault: one of them cannot be moved; then none is.
        """
        with self._store.write():
            sources, target = self._plan(group, request, caller)
            old = parse_address(group)
            old_id = self._store.id_of(old.key) or old.id
            new_id = self._store.id_of(target.key) or target.id
            moved = [row for source in sources for row in (source, *self._store.inside(source.key))]
            prefixes = [(source.key, len(old_id), new_id) for source in sources]
            self._rename(moved, prefixes)
            for source in sources:
                address = parse_address(new_id + source.id[len(old_id) :])
                for recorder in self._resources.recorders:
                    recorder(address, "move", caller, "Succeeded")
            return [new_id + source.id[len(old_id) :] for source in sources]

    def _plan(self, group: str, request: JsonObject, caller: Caller) -> tuple[list[Row], Address]:
        ids, named = request.get("resources"), request.get("targetResourceGroup")
        if not isinstance(ids, list) or not ids or not all(isinstance(id_, str) for id_ in ids):
            raise _invalid("'resources' must be a list of ids that is not empty")
        if not isinstance(named, str):
            raise _invalid("'targetResourceGroup' must be the id of a resource group")
        source, target = parse_address(group), parse_address(named)
        if target.kind is not Kind.GROUP or target.key == source.key:
            raise _invalid("'targetResourceGroup' must be the id of another resource group")
        for scope in (source, target):
            if self._store.id_of(scope.key) is None:
                raise not_found(scope)
            for guard in self._resources.guards:
                guard(scope, "write", caller)
        return [self._movable(str(id_), source, target, caller) for id_ in ids], target

    def _movable(self, id_: str, source: Address, target: Address, caller: Caller) -> Row:
        address = parse_address(id_)
        if address.group != source.key or address.kind is not Kind.RESOURCE:
            raise _invalid(f"'{id_}' does not lie in the resource group '{source.name}'")
        if address.is_child or address.is_extension:
            raise _invalid(f"'{id_}' moves with its parent, and not alone")
        row = self._store.find(address.key)
        if row is None:
            raise not_found(address)
        for guard in self._resources.guards:
            guard(address, "delete", caller)
        wanted = target.key + row.key[len(source.key) :]
        if self._store.id_of(wanted) is not None:
            raise Fault(
                409,
                "ResourceMoveProviderValidationFailed",
                f"Resource move validation failed: the resource group '{target.name}' has a resource '{address.name}' "
                f"of the type '{address.type}' already.",
                target=id_,
            )
        return row

    def _rename(self, moved: Sequence[Row], prefixes: Sequence[tuple[str, int, str]]) -> None:
        keys = {row.key for row in moved}
        users = {source for key in keys for source in self._store.sources(key)} - keys
        for row in moved:
            targets = [_renamed(target, prefixes) for target in self._store.targets(row.key)]
            address = parse_address(_renamed(row.id, prefixes))
            self._store.run("delete from resources where key = ?", row.key)
            self._store.run("delete from links where source = ?", row.key)
            changed = row._replace(key=address.key, id=address.id, parent=address.container)
            self._store.put(_renamed_row(changed, prefixes), [target.casefold() for target in targets])
        for user in sorted(users):
            found = self._store.find(user)
            if found is not None:
                targets = [_renamed(target, prefixes).casefold() for target in self._store.targets(user)]
                self._store.put(_renamed_row(found, prefixes), targets)


def _renamed_row(row: Row, prefixes: Sequence[tuple[str, int, str]]) -> Row:
    baseline = None if row.baseline is None else encode(_renamed(decode(row.baseline), prefixes))
    return row._replace(body=encode(_renamed(row.value, prefixes)), baseline=baseline)


def _renamed(value: Any, prefixes: Sequence[tuple[str, int, str]]) -> Any:
    """Return *value* with the ids of what moves, and of what lies inside, as they will be."""
    if isinstance(value, str):
        if value[:1] == "/":
            folded = value.casefold()
            for key, length, new in prefixes:
                if folded == key or folded.startswith(key + "/"):
                    return new + value[length:]
        return value
    if isinstance(value, dict):
        return {_renamed(name, prefixes): _renamed(each, prefixes) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, prefixes) for each in value]
    return value


def _invalid(why: str) -> Fault:
    return Fault(400, "InvalidRequestContent", f"The request to move resources is invalid: {why}.")
