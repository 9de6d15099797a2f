"""The functions that most expressions call, so that checking a template does not need the evaluator.

A test compares this table with the registry of :mod:`armlib.expressions.functions`, which knows the others.
"""

from __future__ import annotations

from typing import NamedTuple


class Signature(NamedTuple):
    """How many arguments a function takes, *maximum* None for any number, and the ARM type it gives, where it has one.

    *is_runtime* marks what asks for the state of a resource, which only resources, outputs and asserts may.
    """

    minimum: int
    maximum: int | None
    result: str | None = None
    is_runtime: bool = False


COMMON: dict[str, Signature] = {
    "add": Signature(2, 2, "int"),
    "and": Signature(2, None, "bool"),
    "array": Signature(1, 1, "array"),
    "bool": Signature(1, 1, "bool"),
    "concat": Signature(1, None),
    "contains": Signature(2, 2, "bool"),
    "copyindex": Signature(0, 2, "int"),
    "createarray": Signature(0, None, "array"),
    "createobject": Signature(0, None, "object"),
    "deployment": Signature(0, 0, "object"),
    "empty": Signature(1, 1, "bool"),
    "environment": Signature(0, 0, "object"),
    "equals": Signature(2, 2, "bool"),
    "extensionresourceid": Signature(3, None, "string"),
    "false": Signature(0, 0, "bool"),
    "first": Signature(1, 1),
    "format": Signature(1, None, "string"),
    "guid": Signature(1, None, "string"),
    "if": Signature(3, 3),
    "int": Signature(1, 1, "int"),
    "json": Signature(1, 1),
    "last": Signature(1, 1),
    "length": Signature(1, 1, "int"),
    "managementgroup": Signature(0, 0, "object"),
    "mod": Signature(2, 2, "int"),
    "not": Signature(1, 1, "bool"),
    "null": Signature(0, 0),
    "or": Signature(2, None, "bool"),
    "parameters": Signature(1, 1),
    "range": Signature(2, 2, "array"),
    "reference": Signature(1, 3, "object", is_runtime=True),
    "replace": Signature(3, 3, "string"),
    "resourcegroup": Signature(0, 0, "object"),
    "resourceid": Signature(2, None, "string"),
    "split": Signature(2, 2, "array"),
    "string": Signature(1, 1, "string"),
    "sub": Signature(2, 2, "int"),
    "subscription": Signature(0, 0, "object"),
    "subscriptionresourceid": Signature(2, None, "string"),
    "substring": Signature(2, 3, "string"),
    "tenant": Signature(0, 0, "object"),
    "tenantresourceid": Signature(2, None, "string"),
    "tolower": Signature(1, 1, "string"),
    "toupper": Signature(1, 1, "string"),
    "true": Signature(0, 0, "bool"),
    "uniquestring": Signature(1, None, "string"),
    "variables": Signature(1, 1),
}


# Functions that the service has and that cannot be evaluated offline.
_SERVICE_ONLY: dict[str, Signature] = {
    "distinct": Signature(1, 1, "array"),
    "extensions": Signature(1, 1, "object"),
    "like": Signature(2, 2, "bool"),
}


def find_signature(name: str) -> Signature | None:
    """Return the signature of the built-in function *name*, in any case; None when there is none."""
    known = COMMON.get(name.lower()) or _SERVICE_ONLY.get(name.lower())
    if known is not None:
        return known
    from armlib.expressions.functions import find_function

    function = find_function(name)
    if function is None:
        return None
    result = function.result if isinstance(function.result, str) else None
    return Signature(function.minimum, function.maximum, result, function.runtime)


def function_names() -> tuple[str, ...]:
    """Return the names of all built-in functions as they are usually written."""
    from armlib.expressions.functions import known_function_names

    return known_function_names()
