"""Which values are the same to a service though they are not written alike, and which are never to be shown."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from armlib.deployment.types import HIDDEN
from armlib.deployment.whatif.model import Reason
from armlib.template.secrets import is_secret_name

# What a service makes and no template sets, wherever it stands in a body. Source: "Common types" of the Azure Resource
# Manager REST API, and the read-only properties that most services share.
SERVER_MADE: Final = frozenset(
    {
        "id",
        "name",
        "type",
        "etag",
        "systemdata",
        "createdtime",
        "changedtime",
        "provisioningstate",
        "provisioningtime",
        "creationtime",
        "resourceguid",
        "uniqueid",
        "principalid",
        "clientid",
        "tenantid",
        "timecreated",
        "datecreated",
    }
)
SECRET_OBJECTS: Final = frozenset({"protectedsettings", "secureproperties"})
SECRET_LISTS: Final = frozenset({"secrets", "protectedparameters"})  # of objects that have a value each
_PLACES: Final = frozenset({"location", "locationname", "region"})
_NAMING: Final = frozenset({"kind", "sku", "tier", "family", "type", "name"})
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z")
_TIME = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d")
_ADDRESS = re.compile(r"[0-9a-fA-F.:]+(?:/\d+)?\Z")

Likeness: TypeAlias = "Literal[True, False] | Reason"


class Kind(NamedTuple):
    """What is known of a value besides itself.

    *name* is the case-folded name of its property. *closed* says that it is one of some words, None that nothing is
    known; *free* that it is the user's own text, in tags or settings.
    """

    name: str
    closed: bool | None = None
    free: bool = False


def is_secret_pair(value: dict[str, Any]) -> bool:
    """Return whether *value* is ``{name, value}`` with a name that says that the value is a secret."""
    name = value.get("name")
    return isinstance(name, str) and "value" in value and is_secret_name(name)


def is_masked(value: Any) -> bool:
    """Return whether *value* stands for a secret that is not shown."""
    return isinstance(value, str) and value == HIDDEN


def is_nothing(value: Any) -> bool:
    """Return whether writing *value* is the same as writing nothing: null, and empty lists and objects."""
    if value is None:
        return True
    if type(value) is dict:
        return all(map(is_nothing, value.values()))
    return type(value) is list and not value


def alike(wanted: Any, there: Any, kind: Kind) -> Likeness:
    """Return True when two scalars are the same, the reason why they are the same to the service, or False."""
    one, other = type(wanted), type(there)
    if one is other:
        if wanted == there:
            return True
        return _texts(wanted, there, kind) if one is str else False
    if one in _NUMBERS and other in _NUMBERS:
        return bool(wanted == there)
    if one in _SCALARS and other in _SCALARS and not kind.free:
        return Reason.NORMALISED if wanted == there or _as_text(wanted) == _as_text(there) else False
    return False


_NUMBERS = frozenset({int, float})
_SCALARS = frozenset({int, float, bool, str})


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).casefold()


def _texts(wanted: str, there: str, kind: Kind) -> Likeness:
    if kind.free:
        return Reason.NORMALISED if wanted.replace("\r\n", "\n") == there.replace("\r\n", "\n") else False
    one, other = wanted.casefold(), there.casefold()
    if one == other:
        return Reason.CASE if _case_is_nothing(one, wanted, kind) else False
    return Reason.NORMALISED if _is_normalised(one, other, kind.name) else False


def _case_is_nothing(folded: str, text: str, kind: Kind) -> bool:
    """Return whether the case of *text* means nothing to the service."""
    if kind.closed or folded.startswith(("/subscriptions/", "/providers/")) or kind.name in _PLACES:
        return True
    if kind.name.endswith("id") and folded.startswith("/"):
        return True
    if _GUID.match(folded) or folded.startswith(("http://", "https://")):
        return True
    if kind.closed is None:
        return _WORD.match(text) is not None
    return kind.name in _NAMING


def _is_normalised(one: str, other: str, name: str) -> bool:
    if name in _PLACES and one.replace(" ", "") == other.replace(" ", ""):
        return True
    if one.rstrip("/") == other.rstrip("/") and "/" in one + other:
        return True
    if "version" in name and other.startswith(f"{one}.") and one[-1:].isdigit():
        return True
    if "," in one and [part.strip() for part in one.split(",")] == [part.strip() for part in other.split(",")]:
        return True
    if _TIME.match(one) and _TIME.match(other):
        return bool(_time(one) == _time(other) is not None)
    if _ADDRESS.match(one) and _ADDRESS.match(other) and ("/" in one or "/" in other or ":" in one):
        return bool(_network(one) == _network(other) is not None)
    return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")


def _time(text: str) -> Any:
    from datetime import UTC, datetime

    try:
        time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _network(text: str) -> Any:
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def pairing_key(value: Any) -> str:
    """Return what scalars that a service takes for the same have in common."""
    text = _as_text(value)
    return text.removesuffix("/32").rstrip("/") if text.endswith(("/32", "/")) else text
