"""What is still unknown when nothing more will be known: objects of scope functions end with what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from armlib.emulator.regions import REGIONS
from armlib.expressions.printer import print_expression
from armlib.expressions.simplify import conceal
from armlib.expressions.syntax import Call, Member
from armlib.expressions.values import Secret, Unknown, Value

_OPEN: Final = frozenset(("deployment", "deployer", "managementgroup", "resourcegroup", "subscription", "tenant"))
_ZONES: Final = {region.name: ["1", "2", "3"] for region in REGIONS if region.has_zones}


def closed(value: Value) -> Value:
    """Return *value* with the objects of ``resourceGroup()`` and its like as what is known of them, which is all."""
    kind = type(value)
    if kind is dict:
        return {name: closed(item) for name, item in value.items()}  # type: ignore[union-attr]
    if kind is list:
        return [closed(item) for item in value]  # type: ignore[union-attr]
    if isinstance(value, Secret):
        return conceal(closed(value.value))
    if isinstance(value, Unknown) and value.known is not None and _is_of_scope(value):
        return closed(value.known)
    return value


def first_unknown(value: Any) -> str | None:
    """Return the first expression that is left in *value*; what is in a secret is not told."""
    if isinstance(value, Unknown):
        return print_expression(value.expression)
    if isinstance(value, Secret):
        return "a secret value" if first_unknown(value.value) is not None else None
    items: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for found in map(first_unknown, items) if found is not None), None)


def _is_of_scope(value: Unknown) -> bool:
    node = value.expression
    while isinstance(node, Member):
        node = node.target
    return isinstance(node, Call) and node.name.casefold() in _OPEN and not node.arguments


class EveryTypeHasZones(Mapping[str, Mapping[str, list[str]]]):
    """The availability zones of any type, by region: the local ARM has every type in each zone."""

    def __getitem__(self, type_: str) -> Mapping[str, list[str]]:
        return _ZONES

    def __iter__(self) -> Iterator[str]:
        return iter(("*",))

    def __len__(self) -> int:
        return 1
