"""What a what-if finds: resources that change, their properties, how grave that is, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from armlib.jsontypes import Json, JsonObject


class Mode(StrEnum):
    """What becomes of resources that the template does not have."""

    INCREMENTAL = "Incremental"  # they stay
    COMPLETE = "Complete"  # those of the resource group are deleted
    STACK = "Stack"  # those that the deployment stack manages are deleted, or let go


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a deployment stack manages, by id, and what it does with what it no longer has: ``delete`` or ``detach``."""

    managed: tuple[str, ...] = ()
    resources: str = "detach"
    resource_groups: str = "detach"
    management_groups: str = "detach"

    def action(self, id_: str) -> str:
        """Return what happens to the resource *id_* when it leaves the template."""
        segments = id_.casefold().rstrip("/").split("/")
        if segments[-2:-1] == ["resourcegroups"]:
            return self.resource_groups
        return self.management_groups if segments[-2:-1] == ["managementgroups"] else self.resources


class ChangeType(StrEnum):
    """What happens to a resource, in the service's words."""

    DELETE = "Delete"
    CREATE = "Create"
    DEPLOY = "Deploy"  # it is deployed, and what that changes is not known
    MODIFY = "Modify"
    NO_CHANGE = "NoChange"
    UNSUPPORTED = "Unsupported"  # only the deployment will know which resource it is
    IGNORE = "Ignore"  # it is there, and the deployment leaves it alone


class PropertyChangeType(StrEnum):
    """What happens to a property, in the service's words."""

    DELETE = "Delete"
    CREATE = "Create"
    MODIFY = "Modify"
    ARRAY = "Array"
    NO_EFFECT = "NoEffect"


class Risk(StrEnum):
    """What a change may cost."""

    DATA_LOSS = "dataLoss"
    DELETE = "delete"
    REPLACE = "replace"  # it cannot be changed in place
    LIST_REPLACED = "listReplaced"  # what a list has and the template does not goes
    DOWNTIME = "downtime"


class Reason(StrEnum):
    """Why a difference is no change."""

    READ_ONLY = "readOnly"
    SERVICE_DEFAULT = "serviceDefault"
    ORDER = "order"
    CASE = "case"
    WRITE_ONLY = "writeOnly"
    NORMALISED = "normalised"
    UNKNOWN = "expressionUnknown"
    CHILD = "childResource"  # an element that is a resource of the template itself
    NOT_IN_TYPE = "notInType"  # the type has no such property, and the service ignores it


@dataclass(frozen=True, slots=True)
class Rating:
    """A risk of a change, and why it is one."""

    risk: Risk
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChange:
    """A property that changes.

    *path* starts at the resource, or inside the array element that *children* stand in: ``properties.x.y``, ``tags.a``,
    ``tags['a.b']``; that of an array element is its index. *before* and *after* are None where there is nothing.
    *drift* says that the template is what it was, and the state was changed beside it.
    """

    path: str
    kind: PropertyChangeType
    before: Json = None
    after: Json = None
    children: tuple[PropertyChange, ...] = ()
    ratings: tuple[Rating, ...] = ()
    drift: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A difference that is no change; *path* starts at the resource: ``properties.subnets[0].id``."""

    path: str
    reason: Reason
    before: Json = None
    after: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one resource.

    *id* is an expression in brackets when only the deployment will know it. *before* and *after* are whole resources,
    ``{apiVersion, id, name, type, …}``, with secrets as ``***``. *reason* says why it is not supported, ignored, only
    potential, or deployed with unknown effect. *deployment* is the nested deployment that it is part of.
    """

    id: str
    type: str
    kind: ChangeType
    api_version: str | None = None
    before: JsonObject | None = None
    after: JsonObject | None = None
    delta: tuple[PropertyChange, ...] = ()
    ratings: tuple[Rating, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    reason: str | None = None
    symbolic_name: str | None = None
    deployment: str | None = None

    def rated(self) -> Iterator[tuple[str, Rating]]:
        """Yield the ratings of the change, with ``""``, and of its properties, with their paths from the resource."""
        yield from (("", rating) for rating in self.ratings)
        yield from ((path, rating) for path, change in self.properties() for rating in change.ratings)

    def drift(self) -> Iterator[str]:
        """Yield the paths of what was changed beside the template."""
        yield from (path for path, change in self.properties() if change.drift)

    def properties(self) -> Iterator[tuple[str, PropertyChange]]:
        """Yield all changes of properties, those in arrays too, with their paths from the resource."""
        return _properties(self.delta, "")


def _properties(delta: tuple[PropertyChange, ...], base: str) -> Iterator[tuple[str, PropertyChange]]:
    for change in delta:
        path = f"{base}[{change.path}]" if base and change.path.isdigit() else joined(base, change.path)
        yield path, change
        yield from _properties(change.children, path)


def joined(base: str, path: str) -> str:
    """Return *path*, which starts inside what is at *base*, as a path from where *base* starts."""
    return f"{base}.{path}" if base and path and not path.startswith("[") else base + path


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know of a what-if: *level* is ``Info``, ``Warning`` or ``Error``, *target* an id."""

    level: str
    code: str
    target: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What a deployment would change.

    *changes* has every resource of the template, in its order, and then what is there beside it. *potential* are those
    that may or may not happen, because a condition or an id is not known yet.
    """

    changes: tuple[Change, ...] = ()
    potential: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def counts(self) -> Counter[ChangeType]:
        """How many changes there are of each kind."""
        return Counter(change.kind for change in self.changes)

    @property
    def has_changes(self) -> bool:
        """Whether the deployment would change anything, or may: what is not known counts."""
        return any(change.kind not in _STILL for change in (*self.changes, *self.potential))

    @property
    def risks(self) -> frozenset[Risk]:
        """The risks of all changes."""
        return frozenset(rating.risk for change in self.changes for _, rating in change.rated())


_STILL = frozenset({ChangeType.NO_CHANGE, ChangeType.IGNORE})
