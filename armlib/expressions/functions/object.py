"""Object functions: ``createObject``, ``items``, ``objectKeys``, ``shallowMerge``, ``json``, ``null``."""

from __future__ import annotations

from typing import Any

from armlib.expressions.environment import NOT_KNOWN
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions import unicode
from armlib.expressions.functions.lenient_json import parse_json
from armlib.expressions.functions.registry import Function, Mode
from armlib.expressions.functions.types import array, object_, text, wrong_type
from armlib.expressions.simplify import conceal
from armlib.expressions.values import Secret, Unknown


def create_object(*parts: Any) -> Any:
    """Return an object of names and values in turn; the last of two equal names wins."""
    if len(parts) % 2:
        raise EvaluationFault(
            "The template language function 'createObject' expects an even number of parameters.",
            hint="give a value for each name",
            function="createObject",
        )
    result: dict[str, Any] = {}
    spelling: dict[str, str] = {}
    if any(type(key) is Secret for key in parts[::2]):
        made = create_object(*(part.value if type(part) is Secret else part for part in parts))
        return NOT_KNOWN if made is NOT_KNOWN else conceal(made)
    for position in range(0, len(parts), 2):
        key, value = parts[position], parts[position + 1]
        if type(key) is Unknown:
            return NOT_KNOWN
        if type(key) is not str:
            raise wrong_type("createObject", position, "a string", key)
        result[spelling.setdefault(key.lower(), key)] = value
    return result


def items(value: Any) -> list[Any]:
    """Return the members of an object as objects with ``key`` and ``value``, in linguistic order of their names."""
    members = object_("items", 0, value)
    return [{"key": key, "value": members[key]} for key in sorted(members, key=unicode.sort_key)]


def object_keys(value: Any) -> list[str]:
    """Return the names of the members of an object, in linguistic order."""
    return sorted(object_("objectKeys", 0, value), key=unicode.sort_key)


def shallow_merge(values: Any) -> Any:
    """Return the objects of an array merged at the first level; the later value wins, the first spelling stays."""
    result: dict[str, Any] = {}
    spelling: dict[str, str] = {}
    parts = array("shallowMerge", 0, values)
    if any(type(part) is Secret for part in parts):
        merged = shallow_merge([part.value if type(part) is Secret else part for part in parts])
        return NOT_KNOWN if merged is NOT_KNOWN else conceal(merged)
    for part in parts:
        if type(part) is Unknown:
            return NOT_KNOWN
        if type(part) is not dict:
            raise wrong_type("shallowMerge", 0, "an array of objects", part)
        for key, value in part.items():
            result[spelling.setdefault(key.lower(), key)] = value
    return result


def json(value: Any) -> Any:
    """Return the value that a JSON text stands for."""
    return parse_json("json", text("json", 0, value))


FUNCTIONS = (
    Function(name="createObject", minimum=0, maximum=None, run=create_object, result="object", mode=Mode.OPEN),
    Function(name="items", minimum=1, maximum=1, run=items, result="array"),
    Function(name="objectKeys", minimum=1, maximum=1, run=object_keys, result="array"),
    Function(name="shallowMerge", minimum=1, maximum=1, run=shallow_merge, result="object"),
    Function(name="json", minimum=1, maximum=1, run=json),
    Function(name="null", minimum=0, maximum=0, run=lambda: None),
)
