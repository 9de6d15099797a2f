"""What the installed type definitions say: of types, API versions, bodies, and what the service fills in.

Without definitions everything passes. The store of definitions is of one thread at a time; a lock sees to that.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, Final

from armlib.azuretypes.corrections import Corrections, Exceptions, packaged
from armlib.azuretypes.location import store_path
from armlib.azuretypes.model import FunctionType, ObjectType, ResourceType, Scopes, Type, VariantType
from armlib.azuretypes.names import is_version, nearest_version, version_order
from armlib.azuretypes.store import Store, open_store
from armlib.dataclass import dataclass
from armlib.deployment.fault import Fault
from armlib.diagnostics import Diagnostic, Severity
from armlib.emulator.addresses import Address
from armlib.emulator.filling import Filling, Surroundings, answer, plan
from armlib.emulator.kept import Kept, keep
from armlib.emulator.refusals import location_not_available, location_required
from armlib.emulator.regions import is_region
from armlib.emulator.settings import Settings
from armlib.emulator.store import encode
from armlib.jsontypes import JsonObject, format_path

_REMEMBERED: Final = 4096  # checks of bodies
# the word that a service has for a body it cannot use; all others use the last one
_BODY_CODES: Final = {
    "microsoft.compute": "InvalidParameter",
    "microsoft.network": "InvalidRequestFormat",
    "microsoft.storage": "InvalidValuesForRequestParameters",
    "microsoft.web": "BadRequest",
    "microsoft.keyvault": "BadRequest",
}
_OTHER_BODY_CODE: Final = "InvalidRequestContent"
_OF_AZURE: Final = "microsoft."
# keys beside those of every resource that a body may have
_FURTHER: Final = frozenset(("id", "properties", "systemdata"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The definition that a body is read with.

    *exact* says whether it is of the API version that was asked for; *name* is the type as it was published.
    """

    name: str
    version: str
    exact: bool
    type: ResourceType
    exceptions: Exceptions | None
    fillings: tuple[Filling, ...]
    has_etag: bool
    has_state: bool
    is_tracked: bool


class Definitions:
    """The installed definitions, or none."""

    def __init__(self, store: Store | None, corrections: Corrections, settings: Settings) -> None:
        self._store = store
        self._corrections = corrections
        self._settings = settings
        self._lock = threading.RLock()
        self._shapes: dict[tuple[str, str], Shape | None] = {}
        self._checked: dict[bytes, list[Diagnostic]] = {}

    @classmethod
    def open(cls, settings: Settings) -> Definitions:
        """Open what is installed, if anything is.

        Raises:
            StoreError: there is a file, but it is no store of this version.
        """
        store = open_store(store_path(settings.definitions), shared=True)
        return cls(store, packaged(), settings)

    @property
    def store(self) -> Store | None:
        """The store of the installed definitions, if there is one."""
        return self._store

    @property
    def installed(self) -> bool:
        """Whether there are definitions at all."""
        return self._store is not None

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()

    def namespaces(self) -> tuple[str, ...]:
        """Return the known namespaces, in lower case, sorted."""
        with self._lock:
            return () if self._store is None else self._store.namespaces()

    def names(self, namespace: str) -> tuple[str, ...]:
        """Return the known types of a namespace, sorted."""
        with self._lock:
            return () if self._store is None else self._store.names(namespace)

    def versions(self, type_: str) -> tuple[str, ...]:
        """Return the versions of a type, oldest first."""
        with self._lock:
            return () if self._store is None else self._store.versions(type_)

    def functions(self, type_: str, version: str) -> tuple[FunctionType, ...]:
        """Return the actions of a type in the version that is nearest to *version*."""
        with self._lock:
            if self._store is None:
                return ()
            near = nearest_version(version, self._store.versions(type_))
            return () if near is None else self._store.functions(type_, near)

    def answer(self, type_: str, version: str, action: str, around: Surroundings) -> Any:
        """Return a made-up answer to an action, None when the definitions do not know it."""
        found = next(
            (each for each in self.functions(type_, version) if each.name.casefold() == action.casefold()), None
        )
        if found is None:
            return None
        with self._lock:
            return answer(found.output, self.resolve, around)

    def resolve(self, type_: Type) -> Type:
        """Return what a reference stands for, and any other type as it is."""
        assert self._store is not None, "only definitions have references"
        with self._lock:
            return self._store.resolve(type_)

    def shape(self, type_: str, version: str) -> Shape | None:
        """Return the definition of a type in a version, or in the nearest one; None when the type is not known."""
        if self._store is None:
            return None
        key = type_.casefold(), version.lower()
        if key not in self._shapes:
            with self._lock:
                self._shapes[key] = self._shape(self._store, *key)
        return self._shapes[key]

    def check_version(self, address: Address, version: str, location: str | None = None) -> None:
        """Raise a fault unless the type of *address* exists in the API version."""
        if not version:
            raise Fault(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        if not is_version(version.lower()):
            raise Fault(
                400,
                "InvalidApiVersionParameter",
                f"The api-version '{version[:60]}' is invalid: it is a date, as in '2024-01-01' or "
                "'2024-01-01-preview'.",
            )
        if self._store is None or not self._settings.types or address.namespace.casefold() == "microsoft.resources":
            return
        shape = self.shape(address.type, version)
        if shape is None:
            self._no_type(address, version)
            return
        self._check_scope(address, version, shape)
        in_region = location is None or is_region(location) or not (shape.is_tracked and self._settings.bodies)
        if location is not None and not in_region and _is_of_azure(address):
            raise location_not_available(address, location)
        if not shape.exact and not (shape.exceptions is not None and "version" in shape.exceptions.kinds):
            raise self._no_version(address, version, location)

    def _check_scope(self, address: Address, version: str, shape: Shape) -> None:
        """Raise a fault when the type does not exist at the scope of *address*."""
        known = shape.type.writable | shape.type.readable
        accepted = shape.exceptions is not None and "scope" in shape.exceptions.kinds
        if not known or known & Scopes.EXTENSION or accepted or known & _scope_of(address):
            return
        scope = address.scope or "/"
        raise Fault(
            404,
            "InvalidResourceType",
            f"The resource type '{address.kinds}' could not be found in the namespace '{address.namespace}' for api "
            f"version '{version}' at the scope '{scope}'.",
            target=address.id,
        )

    def check_body(self, address: Address, version: str, body: JsonObject) -> None:
        """Raise a fault when the definition denies *body*."""
        shape = self.shape(address.type, version) if self._settings.bodies else None
        if shape is None:
            return
        wrong = self._wrong(shape, address.name, body)
        if wrong:
            raise _refusal(address, wrong)

    def keep(self, address: Address, version: str, body: dict[str, Any]) -> Kept:
        """Return what is kept of *body*."""
        shape = self.shape(address.type, version)
        if shape is None:
            return keep(body, None, None, None)
        with self._lock:
            return keep(body, shape.type.body, self._store, shape.exceptions)

    def _wrong(self, shape: Shape, name: str, body: JsonObject) -> list[Diagnostic]:
        from armlib.azuretypes.body import Body, check_body

        # a body may hold secrets, so that its digest is remembered and not the body
        text = f"{shape.name}@{shape.version}/{name}/".encode("utf-8", "surrogatepass") + encode(body)
        key = blake2b(text, digest_size=16).digest()
        found = self._checked.get(key)
        if found is None:
            with self._lock:
                assert self._store is not None
                whole = {**body, "name": name, "type": shape.name, "apiVersion": shape.version}
                checked = Body(
                    value=whole,
                    type=shape.type,
                    name=name,
                    nearest=not shape.exact,
                    values=None,
                    exceptions=shape.exceptions,
                    further=_FURTHER,
                )
                found = [each for each in check_body(checked, self._store) if each.severity is Severity.ERROR]
            if len(self._checked) >= _REMEMBERED:
                self._checked.clear()
            self._checked[key] = found
        return found

    def _shape(self, store: Store, type_: str, version: str) -> Shape | None:
        exceptions = self._corrections.for_type(type_, version)
        if exceptions is not None and "any" in exceptions.kinds:
            return None
        found = store.find(type_, version)
        exact = found is not None
        if found is None:
            near = nearest_version(version, store.versions(type_))
            found = store.find(type_, near) if near is not None else None
        if found is None:
            return None
        root = dict(_properties(store, found))
        inner = store.resolve(root["properties"].type) if "properties" in root else None
        state = isinstance(inner, ObjectType) and "provisioningState" in inner.properties
        if isinstance(inner, VariantType):
            state = "provisioningState" in inner.base.properties
        return Shape(
            name=found.name,
            version=found.version,
            exact=exact,
            type=found,
            exceptions=exceptions,
            fillings=() if inner is None else plan(inner, store.resolve),
            has_etag="etag" in root,
            has_state=state,
            is_tracked="location" in root,
        )

    def _no_type(self, address: Address, version: str) -> None:
        assert self._store is not None
        exceptions = self._corrections.for_type(address.type, version)
        if exceptions is not None and exceptions.kinds & {"any", "version"}:
            return
        with self._lock:
            known = self._store.names(address.namespace)
            complete = self._store.complete
            versions = {each for name in known for each in self._store.versions(name)}
        if not known and not (complete and _is_of_azure(address)):
            return  # of what others offer, or a test makes up, the definitions need know nothing
        if not known:
            raise Fault(404, "InvalidResourceNamespace", f"The resource namespace '{address.namespace}' is invalid.")
        supported = ", ".join(sorted(versions, key=version_order, reverse=True))
        raise Fault(
            404,
            "InvalidResourceType",
            f"The resource type '{address.kinds}' could not be found in the namespace '{address.namespace}' for api "
            f"version '{version}'. The supported api-versions are '{supported}'.",
        )

    def _no_version(self, address: Address, version: str, location: str | None) -> Fault:
        supported = ", ".join(reversed(self.versions(address.type)))
        return Fault(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{location or 'global'}' and API version '{version}' "
            f"for type '{address.kinds}'. The supported api-versions are '{supported}'.",
        )


def _is_of_azure(address: Address) -> bool:
    return address.namespace.casefold().startswith(_OF_AZURE)


def _scope_of(address: Address) -> Scopes:
    if address.is_extension:
        return Scopes.EXTENSION
    if address.group:
        return Scopes.RESOURCE_GROUP
    if address.subscription:
        return Scopes.SUBSCRIPTION
    return Scopes.MANAGEMENT_GROUP if address.scope else Scopes.TENANT


def _properties(store: Store, type_: ResourceType) -> Iterator[tuple[str, Any]]:
    body = store.resolve(type_.body)
    if isinstance(body, VariantType):
        body = body.base
    if isinstance(body, ObjectType):
        yield from body.properties.items()


def _refusal(address: Address, wrong: list[Diagnostic]) -> Fault:
    """Return what the service says of a body with these mistakes."""
    if any(each.code == "required-missing" and each.message.startswith("'location'") for each in wrong):
        return location_required()
    code = _BODY_CODES.get(address.namespace.casefold(), _OTHER_BODY_CODE)
    details = [Fault(400, code, _told(each), target=format_path(each.path)) for each in wrong]
    if len(details) == 1:
        return details[0]
    message = f"The request content for '{address.id}' was invalid: {len(details)} properties cannot be used."
    return Fault(400, code, message, details=details)


def _told(wrong: Diagnostic) -> str:
    hint = f" ({wrong.hint})" if wrong.hint else ""
    where = format_path(wrong.path) if wrong.path else "the resource"
    return f"The request content was invalid at {where}: {wrong.message}{hint}."
