"""What the engine asks of a provider, and what it tells it. Providers are pure: they change nothing themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from armlib.dataclass import dataclass
from armlib.emulator.addresses import Address
from armlib.emulator.definitions import Definitions, Shape
from armlib.jsontypes import Json, JsonObject


class View(Protocol):
    """What a provider can see of the state."""

    @property
    def now(self) -> str:
        """The time, as the service writes it."""
        ...

    @property
    def tenant(self) -> str:
        """The id of the tenant."""
        ...

    @property
    def checks_references(self) -> bool:
        """Whether what a resource names must exist."""
        ...

    def get(self, id_: str) -> JsonObject | None:
        """Return a resource as GET answers, or None."""
        ...

    def exists(self, id_: str) -> bool:
        """Return whether there is such a resource."""
        ...

    def list(self, type_: str, scope: str = "", text: str = "") -> Sequence[JsonObject]:
        """Return the resources of a type inside a scope, "" for everywhere; with *text*, those that hold it."""
        ...

    def named(self, type_: str, name: str) -> Sequence[str]:
        """Return the ids of the resources of a type, anywhere, whose last name is *name*."""
        ...

    def referrers(self, id_: str, type_: str = "") -> Sequence[JsonObject]:
        """Return the resources that name *id_* and stay: those of a type, or all."""
        ...

    def location(self, id_: str) -> str:
        """Return the location of the resource group that *id_* lies in; "" when it lies in none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A body that is put.

    Attributes:
        address: What it is put to; ``address.id`` is spelt as GET will.
        api_version: The version it was written for.
        body: As it was sent, without secrets and without what only the service writes.
        existing: As GET answers now.
        shape: Its definition, when there is one.
        view: The state.
        inner: Whether another resource makes it, as a network does its subnets.
        preflight: Whether this is only a check before a deployment, in which what it names may still be made.
    """

    address: Address
    api_version: str
    body: JsonObject
    existing: JsonObject | None
    shape: Shape | None
    view: View
    inner: bool = False
    preflight: bool = False

    @property
    def id(self) -> str:
        """The id."""
        return self.address.id

    @property
    def properties(self) -> JsonObject:
        """The properties that were sent; empty when there are none."""
        found = self.body.get("properties")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A POST to a resource: ``listKeys``, ``restart``.

    *resource* is as GET answers, *kept* what is kept of it; *shape* its definition. *body* may hold secrets. For what
    lies below a resource and is no row of its own, *action* is the whole way: ``config/appsettings/list``.
    """

    address: Address
    action: str
    api_version: str
    body: Json
    resource: JsonObject
    kept: JsonObject
    shape: Shape | None
    view: View
    definitions: Definitions

    @property
    def id(self) -> str:
        """The id of the resource."""
        return self.address.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A resource that is to be deleted; the referrers that *view* has are those that stay.

    *leaving* is the key of what is deleted, of which this may be a part.
    """

    address: Address
    resource: JsonObject
    view: View
    leaving: str

    def leaves(self, id_: str) -> bool:
        """Return whether what has the id *id_* is deleted, too."""
        key = id_.casefold()
        return key == self.leaving or key.startswith(f"{self.leaving}/")


Implied = tuple[str, str, dict[str, Any]]  # an id, an API version, a body


class Provider(Protocol):
    """One service's behaviour for some types."""

    @property
    def types(self) -> tuple[str, ...]:
        """The types, as Azure spells them."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """Where bodies have secrets that no definition tells of: ``properties.value``; ``*`` is any name or item."""
        ...

    @property
    def always(self) -> tuple[str, ...]:
        """What is there below each resource though nobody made it: ``blobServices/default``."""
        ...

    def check(self, put: Put) -> None:
        """Raise a fault when the service would refuse: something it names is missing, a name is taken."""
        ...

    def fill(self, put: Put) -> JsonObject:
        """Return the body that GET will answer: ids, endpoints, defaults, ``provisioningState``; no secrets."""
        ...

    def implied(self, put: Put) -> Sequence[Implied]:
        """Return the resources that this one makes beside itself."""
        ...

    def dropped(self, put: Put) -> Sequence[str]:
        """Return the ids of the resources that this one does away with."""
        ...

    def show(self, stored: JsonObject, view: View) -> JsonObject:
        """Return what GET answers, from what is kept."""
        ...

    def act(self, call: Act) -> Json:
        """Return the answer to a POST."""
        ...

    @property
    def below(self) -> tuple[str, ...]:
        """The actions, in lower case, of what lies below and is no row of its own; ``*`` is any name."""
        ...

    def may_delete(self, gone: Gone) -> None:
        """Raise a fault when the service would refuse to delete: it is in use."""
        ...
