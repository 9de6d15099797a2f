"""The id of a request, taken apart: what it names, what that lies in, and whether its names can be used."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from armlib.dataclass import dataclass
from armlib.deployment.fault import Fault

TENANT: Final = "Microsoft.Resources/tenants"
SUBSCRIPTION: Final = "Microsoft.Resources/subscriptions"
GROUP: Final = "Microsoft.Resources/resourceGroups"
MANAGEMENT_GROUP: Final = "Microsoft.Management/managementGroups"

_BAD = re.compile(r"[\x00-\x1f\x7f<>%&\\?/\ud800-\udfff]")
_GROUP_NAME = re.compile(r"[-\w.()]+\Z")
_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+\Z")
_TYPE = re.compile(r"[A-Za-z$][\w$.-]*\Z")
_LONGEST_NAME: Final = 260
_LONGEST_GROUP_NAME: Final = 90
_LONGEST_ID: Final = 4096


class Kind(Enum):
    """What an id names."""

    TENANT = "tenant"
    SUBSCRIPTION = "subscription"
    GROUP = "resource group"
    MANAGEMENT_GROUP = "management group"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An id in its parts.

    Attributes:
        kind: What it names.
        id: It, in the service's spelling of the fixed parts, names as they were given.
        key: It, for comparing.
        type: The whole type.
        names: A name for each segment of the type.
        container: The key of what must be there first: the parent, what it extends, or the scope it lies in.
        scope: The id of the scope or resource in front of the last ``/providers/``.
        subscription: The key of the subscription it lies in; "" for none.
        group: The key of the resource group it lies in; "" for none.
        is_extension: Whether it extends another resource.
    """

    kind: Kind
    id: str
    key: str
    type: str
    names: tuple[str, ...]
    container: str
    scope: str
    subscription: str = ""
    group: str = ""
    is_extension: bool = False

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1] if self.names else ""

    @property
    def type_key(self) -> str:
        """The type, for comparing."""
        return self.type.casefold()

    @property
    def namespace(self) -> str:
        """The namespace, as it was spelt."""
        return self.type.partition("/")[0]

    @property
    def kinds(self) -> str:
        """The type without its namespace."""
        return self.type.partition("/")[2]

    @property
    def is_child(self) -> bool:
        """Whether it has a parent resource."""
        return self.kind is Kind.RESOURCE and len(self.names) > 1

    def below(self, id_of_container: str) -> str:
        """Return the id with what it lies in spelt as *id_of_container*."""
        return id_of_container + self.id[len(self.container) :]


@lru_cache(maxsize=16_384)
def parse_address(id_: str) -> Address:
    """Return the parts of an id; doubled slashes count as one, and one at the end as none.

    Raises:
        Fault: it is no id, or has a name that no resource can have.
    """
    if len(id_) > _LONGEST_ID:
        raise Fault(400, "InvalidResourceId", f"The resource id has {len(id_)} characters, more than {_LONGEST_ID}.")
    segments = [segment for segment in id_.split("/") if segment]
    if id_ and not id_.startswith("/"):
        raise _no_id(id_)
    if not segments:
        return Address(kind=Kind.TENANT, id="", key="", type=TENANT, names=(), container="", scope="")
    folded = [segment.casefold() for segment in segments]
    if "providers" in folded:
        at = len(folded) - 1 - folded[::-1].index("providers")
        scope = parse_address("/" + "/".join(segments[:at]))  # the scopes of many resources are few
        rest = segments[at + 1 :]
        is_group = len(rest) == 3 and folded[at + 1 : at + 3] == ["microsoft.resources", "resourcegroups"]
        if is_group and scope.kind is Kind.SUBSCRIPTION:
            return _group(scope, rest[2])
        return _resource(scope, rest, id_)
    if folded[0] == "subscriptions" and len(segments) == 2:
        return _subscription(segments[1])
    if folded[0] == "subscriptions" and folded[2:3] == ["resourcegroups"] and len(segments) == 4:
        return _group(parse_address(f"/subscriptions/{segments[1]}"), segments[3])
    raise _no_id(id_)


def _subscription(name: str) -> Address:
    _check_name(name)
    id_ = f"/subscriptions/{name}"
    key = id_.casefold()
    return Address(
        kind=Kind.SUBSCRIPTION,
        id=id_,
        key=key,
        type=SUBSCRIPTION,
        names=(name,),
        container="",
        scope="",
        subscription=key,
    )


def _group(subscription: Address, name: str) -> Address:
    bad = "".join(dict.fromkeys(character for character in name if not _GROUP_NAME.match(character)))
    if bad:
        raise Fault(
            400,
            "InvalidResourceGroup",
            f"The provided resource group name '{name}' has these invalid characters: '{bad}'. The name can only be a "
            "letter, digit, '-', '.', '(', ')' or '_'.",
        )
    if len(name) > _LONGEST_GROUP_NAME or name.endswith("."):
        raise Fault(
            400,
            "InvalidResourceGroup",
            f"The provided resource group name '{name}' is not valid: it must have 1 to {_LONGEST_GROUP_NAME} "
            "characters and not end with a period.",
        )
    id_ = f"{subscription.id}/resourceGroups/{name}"
    key = id_.casefold()
    return Address(
        kind=Kind.GROUP,
        id=id_,
        key=key,
        type=GROUP,
        names=(name,),
        container=subscription.key,
        scope=subscription.id,
        subscription=subscription.key,
        group=key,
    )


def _resource(scope: Address, segments: list[str], whole: str) -> Address:
    if len(segments) < 3 or len(segments) % 2 == 0:
        raise _no_id(whole)
    namespace, kinds, names = segments[0], segments[1::2], segments[2::2]
    if not _NAMESPACE.match(namespace):
        raise Fault(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    for kind in kinds:
        if not _TYPE.match(kind):
            raise Fault(404, "InvalidResourceType", f"The resource type '{namespace}/{'/'.join(kinds)}' is invalid.")
    for name in names:
        _check_name(name)
    type_ = "/".join([namespace, *kinds])
    id_ = "/".join([scope.id, "providers", *segments])
    key = id_.casefold()
    parent = id_.casefold().rsplit("/", 2)[0]
    return Address(
        kind=Kind.MANAGEMENT_GROUP if not scope.id and type_.casefold() == _MANAGEMENT_GROUP_KEY else Kind.RESOURCE,
        id=id_,
        key=key,
        type=type_,
        names=tuple(names),
        container=scope.key if len(names) == 1 else parent,
        scope=scope.id,
        subscription=scope.subscription,
        group=scope.group,
        is_extension=scope.kind is Kind.RESOURCE,
    )


_MANAGEMENT_GROUP_KEY = MANAGEMENT_GROUP.casefold()


def _check_name(name: str) -> None:
    found = _BAD.search(name)
    if found or name in (".", "..") or name != name.strip() or len(name) > _LONGEST_NAME:
        if found:
            why = f"it has the character {found[0]!r}"
        elif len(name) > _LONGEST_NAME:
            why = f"it has more than {_LONGEST_NAME} characters"
        else:
            why = "it is '.' or '..', or has a blank at an end"
        raise Fault(400, "InvalidResourceName", f"Resource name '{name[:_LONGEST_NAME]}' is invalid: {why}.")


def _no_id(id_: str) -> Fault:
    return Fault(
        400,
        "InvalidResourceId",
        f"'{id_[:_LONGEST_ID]}' is not the id of a resource: after /providers/ come a namespace, and types and names "
        "in turn.",
    )
