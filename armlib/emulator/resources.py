"""Resources of any type, and the scopes they lie in: put, patch, get, delete, list, and actions.

Every change is one transaction: it refuses, with a :class:`~armlib.deployment.fault.Fault`, or all of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any, Final, Literal, Protocol, TypeAlias

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, Kind, parse_address
from armlib.emulator.caller import ANYONE, Caller
from armlib.emulator.definitions import Definitions, Shape
from armlib.emulator.filters import parse_filter
from armlib.emulator.kept import Kept, hidden, revealed
from armlib.emulator.merge import merged
from armlib.emulator.providers.identity import check_identity
from armlib.emulator.providers.lookup import provider_of
from armlib.emulator.providers.protocol import Act, Gone, Put
from armlib.emulator.providers.scopes import normal_location
from armlib.emulator.refusals import (
    location_moved,
    no_body,
    not_found,
    parent_not_found,
    precondition_failed,
)
from armlib.emulator.settings import Settings
from armlib.emulator.store import Row, Store, decode, encode
from armlib.emulator.tag_rules import check_tags
from armlib.emulator.view import StoreView
from armlib.jsontypes import Json, JsonObject

Bodies: TypeAlias = list[JsonObject]
Sent: TypeAlias = dict[str, Any]  # JSON, in which values may be secrets
Verb = Literal["write", "delete", "action", "read"]
Guard = Callable[[Address, Verb, Caller], None]
Recorder = Callable[[Address, str, Caller, str], None]

_SCOPES_VERSION: Final = "2025-04-01"
_IN_LISTS: Final[tuple[str, ...]] = (
    "id",
    "name",
    "type",
    "kind",
    "managedBy",
    "sku",
    "plan",
    "location",
    "identity",
    "zones",
    "tags",
    "extendedLocation",
)
# what a parent may be called that is there without having been made
_ALWAYS_THERE: Final = frozenset(("default", "current", "web"))


@dataclass(frozen=True, slots=True)
class Stored:
    """What a change left: *body* as GET answers, whether it was *created*, and its ETag."""

    body: JsonObject
    created: bool
    etag: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list; *next* is where to go on, None at the end."""

    items: list[JsonObject]
    next: str | None


class Handler(Protocol):
    """Answers for a type that is no row of its own, such as the tags of a resource."""

    def put(self, address: Address, body: Sent, caller: Caller) -> Stored:
        """Make or overwrite it."""
        ...

    def patch(self, address: Address, body: Sent, caller: Caller) -> Stored:
        """Change a part of it."""
        ...

    def get(self, address: Address) -> JsonObject:
        """Return it, or raise a fault."""
        ...

    def delete(self, address: Address, caller: Caller) -> bool:
        """Delete it; return whether there was anything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A body that is to be put."""

    address: Address
    version: str
    body: Sent
    caller: Caller
    patched: bool = False  # merged with what is there, of which secrets are not kept
    inner: bool = False  # another resource makes it
    invented: bool = False  # it is made so that something can lie in it


class Resources:
    """The resources of one state.

    *before* runs ahead of every change, outside of the transaction; *guards* inside of it: each may raise a fault.
    *recorders* are told what was done, in the transaction: ``Created``, ``Succeeded``, or the code of a fault.
    *handlers* answer for types (in lower case) that are no rows.
    """

    def __init__(self, store: Store, settings: Settings, definitions: Definitions) -> None:
        self._store = store
        self._settings = settings
        self._definitions = definitions
        self._view = StoreView(store, settings)
        self.before: list[Guard] = []
        self.guards: list[Guard] = []
        self.recorders: list[Recorder] = []
        self.handlers: dict[str, Handler] = {}

    # changes

    def put(
        self,
        id_: str,
        api_version: str,
        body: Sent,
        *,
        caller: Caller = ANYONE,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Stored:
        """Make what is at *id_*, or overwrite it.

        Values of *body* may be :class:`~armlib.expressions.values.Secret`; they are checked and not kept.
        """
        address = parse_address(id_)
        if not isinstance(body, dict):
            raise no_body(id_)
        asked = _Asked(address=address, version=api_version, body=body, caller=caller)
        with self._change(address, "write", caller):
            if address.type_key in self.handlers:
                return self.handlers[address.type_key].put(address, body, caller)
            existing = self._store.find(address.key)
            self._precondition(existing, if_match, if_none_match)
            return self._put(asked, existing)

    def check(self, id_: str, api_version: str, body: Sent, *, caller: Caller = ANYONE) -> None:
        """Raise the fault with which :meth:`put` would refuse, whatever else a deployment still makes before it."""
        address = parse_address(id_)
        if not isinstance(body, dict):
            raise no_body(id_)
        asked = _Asked(address=address, version=api_version, body=body, caller=caller)
        existing = self._store.find(address.key)
        for guard in self.guards:
            guard(address, "write", caller)
        put, _ = self._checked(asked, existing, address, preflight=True)
        if self._settings.services:
            provider_of(address.type_key).check(put)

    def patch(
        self,
        id_: str,
        api_version: str,
        body: Sent,
        *,
        caller: Caller = ANYONE,
        if_match: str | None = None,
    ) -> Stored:
        """Change a part of what is at *id_*: members are merged, lists and tags replaced, null takes away.

        Source: RFC 7396; the resource provider contract, "Patching resources".
        """
        address = parse_address(id_)
        if not isinstance(body, dict):
            raise no_body(id_)
        with self._change(address, "write", caller):
            if address.type_key in self.handlers:
                return self.handlers[address.type_key].patch(address, body, caller)
            existing = self._find(address)
            if existing is None:
                raise not_found(address)
            self._precondition(existing, if_match, None)
            whole = existing.value if existing.baseline is None else decode(existing.baseline)
            asked = _Asked(
                address=address,
                version=api_version,
                body=merged(whole, body),
                caller=caller,
                patched=True,
            )
            return self._put(asked, existing)

    def delete(self, id_: str, *, caller: Caller = ANYONE, if_match: str | None = None) -> bool:
        """Delete what is at *id_* with all that lies inside it; return False when there was nothing."""
        address = parse_address(id_)
        if address.kind is Kind.TENANT:
            raise Fault(405, "MethodNotAllowed", "The tenant cannot be deleted.")
        with self._change(address, "delete", caller):
            if address.type_key in self.handlers:
                return self.handlers[address.type_key].delete(address, caller)
            row = self._store.find(address.key)
            if row is None:
                self._groups_exist(address)
                return False
            self._precondition(row, if_match, None)
            for guard in self.guards:
                guard(address, "delete", caller)
            self._remove(row, address)
            self._record(address, "delete", caller, "Succeeded")
            return True

    def act(self, id_: str, action: str, api_version: str, body: Json = None, *, caller: Caller = ANYONE) -> Json:
        """Return the answer to ``POST {id_}/{action}``."""
        address = parse_address(id_)
        for before in self.before:
            before(address, "action", caller)
        row = self._find(address)
        if row is None:
            row, action = self._above(address, action)
        for guard in self.guards:
            guard(address, "action", caller)
        self._definitions.check_version(parse_address(row.id), api_version)
        call = Act(
            address=parse_address(row.id),
            action=action,
            api_version=api_version,
            body=revealed(body),
            resource=self._view.shown(row),
            kept=row.value,
            shape=self._definitions.shape(row.type, api_version),
            view=self._view,
            definitions=self._definitions,
        )
        answer = provider_of(row.type).act(call)
        if not action.casefold().startswith("list"):
            self._record(address, action, caller, "Succeeded")
        return answer

    # questions

    def get(self, id_: str, api_version: str | None = None) -> JsonObject:
        """Return what is at *id_*.

        Raises:
            Fault: there is nothing, or its type has no such API version.
        """
        address = parse_address(id_)
        if api_version is not None:
            self._definitions.check_version(address, api_version)
        if address.type_key in self.handlers:
            return self.handlers[address.type_key].get(address)
        row = self._find(address)
        if row is None:
            self._scopes_exist(address)
            raise not_found(address)
        return self._view.shown(row)

    def find(self, id_: str) -> JsonObject | None:
        """Return what is at *id_*, or None."""
        address = parse_address(id_)
        if address.type_key in self.handlers:
            try:
                return self.handlers[address.type_key].get(address)
            except Fault:
                return None
        row = self._find(address)
        return None if row is None else self._view.shown(row)

    def etag(self, id_: str) -> str | None:
        """Return the ETag of what is at *id_*, or None."""
        row = self._find(parse_address(id_))
        return None if row is None else row.etag

    def baseline(self, id_: str) -> JsonObject | None:
        """Return the body that was put last, without values of secrets; None when there is nothing at *id_*."""
        row = self._find(parse_address(id_))
        if row is None:
            return None
        return decode(row.baseline) if row.baseline is not None else row.value

    def api_version(self, id_: str) -> str | None:
        """Return the API version that a resource was put with last, or None."""
        row = self._find(parse_address(id_))
        return None if row is None else row.api_version

    def list(
        self,
        scope: str,
        *,
        filter_: str | None = None,
        expand: Collection[str] = (),
        top: int | None = None,
        after: str | None = None,
    ) -> Page:
        """Return the resources inside a scope, by id, as lists show them: without their properties.

        Lists have the resources that lie in a region, and those of a resource group that have no parent.

        Args:
            scope: The id of a resource group, a subscription, a management group or another resource; "" for all.
            filter_: ``resourceType eq 'Microsoft.Storage/storageAccounts' and tagName eq 'env' and tagValue eq 'dev'``.
            expand: Of ``createdTime``, ``changedTime`` and ``provisioningState``.
            top: How many at most.
            after: The ``next`` of the page before.
        """
        address = parse_address(scope)
        if self._find(address) is None and address.kind is not Kind.TENANT:
            self._scopes_exist(address)
            raise not_found(address)
        wanted = parse_filter(filter_)
        asked = {name.casefold() for name in expand}
        items: list[JsonObject] = []
        place = after or ""
        step = 200 if top is None else top + 1
        while True:
            rows = self._store.inside(address.key, tracked=True, after=place, limit=step)
            for row in rows:
                shown = row.value
                if not wanted(shown):
                    place = row.key
                    continue
                if top is not None and len(items) == top:
                    return Page(items, place)
                items.append(_in_list(shown, row, asked))
                place = row.key
            if len(rows) < step:
                return Page(items, None)

    def children(self, id_: str, type_: str) -> Bodies:
        """Return the resources of a type right below *id_*: its children, or what extends it."""
        address = parse_address(id_)
        row = None if address.kind is Kind.TENANT else self._find(address)
        if row is None and address.kind is not Kind.TENANT:
            self._scopes_exist(address)
            raise not_found(address)
        if row is not None:
            for below in provider_of(row.type).always:
                if type_.casefold() == f"{row.type}/{below.partition('/')[0].casefold()}":
                    self._find(parse_address(f"{row.id}/{below}"))
        rows = self._store.of_type(type_.casefold(), address.key)
        return [self._view.shown(row) for row in rows if row.parent == address.key]

    def inside(self, id_: str) -> Bodies:
        """Return everything inside *id_* at any depth, whole, by id."""
        return [self._view.shown(row) for row in self._store.inside(parse_address(id_).key)]

    def set_tags(self, id_: str, tags: JsonObject, *, caller: Caller = ANYONE) -> JsonObject:
        """Give what is at *id_* other tags, and leave all else as it is; return it."""
        address = parse_address(id_)
        check_tags(address, tags)
        with self._store.write():
            row = self._find(address)
            if row is None:
                self._scopes_exist(address)
                raise not_found(address)
            for guard in self.guards:
                guard(address, "write", caller)
            baseline = None if row.baseline is None else encode(_with_tags(decode(row.baseline), tags))
            body = _with_tags(row.value, tags)
            if "etag" in body:
                body.pop("etag")
            data = encode(body)
            etag = _etag_of(row.key, data)
            if "etag" in row.value:
                data = encode({**body, "etag": etag})
            kept = row._replace(body=data, baseline=baseline, etag=etag, changed=self._view.now)
            self._store.put(kept, self._store.targets(row.key))
            self._record(address, "write", caller, "Succeeded")
            return self._view.shown(kept)

    def referrers(self, id_: str) -> Sequence[str]:
        """Return the ids of the resources that name *id_*."""
        sources = self._store.sources(parse_address(id_).key)
        return [found for found in map(self._store.id_of, sources) if found is not None]

    # the way of a body

    def _put(self, asked: _Asked, existing: Row | None) -> Stored:
        container = self._container(asked)
        if existing is not None:
            address = parse_address(existing.id)
        else:
            address = parse_address(asked.address.below(container)) if container is not None else asked.address
        if not asked.inner:
            for guard in self.guards:
                guard(address, "write", asked.caller)
        put, kept = self._checked(asked, existing, address)
        self._quota(put)
        provider = provider_of(address.type_key)
        if self._settings.services and not asked.invented:
            provider.check(put)
        check_identity(put)
        row = self._row(put, kept, provider.fill(put), existing)
        self._store.put(row, kept.targets, is_new=existing is None)
        for id_ in provider.dropped(put):
            self._drop_inner(id_)
        for id_, version, body in provider.implied(put):
            self._put_inner(id_, version, body, asked)
        if not asked.inner:
            self._record(address, "write", asked.caller, "Created" if existing is None else "Succeeded")
        return Stored(self._view.shown(row), existing is None, row.etag)

    def _checked(
        self, asked: _Asked, existing: Row | None, address: Address, *, preflight: bool = False
    ) -> tuple[Put, Kept]:
        """Return what is put once types, versions, the body and its location are right."""
        plain = revealed(asked.body)
        location = plain.get("location")
        location = location if isinstance(location, str) and location else None
        shape: Shape | None = None
        if address.kind is Kind.TENANT:
            raise Fault(405, "MethodNotAllowed", "The tenant cannot be put.")
        if address.kind is Kind.RESOURCE:
            if not asked.inner:
                self._definitions.check_version(address, asked.version, location)
                if not asked.patched:
                    self._definitions.check_body(address, asked.version, plain)
            shape = self._definitions.shape(address.type, asked.version)
            if existing is not None and location is not None:
                was = existing.value.get("location")
                if isinstance(was, str) and normal_location(was) != normal_location(location):
                    raise location_moved(address, was, location)
        body = hidden(asked.body, provider_of(address.type_key).secrets)
        check_tags(address, plain.get("tags"))
        kept = self._definitions.keep(address, asked.version, body)
        put = Put(
            address=address,
            api_version=asked.version,
            body=kept.body,
            existing=None if existing is None else self._view.shown(existing),
            shape=shape,
            view=self._view,
            inner=asked.inner,
            preflight=preflight,
        )
        return put, kept

    def _row(self, put: Put, kept: Kept, filled: dict[str, Any], existing: Row | None) -> Row:
        address = put.address
        now = self._view.now
        data = encode(filled)
        etag = _etag_of(address.key, data)
        if put.shape.has_etag if put.shape is not None else address.namespace.casefold() == "microsoft.network":
            data = encode({**filled, "etag": etag})
        return Row(
            key=address.key,
            id=address.id,
            type=address.type_key,
            parent=address.container,
            api_version=put.api_version,
            body=data,
            baseline=encode(kept.baseline),
            etag=etag,
            tracked=_is_tracked(address, filled),
            created=now if existing is None else existing.created,
            changed=now,
        )

    def _put_inner(self, id_: str, version: str, body: Sent, around: _Asked) -> None:
        address = parse_address(id_)
        existing = self._store.find(address.key)
        asked = _Asked(address=address, version=version, body=body, caller=around.caller, inner=True)
        self._put(asked, existing)

    def _drop_inner(self, id_: str) -> None:
        row = self._store.find(parse_address(id_).key)
        if row is not None:
            self._remove(row, parse_address(row.id))

    def _remove(self, row: Row, address: Address) -> None:
        """Delete a row and what lies inside it, unless a service says that something of it is in use."""
        if address.kind is not Kind.SUBSCRIPTION:
            view = StoreView(self._store, self._settings, leaving=row.key)
            for each in (row, *self._store.inside(row.key)):
                gone = Gone(address=parse_address(each.id), resource=each.value, view=view, leaving=row.key)
                provider_of(each.type).may_delete(gone)
        self._store.delete(row.key)

    # what must be so

    def _container(self, asked: _Asked) -> str | None:
        """Return the id, as it is spelt, of what the resource lies in; None when that is no row of its own."""
        address = asked.address
        if not address.container:
            return None
        found = self._store.id_of(address.container)
        if found is not None:
            return found
        if address.subscription and self._store.id_of(address.subscription) is None:
            self._make_subscription(address)
            found = self._store.id_of(address.container)
            if found is not None:
                return found
        if address.is_child and self._is_always_there(address):
            self._make_parent(address, asked)
            return self._store.id_of(address.container)
        if not self._settings.references:
            self._invent(address, asked)
            return self._store.id_of(address.container)
        self._scopes_exist(address)
        if address.is_child:
            raise parent_not_found(address, address.id[: len(address.container)])
        raise not_found(parse_address(address.scope))

    def _above(self, address: Address, action: str) -> tuple[Row, str]:
        """Return the resource that answers for what lies below it and is no row, and the whole way of the action."""
        around = address
        while around.is_child:
            action = "/".join([*around.id[len(around.container) + 1 :].split("/"), action])
            around = parse_address(around.id[: len(around.container)])
            row = self._store.find(around.key)
            if row is not None:
                if any(fnmatchcase(action.casefold(), known) for known in provider_of(row.type).below):
                    return row, action
                break
        self._scopes_exist(address)
        raise not_found(address)

    def _is_always_there(self, address: Address) -> bool:
        """Return whether the parent is there though nobody made it: a service, or what has one name only."""
        parent = parse_address(address.id[: len(address.container)])
        if parent.name.casefold() in _ALWAYS_THERE:
            return parent.is_child
        if not self._definitions.installed or not self._definitions.versions(address.type):
            return False
        return not self._definitions.versions(parent.type)

    def _make_parent(self, address: Address, asked: _Asked) -> None:
        parent = address.id[: len(address.container)]
        self._put_inner(parent, asked.version, {}, asked)

    def _invent(self, address: Address, asked: _Asked) -> None:
        """Make what *address* lies in, empty."""
        missing = parse_address(address.id[: len(address.container)])
        location = asked.body.get("location")
        body = (
            {"location": location if isinstance(location, str) else "westeurope"} if missing.kind is Kind.GROUP else {}
        )
        invented = _Asked(
            address=missing, version=asked.version, body=body, caller=asked.caller, inner=True, invented=True
        )
        self._put(invented, None)

    def _scopes_exist(self, address: Address) -> None:
        """Raise a fault when the subscription, the resource group or the extended resource is not there."""
        self._groups_exist(address)
        if address.scope and address.kind is Kind.RESOURCE:
            scope = parse_address(address.scope)
            if scope.kind in (Kind.RESOURCE, Kind.MANAGEMENT_GROUP) and self._store.id_of(scope.key) is None:
                raise not_found(scope)

    def _groups_exist(self, address: Address) -> None:
        """Raise a fault when the subscription or the resource group is not there."""
        if address.subscription and self._settings.subscriptions and self._store.id_of(address.subscription) is None:
            raise not_found(parse_address(address.subscription))
        if address.group and address.kind is not Kind.GROUP and self._store.id_of(address.group) is None:
            raise not_found(parse_address("/".join(address.id.split("/")[:5])))

    def _make_subscription(self, address: Address) -> None:
        id_ = "/".join(address.id.split("/")[:3])
        if self._settings.subscriptions:
            raise not_found(parse_address(id_))
        asked = _Asked(address=parse_address(id_), version=_SCOPES_VERSION, body={}, caller=ANYONE, inner=True)
        self._put(asked, None)

    def _find(self, address: Address) -> Row | None:
        """Return the row at *address*; a subscription that is taken as existing is made."""
        row = self._store.find(address.key)
        if row is None and address.kind is Kind.SUBSCRIPTION and not self._settings.subscriptions:
            with self._store.write():
                self._make_subscription(address)
            row = self._store.find(address.key)
        if row is None and address.is_child:
            row = self._always_there(address)
        return row

    def _always_there(self, address: Address) -> Row | None:
        """Return what is there below its parent though nobody made it, made now; None when that is not so."""
        parent = self._store.find(address.container)
        below = address.key[len(address.container) + 1 :]
        spelt = () if parent is None else (each for each in provider_of(parent.type).always if each.casefold() == below)
        known = next(iter(spelt), None)
        if parent is None or known is None:
            return None
        made = parse_address(f"{parent.id}/{known}")
        asked = _Asked(address=made, version=parent.api_version, body={}, caller=ANYONE, inner=True)
        with self._store.write():
            if self._store.find(address.key) is None:
                self._put(asked, None)
        return self._store.find(address.key)

    def _quota(self, put: Put) -> None:
        address = put.address
        limit = self._limits.get(address.type_key) if self._settings.quotas else None
        if (
            limit is None
            or put.existing is not None
            or self._store.count(address.type_key, address.subscription) < limit
        ):
            return
        raise Fault(
            409,
            "QuotaExceeded",
            f"Operation could not be completed as it results in exceeding approved quota of {limit} resources of type "
            f"'{address.type}' in this subscription. Current Limit: {limit}, Current Usage: {limit}, Additional "
            "Required: 1.",
            target=address.id,
        )

    @property
    def _limits(self) -> dict[str, int]:
        return {type_.casefold(): limit for type_, limit in self._settings.quotas.items()}

    def _precondition(self, row: Row | None, if_match: str | None, if_none_match: str | None) -> None:
        if if_match is not None and (row is None or not _matches(if_match, row.etag)):
            raise precondition_failed()
        if if_none_match is not None and row is not None and _matches(if_none_match, row.etag):
            raise precondition_failed()

    # what is told to others

    @contextmanager
    def _change(self, address: Address, verb: Verb, caller: Caller) -> Iterator[None]:
        """Run what goes ahead of a change; make the change one transaction; tell when it is refused."""
        try:
            for before in self.before:
                before(address, verb, caller)
            with self._store.write():
                yield
        except Fault as fault:
            with self._store.write():
                self._record(address, verb, caller, fault.code)
            raise

    def _record(self, address: Address, operation: str, caller: Caller, status: str) -> None:
        for recorder in self.recorders:
            recorder(address, operation, caller, status)


def _is_tracked(address: Address, body: JsonObject) -> bool:
    """Return whether lists of a scope have the resource: it lies in a region, or is one of its resource group."""
    if address.kind is not Kind.RESOURCE:
        return False
    return "location" in body or (len(address.names) == 1 and address.scope.casefold() == address.group != "")


def _in_list(body: JsonObject, row: Row, expand: Collection[str]) -> JsonObject:
    shown: JsonObject = {name: body[name] for name in _IN_LISTS if name in body}
    if "createdtime" in expand:
        shown["createdTime"] = row.created
    if "changedtime" in expand:
        shown["changedTime"] = row.changed
    if "provisioningstate" in expand:
        properties = body.get("properties")
        state = properties.get("provisioningState") if isinstance(properties, dict) else None
        shown["provisioningState"] = state or "Succeeded"
    return shown


def _matches(header: str, etag: str) -> bool:
    """Return whether a header names *etag*; weak ones are compared as strong ones are.

    Source: RFC 9110, section 8.8.3.
    """
    named = (each.strip().removeprefix("W/").strip('"') for each in header.split(","))
    return any(each in ("*", etag.removeprefix("W/").strip('"')) for each in named)


def _etag_of(key: str, data: bytes) -> str:
    digits = blake2b(key.encode() + b"\0" + data, digest_size=16).hexdigest()
    return f'W/"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"'


def _with_tags(body: dict[str, Any], tags: JsonObject) -> dict[str, Any]:
    return {**body, "tags": tags} if tags else {name: value for name, value in body.items() if name != "tags"}
