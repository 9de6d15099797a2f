"""What a deployment would change: every resource of the template, and what is there beside it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from armlib.azuretypes.corrections import Corrections
from armlib.azuretypes.model import Definitions
from armlib.deployment.expand import ExpandedResource
from armlib.deployment.scopes import DEPLOYMENTS, RESOURCE_GROUPS, id_key, scope_of_id
from armlib.deployment.show import show
from armlib.deployment.target import Reader
from armlib.deployment.whatif.difference import Subject, conceal, difference, veiled
from armlib.deployment.whatif.known import UNKNOWN, Known, Shape
from armlib.deployment.whatif.model import Change, ChangeType, Mode, Note, Stack, WhatIf
from armlib.deployment.whatif.rating import rate, rate_deletion
from armlib.deployment.whatif.rules import kept_by_complete_mode, rules_for
from armlib.deployment.whatif.state import Actual, read_each, read_list, read_states
from armlib.expressions.simplify import reveal
from armlib.expressions.values import Unknown
from armlib.jsontypes import Json, JsonObject

_GROUP_SEGMENTS: Final = 5  # of /subscriptions/S/resourceGroups/G, split by slashes
_MADE_BY_SERVICE: Final = frozenset({"etag", "systemdata", "createdtime", "changedtime"})


def what_if(
    wanted: Sequence[ExpandedResource],
    reader: Reader,
    *,
    scope: str,
    mode: Mode = Mode.INCREMENTAL,
    stack: Stack | None = None,
    definitions: Definitions | None = None,
    corrections: Corrections | None = None,
    others: bool = True,
    workers: int = 1,
) -> WhatIf:
    """Return what deploying *wanted* would change.

    Args:
        wanted: The resources of the template, nested ones among them; values may be unknown or secret at any depth.
        reader: Reads the state.
        scope: The id of what is deployed to.
        mode: What becomes of resources that are not in *wanted*.
        stack: What the deployment stack manages, for :attr:`Mode.STACK`.
        definitions: The installed resource types; with them more noise is known.
        corrections: Where *definitions* are wrong; those that come with armlib when None.
        others: Whether resources that are left alone are told, as ``Ignore``.
        workers: How many resources are read at a time; the reader must allow it.

    Raises:
        Fault: The target cannot be read at all.
    """
    work = _Work.of(wanted, scope, mode, Known(definitions, corrections))
    states = read_states([(each.id, each.version) for each in work.known], reader, workers)
    changes: list[Change] = []
    potential: list[Change] = []
    for resource in work.resources:
        change = work.change(resource, states)
        (potential if work.is_uncertain(resource) else changes).append(change)
    notes = [*work.notes, *_not_told(changes, states)]
    if mode is Mode.STACK:
        rest = list(_of_stack(work, stack or Stack(), reader))
    elif len(scope.rstrip("/").split("/")) == _GROUP_SEGMENTS and (others or mode is Mode.COMPLETE):
        listed, fault = read_list(scope, reader)
        rest = list(_beside(work, listed))
        if fault is not None:
            notes.append(Note("Warning", fault.code, scope, f"what is there beside the template is not told: {fault}"))
    else:
        rest = []
    for change in rest:
        if change.kind is not ChangeType.IGNORE:
            (potential if work.may_be_wanted(change) else changes).append(change)
        elif others:
            changes.append(change)
    return WhatIf(changes=tuple(changes), potential=tuple(potential), notes=tuple(notes))


@dataclass(frozen=True, slots=True)
class _Target:
    """A resource whose id is known, with what to read of it."""

    id: str
    version: str | None


@dataclass(frozen=True, slots=True)
class _Work:
    """What is looked at: the resources that are told, and what they have in common."""

    resources: tuple[ExpandedResource, ...]
    known: tuple[_Target, ...]
    own_ids: frozenset[str]
    conditional: frozenset[str]  # keys of nested deployments that may not be made
    open_types: frozenset[str]  # of resources whose ids are not known
    scope: str
    mode: Mode
    definitions: Known
    notes: tuple[Note, ...]

    @classmethod
    def of(cls, wanted: Sequence[ExpandedResource], scope: str, mode: Mode, definitions: Known) -> _Work:
        told, notes = _told(wanted)
        known = tuple(_Target(each.id, _version(each)) for each in told if isinstance(each.id, str))
        return cls(
            resources=told,
            known=known,
            own_ids=frozenset(id_key(each.id) for each in known),
            conditional=_conditional(wanted),
            open_types=frozenset(each.type.casefold() for each in told if not isinstance(each.id, str)),
            scope=scope,
            mode=mode,
            definitions=definitions,
            notes=notes,
        )

    def is_uncertain(self, resource: ExpandedResource) -> bool:
        """Return whether *resource* may not be deployed at all."""
        return not _is_certain(resource) or id_key(resource.deployment or "") in self.conditional

    def may_be_wanted(self, change: Change) -> bool:
        """Return whether what *change* deletes may be a resource of the template whose id is not known yet."""
        return change.type.casefold() in self.open_types

    def change(self, resource: ExpandedResource, states: Mapping[str, Actual]) -> Change:
        """Return what happens to *resource*."""
        if not isinstance(resource.id, str):
            return _unsupported(resource, "its id is known only to the deployment")
        if _is_deployment(resource):
            return _unsupported(resource, "its template cannot be had before the deployment")
        actual = states[id_key(resource.id)]
        if actual.fault is not None:
            return _about(resource, ChangeType.DEPLOY, reason=f"its state cannot be read: {actual.fault}")
        shape = self.definitions.resource(resource.type, _version(resource))
        after = _whole(_identity(resource), resource.body, shape, self.definitions)
        if actual.state is None:
            return _about(resource, ChangeType.CREATE, after=after)
        return self._modified(resource, actual.state, actual.sent, shape, after)

    def _modified(
        self,
        resource: ExpandedResource,
        state: JsonObject,
        sent: JsonObject | None,
        shape: Shape,
        after: JsonObject,
    ) -> Change:
        rules = rules_for(resource.type, str(show(resource.name)).rpartition("/")[2])
        subject = Subject(wanted=resource.body, sent=sent, there=state, shape=shape, rules=rules, own_ids=self.own_ids)
        found = difference(subject, self.definitions)
        return _about(
            resource,
            ChangeType.MODIFY if found.delta else ChangeType.NO_CHANGE,
            before=_whole(_identity(resource), veiled(_settable(state), resource.body), shape, self.definitions),
            after=after,
            delta=rate(found.delta, rules),
            suppressed=found.suppressed,
            reason="it may not be deployed: its condition is not known" if self.is_uncertain(resource) else None,
        )


# the resources of the template


def _told(wanted: Sequence[ExpandedResource]) -> tuple[tuple[ExpandedResource, ...], tuple[Note, ...]]:
    """Return the resources that are told: not deployments whose resources are, and each id once."""
    opened = {id_key(each.deployment) for each in wanted if each.deployment is not None}
    notes: list[Note] = []
    told: dict[object, ExpandedResource] = {}
    for resource in wanted:
        if reveal(resource.condition) is False:
            continue
        if _is_deployment(resource):
            if not _is_closed(resource, opened):
                continue
            message = "A nested deployment was not expanded: its template cannot be had before the deployment."
            notes.append(Note("Warning", "NestedDeploymentShortCircuited", _text(resource.id), message))
        key = (id_key(resource.id), _is_certain(resource)) if isinstance(resource.id, str) else resource.path
        if key in told and isinstance(resource.id, str):
            message = "The template deploys the resource more than once; the last of them is compared."
            notes.append(Note("Info", "ResourceDeployedTwice", resource.id, message))
        told[key] = resource
    return tuple(told.values()), tuple(notes)


def _is_deployment(resource: ExpandedResource) -> bool:
    return resource.type.casefold() == DEPLOYMENTS


def _is_certain(resource: ExpandedResource) -> bool:
    """Return whether it is known that the condition of *resource* holds."""
    return reveal(resource.condition) is True


def _is_closed(resource: ExpandedResource, opened: set[str]) -> bool:
    """Return whether nothing is known of what the nested deployment *resource* makes."""
    if isinstance(resource.id, str) and id_key(resource.id) in opened:
        return False
    properties = resource.body.get("properties")
    return isinstance(properties, Unknown) or (isinstance(properties, dict) and "templateLink" in properties)


def _conditional(wanted: Iterable[ExpandedResource]) -> frozenset[str]:
    """Return the keys of the deployments that may not be made, because of a condition of theirs or around them."""
    found: set[str] = set()
    for resource in wanted:  # a deployment stands before what it makes
        inside = resource.deployment is not None and id_key(resource.deployment) in found
        if _is_deployment(resource) and isinstance(resource.id, str) and (inside or not _is_certain(resource)):
            found.add(id_key(resource.id))
    return frozenset(found)


def _version(resource: ExpandedResource) -> str | None:
    return resource.api_version if isinstance(resource.api_version, str) else None


def _unsupported(resource: ExpandedResource, reason: str) -> Change:
    return _about(resource, ChangeType.UNSUPPORTED, reason=reason)


def _about(
    resource: ExpandedResource,
    kind: ChangeType,
    *,
    reason: str | None = None,
    **found: object,
) -> Change:
    return Change(
        id=_text(resource.id),
        type=resource.type,
        kind=kind,
        api_version=_version(resource),
        reason=reason,
        symbolic_name=resource.symbolic_name,
        deployment=resource.deployment,
        **found,  # type: ignore[arg-type]
    )


def _text(id_: object) -> str:
    return id_ if isinstance(id_, str) else str(show(id_))  # type: ignore[arg-type]


def _identity(resource: ExpandedResource) -> dict[str, Json]:
    id_ = _text(resource.id)
    return {"apiVersion": _version(resource), "id": id_, "name": id_.rpartition("/")[2], "type": resource.type}


def _whole(identity: Mapping[str, Json], body: Mapping[str, object], shape: Shape, known: Known) -> JsonObject:
    """Return a whole resource without secrets, its members in the order of their names."""
    plain = conceal(dict(body), shape, known)
    members = {**(plain if isinstance(plain, dict) else {}), **identity}
    return {name: members[name] for name in sorted(members) if members[name] is not None}


def _settable(state: JsonObject) -> JsonObject:
    """Return *state* without what only a service makes."""
    kept = {name: value for name, value in state.items() if name.casefold() not in _MADE_BY_SERVICE}
    properties = kept.get("properties")
    if isinstance(properties, dict):
        kept["properties"] = {name: value for name, value in properties.items() if name != "provisioningState"}
    return kept


# what is beside the template


def _beside(work: _Work, listed: Iterable[JsonObject]) -> Iterable[Change]:
    """Yield what happens to the resources of the group that the template does not have."""
    entries = [(id_key(str(entry.get("id"))), entry) for entry in listed]
    gone = {
        key for key, entry in entries if key not in work.own_ids and work.mode is Mode.COMPLETE and not _kept(entry)
    }
    for key, entry in entries:
        type_ = str(entry.get("type"))
        if key in work.own_ids or type_.casefold() == DEPLOYMENTS:
            continue
        if key in gone or _is_inside(key, gone):
            reason = "complete mode deletes it" if key in gone else "it goes with the resource that it is in"
            yield _deleted(entry, reason)
        else:
            yield _left_alone(entry, _kept(entry) if work.mode is Mode.COMPLETE else None)


def _is_inside(key: str, gone: Container[str]) -> bool:
    """Return whether the resource with *key* is in one of those that are *gone*."""
    segments = key.split("/")
    return any("/".join(segments[:end]) in gone for end in range(len(segments) - 2, _GROUP_SEGMENTS, -2))


def _kept(entry: JsonObject) -> str | None:
    return kept_by_complete_mode(str(entry.get("type")), str(entry.get("id")).rpartition("/")[2])


def _of_stack(work: _Work, stack: Stack, reader: Reader) -> Iterable[Change]:
    """Yield what happens to the resources that the stack manages and the template does not have."""
    left = [id_ for id_ in stack.managed if id_key(id_) not in work.own_ids]
    states = read_each(left, reader)
    for id_ in left:
        state = states[id_key(id_)].state
        if state is None:
            continue
        entry = {"id": id_, **{name: value for name, value in state.items() if name != "id"}}
        if stack.action(id_) == "delete":
            yield _deleted(entry, "the stack manages it, and deletes what it no longer has")
        else:
            yield _left_alone(entry, "the stack lets it go, and leaves it as it is")


def _deleted(entry: JsonObject, reason: str) -> Change:
    id_, type_ = str(entry["id"]), _type_of(entry)
    ratings = rate_deletion(rules_for(type_, id_.rpartition("/")[2]), reason)
    before = _whole({}, _settable(entry), UNKNOWN, Known(None))
    return Change(id=id_, type=type_, kind=ChangeType.DELETE, before=before, ratings=ratings, reason=reason)


def _left_alone(entry: JsonObject, reason: str | None) -> Change:
    body = _whole({}, _settable(entry), UNKNOWN, Known(None))
    return Change(
        id=str(entry["id"]), type=_type_of(entry), kind=ChangeType.IGNORE, before=body, after=body, reason=reason
    )


def _type_of(entry: JsonObject) -> str:
    type_ = entry.get("type")
    if isinstance(type_, str):
        return type_
    id_ = str(entry["id"])
    return RESOURCE_GROUPS if scope_of_id(id_) == id_ else ""


def _not_told(changes: Iterable[Change], states: Mapping[str, Actual]) -> Iterable[Note]:
    for change in changes:
        fault = states[id_key(change.id)].fault if change.kind is ChangeType.DEPLOY else None
        if fault is not None:
            yield Note("Warning", fault.code, change.id, f"the state of the resource cannot be read: {fault}")
