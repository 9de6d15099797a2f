"""Availability zones: ``pickZones``, and between logical and physical zones."""

from __future__ import annotations

from typing import Any

from armlib.expressions.environment import NOT_KNOWN, Answer, Environment
from armlib.expressions.functions.registry import Function, Mode
from armlib.expressions.functions.types import array, integer, invalid, text


def pick_zones(
    environment: Environment, namespace: Any, kind: Any, location: Any, count: Any = 1, offset: Any = 0
) -> Answer:
    """Return *count* zones of a resource type in a region, from number *offset* on; none where there are no zones."""
    resource_type = f"{text('pickZones', 0, namespace)}/{text('pickZones', 1, kind)}"
    number, start = integer("pickZones", 3, count), integer("pickZones", 4, offset)
    zones = environment.state.zones(resource_type, _folded(text("pickZones", 2, location)))
    if number < 1 or start < 0:
        raise invalid("pickZones", "the number of zones must be at least 1 and the offset must not be negative.")
    if not isinstance(zones, list) or not zones:
        return zones
    if start + number > len(zones):
        raise invalid("pickZones", f"the region has {len(zones)} zones; '{start + number}' were asked for.")
    return [str(zone) for zone in zones[start : start + number]]


def to_logical_zone(environment: Environment, subscription: Any, location: Any, zone: Any) -> Answer:
    """Return the logical zone of a physical one; an empty text when there is none."""
    name = text("toLogicalZone", 2, zone)
    return _one(_mapping(environment, "toLogicalZone", subscription, location, is_logical=True), name)


def to_logical_zones(environment: Environment, subscription: Any, location: Any, zones: Any) -> Answer:
    """Return the logical zones of physical ones, without those that have none."""
    names = _names("toLogicalZones", zones)
    return _several(_mapping(environment, "toLogicalZones", subscription, location, is_logical=True), names)


def to_physical_zone(environment: Environment, subscription: Any, location: Any, zone: Any) -> Answer:
    """Return the physical zone of a logical one; an empty text when there is none."""
    name = text("toPhysicalZone", 2, zone)
    return _one(_mapping(environment, "toPhysicalZone", subscription, location, is_logical=False), name)


def to_physical_zones(environment: Environment, subscription: Any, location: Any, zones: Any) -> Answer:
    """Return the physical zones of logical ones, without those that have none."""
    names = _names("toPhysicalZones", zones)
    return _several(_mapping(environment, "toPhysicalZones", subscription, location, is_logical=False), names)


def _mapping(
    environment: Environment, function: str, subscription: Any, location: Any, *, is_logical: bool
) -> dict[str, str] | None:
    """Return the zones of a region by the name that is looked for, in lower case; None when they are not known."""
    region = _folded(text(function, 1, location))
    zones = environment.state.physical_zones(text(function, 0, subscription), region)
    if not isinstance(zones, dict):
        return None
    pairs = ((str(logical), str(physical)) for logical, physical in zones.items())
    return {(pair[1] if is_logical else pair[0]).lower(): pair[0] if is_logical else pair[1] for pair in pairs}


def _names(function: str, zones: Any) -> list[str]:
    return [text(function, 2, zone) for zone in array(function, 2, zones)]


def _one(zones: dict[str, str] | None, name: str) -> Answer:
    return NOT_KNOWN if zones is None else zones.get(name.lower(), "")


def _several(zones: dict[str, str] | None, names: list[str]) -> Answer:
    return NOT_KNOWN if zones is None else [zones[name.lower()] for name in names if name.lower() in zones]


def _folded(location: str) -> str:
    """Return a region's name as the service compares it: ``West US 2`` is ``westus2``."""
    return location.replace(" ", "").lower()


FUNCTIONS = (
    Function(name="pickZones", minimum=3, maximum=5, run=pick_zones, asks=True, result="array"),
    Function(name="toLogicalZone", minimum=3, maximum=3, run=to_logical_zone, asks=True, result="string"),
    Function(
        name="toLogicalZones", minimum=3, maximum=3, run=to_logical_zones, asks=True, result="array", mode=Mode.DEEP
    ),
    Function(name="toPhysicalZone", minimum=3, maximum=3, run=to_physical_zone, asks=True, result="string"),
    Function(
        name="toPhysicalZones", minimum=3, maximum=3, run=to_physical_zones, asks=True, result="array", mode=Mode.DEEP
    ),
)
