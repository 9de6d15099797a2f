"""What a service fills in, read off the type's definition: properties that only it writes.

The definition says which there are; their names say what they are: an endpoint, a host, an id, a state, a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from armlib.azuretypes.model import (
    ArrayType,
    BooleanType,
    EnumType,
    IntegerType,
    ObjectType,
    Property,
    StringType,
    Type,
    VariantType,
)
from armlib.emulator.providers import made_up
from armlib.template.secrets import is_secret_name

_DEEPEST: Final = 3  # levels of properties
_DEEPEST_ANSWER: Final = 6
_FINE: Final = (
    "Succeeded",
    "Active",
    "Ready",
    "Running",
    "Online",
    "Enabled",
    "Available",
    "Approved",
    "Connected",
    "Registered",
    "Started",
    "Created",
    "Valid",
    "Completed",
    "OK",
    "Normal",
)
_TIME: Final = re.compile(
    r"(created|creation|modified|updated|updation|changed)(on|at|time|date|datetime|timeutc|timestamp)\Z"
)
_NO_ID: Final = re.compile(r"(resourceid|resourceuri|operationid|jobid|tenantid|subscriptionid|versionid|errorid)\Z")


class Surroundings(NamedTuple):
    """What made-up values depend on: the *id* and *type* of the resource, and the time."""

    id: str
    type: str
    now: str
    tenant: str

    @property
    def name(self) -> str:
        """The last name of the id, in lower case."""
        return self.id.rpartition("/")[2].casefold()

    @property
    def host(self) -> str:
        """A host name made of the name and the namespace, below a domain that is nobody's."""
        namespace, *kinds = self.type.casefold().split("/")
        return f"{self.name}.{kinds[-1]}.{namespace.rpartition('.')[2]}.example"


Maker = Callable[[Surroundings], Any]


class Filling(NamedTuple):
    """A property that the service fills in: where it is, what makes it, and whether it stays as it was first made."""

    path: tuple[str, ...]
    make: Maker
    stays: bool


def plan(type_: Type, resolve: Callable[[Type], Type]) -> tuple[Filling, ...]:
    """Return what a service fills into the ``properties`` with this type."""
    return tuple(_plan(resolve(type_), resolve, (), everything=False))


def fill(properties: dict[str, Any], was: Any, fillings: tuple[Filling, ...], around: Surroundings) -> dict[str, Any]:
    """Return *properties* with what the service fills in; *was* is what they were."""
    filled = dict(properties)
    for filling in fillings:
        place = filled
        before = was
        for step in filling.path[:-1]:
            inner = place.get(step)
            place[step] = dict(inner) if isinstance(inner, dict) else {}
            place = place[step]
            before = before.get(step) if isinstance(before, dict) else None
        last = filling.path[-1]
        if last not in place:
            known = before.get(last) if isinstance(before, dict) else None
            place[last] = known if filling.stays and known is not None else filling.make(around)
    return filled


def answer(type_: Type, resolve: Callable[[Type], Type], around: Surroundings) -> Any:
    """Return an answer of the type *type_* to an action, made up."""
    return _value("", resolve(type_), resolve, around, 0)


def _plan(
    type_: Type, resolve: Callable[[Type], Type], path: tuple[str, ...], *, everything: bool
) -> Iterator[Filling]:
    if isinstance(type_, VariantType):
        type_ = type_.base
    if not isinstance(type_, ObjectType) or len(path) >= _DEEPEST:
        return
    for name, known in type_.properties.items():
        if not everything and not known.read_only:
            continue
        inner = resolve(known.type)
        if isinstance(inner, ObjectType) and not inner.sensitive:
            yield from _plan(inner, resolve, (*path, name), everything=True)
        else:
            make = _maker(known, inner)
            if make is not None:
                stays = _TIME.search(name.casefold()) is not None and "creat" in name.casefold()
                yield Filling((*path, name), make, stays)


def _maker(known: Property, type_: Type) -> Maker | None:
    name = known.name
    folded = name.casefold()
    if folded == "provisioningstate":
        return None
    if isinstance(type_, EnumType):
        fine = next((value for value in _FINE if value in type_.values), None)
        return (lambda _: fine) if fine is not None and ("state" in folded or "status" in folded) else None
    if isinstance(type_, ArrayType) and isinstance(type_.item, StringType):
        one = _text_maker(
            name.removesuffix("es") if folded.endswith("addresses") else name.removesuffix("s"), type_.item
        )
        return None if one is None else lambda around: [one(around)]
    if not isinstance(type_, StringType) or type_.sensitive:
        return None
    return _text_maker(name, type_)


def _text_maker(name: str, type_: StringType) -> Maker | None:
    folded = name.casefold()
    if folded == "tenantid":
        return lambda around: around.tenant
    if folded == "instrumentationkey":
        return lambda around: made_up.guid(f"{name} {around.id}")
    if is_secret_name(folded) or _NO_ID.search(folded):
        return None
    if folded.endswith(("endpoint", "uri", "url")):
        return lambda around: f"https://{around.host}/"
    if folded.endswith(("fqdn", "hostname", "domainname", "defaultdomain", "loginserver")):
        return lambda around: around.host
    if folded.endswith(("ipaddress", "staticip")):
        return lambda around: made_up.address(f"{name} {around.id}")
    if _TIME.search(folded):
        return lambda around: around.now
    if folded.endswith(("guid", "uniqueid", "immutableid")) or re.search(r"(^id|[a-z]Id)\Z", name):
        return lambda around: made_up.guid(f"{name} {around.id}")
    return None


def _value(name: str, type_: Type, resolve: Callable[[Type], Type], around: Surroundings, depth: int) -> Any:
    if depth > _DEEPEST_ANSWER:
        return None
    if isinstance(type_, VariantType):
        type_ = type_.base
    if isinstance(type_, ObjectType):
        made = {
            key: _value(key, resolve(known.type), resolve, around, depth + 1) for key, known in type_.properties.items()
        }
        return {key: value for key, value in made.items() if value is not None}
    if isinstance(type_, ArrayType):
        item = _value(name.removesuffix("s"), resolve(type_.item), resolve, around, depth + 1)
        return [] if item in (None, {}) else [item]
    if isinstance(type_, EnumType):
        return type_.values[0] if type_.values else None
    if isinstance(type_, StringType):
        make = _text_maker(name, type_)
        if make is not None:
            return make(around)
        if name.casefold().endswith("name"):
            return around.name
        return made_up.key(f"{name} of {around.id}") if type_.sensitive or _is_key(name) else None
    if isinstance(type_, BooleanType | IntegerType):
        return None
    return None


def _is_key(name: str) -> bool:
    folded = name.casefold()
    return folded.endswith(("key", "key1", "key2", "value", "token", "password")) or is_secret_name(name)
