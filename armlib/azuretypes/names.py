"""Names of types, their API versions, and the segments that a resource's name has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_VERSION = re.compile(r"(\d{4})-(\d{2})-(\d{2})(-[\w.]+)?\Z")


def is_version(text: str) -> bool:
    """Return whether *text* has the form of an API version: ``2023-05-01``, ``2024-01-01-preview``."""
    return _VERSION.match(text) is not None


def version_order(version: str) -> tuple[str, bool, str]:
    """Return a key that sorts versions by age; of one day, a preview is older than the release."""
    return version[:10], "-" not in version[10:], version


def nearest_version(version: str, known: Sequence[str]) -> str | None:
    """Return the version of *known* whose date is nearest to *version*; of two, the newer.

    What is not a version at all (an expression, nothing) is nearest to the newest release.
    """
    if not known:
        return None
    day = _day(version)
    if day is None:
        releases = [candidate for candidate in known if "-" not in candidate[10:]]
        return max(releases or known, key=version_order)
    return min(known, key=lambda candidate: (_distance(day, candidate), _negated(candidate)))


def split_type(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the namespace and the further segments: ``("Microsoft.Web", ("sites", "config"))``."""
    namespace, *segments = name.split("/")
    return namespace, tuple(segments)


def extension_of(name: str, resource_name: str | None = None) -> str | None:
    """Return the type that an old spelling of an extension resource stands for, or None when *name* is not one.

    ``Microsoft.Compute/virtualMachines/providers/roleAssignments`` with the name
    ``vm/Microsoft.Authorization/assignment`` is a ``Microsoft.Authorization/roleAssignments``; the namespace may also
    stand in the type. Without it, the result has an empty namespace: ``/roleAssignments``.
    """
    parts = name.split("/")
    folded = [part.casefold() for part in parts]
    if "providers" not in folded[:-1]:
        return None
    at = len(folded) - 2 - folded[:-1][::-1].index("providers")
    rest = parts[at + 1 :]
    if "." in rest[0] and len(rest) > 1:
        return "/".join(rest)
    names = resource_name.split("/") if resource_name else []
    namespace = names[at - 1] if 0 <= at - 1 < len(names) else ""
    return "/".join([namespace if "." in namespace else "", *rest])


def _day(version: str) -> date | None:
    match = _VERSION.match(version)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _distance(day: date, version: str) -> int:
    other = _day(version)
    return abs((other - day).days) if other else 10**6


def _negated(version: str) -> int:
    day = _day(version)
    return -(day.toordinal() * 2 + ("-" not in version[10:])) if day else 0
