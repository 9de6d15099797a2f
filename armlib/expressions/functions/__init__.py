"""Every template function, by family, in one registry."""

from __future__ import annotations

from types import MappingProxyType

from armlib.expressions.functions import (
    array,
    cidr,
    comparison,
    date,
    deployment,
    hashing,
    lambda_,
    logical,
    numeric,
    resource,
    scope,
    string,
    uri,
    zones,
)
from armlib.expressions.functions import object as objects
from armlib.expressions.functions.registry import Function

_FAMILIES = (
    array, cidr, comparison, date, deployment, hashing, lambda_, logical, numeric, objects, resource, scope, string,
    uri, zones,
)  # fmt: skip

FUNCTIONS = MappingProxyType({function.name.lower(): function for family in _FAMILIES for function in family.FUNCTIONS})
"""The functions by their lower-case name; ``list*`` functions are not among them, see :func:`find_function`."""


def find_function(name: str) -> Function | None:
    """Return the built-in function called *name*, in any case; None when there is none."""
    return FUNCTIONS.get(name.lower()) or resource.list_function(name)


def known_function_names() -> tuple[str, ...]:
    """Return the names of the functions as the documentation spells them."""
    return (*(function.name for function in FUNCTIONS.values()), "listKeys")
