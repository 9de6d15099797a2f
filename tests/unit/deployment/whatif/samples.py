"""A state in memory, and short ways to say what is wanted of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.model import Change, PropertyChange, WhatIf
from armlib.expressions.syntax import Call, Literal
from armlib.expressions.values import Unknown
from armlib.jsontypes import Json, JsonObject
from armlib.template.resource_id import join_type_and_names

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg1"
ACCOUNTS = "Microsoft.Storage/storageAccounts"
_OWN = ("api_version", "condition", "deployment", "id", "symbolic_name", "path")
NETWORKS = "Microsoft.Network/virtualNetworks"


class State:
    """A reader of resources that are held in memory; *keeps_sent* says whether what was sent last is told."""

    def __init__(self, *, keeps_sent: bool = True) -> None:
        self.keeps_sent = keeps_sent
        self.there: dict[str, JsonObject] = {}
        self.sent: dict[str, JsonObject] = {}
        self.faults: dict[str, Fault] = {}

    def put(self, resource: ExpandedResource, there: Mapping[str, Any] | None = None) -> None:
        """Hold *resource* as it is wanted, or as *there* says."""
        assert isinstance(resource.id, str)
        body: dict[str, Any] = dict(there if there is not None else resource.body)
        name = resource.id.rpartition("/")[2]
        self.there[id_key(resource.id)] = {"id": resource.id, "name": name, "type": resource.type, **body}
        self.sent[id_key(resource.id)] = dict(resource.body)  # type: ignore[arg-type]

    def get(self, id_: str, api_version: str | None = None) -> JsonObject | None:
        if id_key(id_) in self.faults:
            raise self.faults[id_key(id_)]
        return self.there.get(id_key(id_))

    def list(self, scope: str) -> Iterable[JsonObject]:
        if id_key(scope) in self.faults:
            raise self.faults[id_key(scope)]
        return [body for key, body in self.there.items() if key.startswith(f"{id_key(scope)}/")]

    def act(self, id_: str, action: str, api_version: str, body: Json = None) -> Json:
        raise AssertionError("a what-if makes no calls")

    def baseline(self, id_: str) -> JsonObject | None:
        return self.sent.get(id_key(id_)) if self.keeps_sent else None

    def provider(self, namespace: str) -> JsonObject | None:
        return None


def resource(type_: str = ACCOUNTS, name: str = "st", *, scope: str = GROUP, **body: Any) -> ExpandedResource:
    """A resource of the template; keyword arguments are its body, and those that the class has."""
    own = {key: body.pop(key) for key in _OWN if key in body}
    id_ = f"{scope}/providers/{join_type_and_names(type_, tuple(name.split('/')))}"
    identity = {"id": id_, "name": name, "type": type_, "api_version": "2023-01-01", "scope": scope}
    return ExpandedResource(**{**identity, **own}, body=body)


def unknown(name: str = "later") -> Unknown:
    """A value that only the deployment will know."""
    return Unknown(Call("reference", (Literal(name),)))


def compared(
    wanted: Mapping[str, Any],
    there: Mapping[str, Any],
    sent: Mapping[str, Any] | None = None,
    *,
    type_: str = ACCOUNTS,
    name: str = "st",
    definitions: Any = None,
) -> Change:
    """The change of one resource; without *sent* it is not known what was sent last."""
    state = State(keeps_sent=sent is not None)
    one = resource(type_, name, **wanted)
    state.put(resource(type_, name, **(sent or {})), there)
    (change,) = what_if([one], state, scope=GROUP, others=False, definitions=definitions).changes
    return change


def told(change: Change) -> list[tuple[Any, ...]]:
    """The property changes of *change* in short: path, kind, before, after, with children in place of values."""
    return [_told(each) for each in change.delta]


def _told(change: PropertyChange) -> tuple[Any, ...]:
    if change.children:
        return change.path, change.kind.value, [_told(child) for child in change.children]
    return change.path, change.kind.value, change.before, change.after


def left_out(change: Change) -> dict[str, str]:
    """What of *change* is left out: reasons by path."""
    return {each.path: each.reason.value for each in change.suppressed}


def kinds(found: WhatIf) -> dict[str, str]:
    """The kinds of changes by the last two segments of the ids."""
    return {"/".join(change.id.split("/")[-2:]): change.kind.value for change in found.changes}
