"""The one order in which a template's members are written, and its JSON text: same template, same bytes.

Members of the template itself, of parameters, of outputs and of resources come in the orders below, which are those of
Azure's own compiler output; members that the lists do not know follow in the order they came in. Everything deeper
(properties, variables, metadata) keeps the order it came in: sorted for Jsonnet, as written for JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from armlib.jsontypes import Json, JsonObject

TEMPLATE_MEMBERS = (
    "$schema",
    "languageVersion",
    "contentVersion",
    "apiProfile",
    "metadata",
    "imports",
    "extensions",
    "definitions",
    "functions",
    "parameters",
    "variables",
    "resources",
    "asserts",
    "outputs",
)
RESOURCE_MEMBERS = (
    "condition",
    "copy",
    "existing",
    "import",
    "extension",
    "type",
    "apiVersion",
    "name",
    "comments",
    "metadata",
    "scope",
    "subscriptionId",
    "resourceGroup",
    "location",
    "extendedLocation",
    "zones",
    "plan",
    "sku",
    "kind",
    "managedBy",
    "identity",
    "tags",
    "properties",
    "resources",
    "dependsOn",
)
PARAMETER_MEMBERS = (
    "$ref",
    "type",
    "nullable",
    "defaultValue",
    "allowedValues",
    "minLength",
    "maxLength",
    "minValue",
    "maxValue",
    "items",
    "properties",
    "additionalProperties",
    "metadata",
)
OUTPUT_MEMBERS = ("condition", "$ref", "type", "nullable", "copy", "value", "metadata")


def in_order(value: Mapping[str, Json], members: tuple[str, ...]) -> JsonObject:
    """Return *value* with *members*, one of the lists above, first and in that order, then the rest as it came."""
    return {name: value[name] for name in _ordered(tuple(value), members)}


@lru_cache(maxsize=1024)
def _ordered(names: tuple[str, ...], members: tuple[str, ...]) -> list[str]:
    """Return *names* as :func:`in_order` has them; most resources of a template have the same ones."""
    ranks = {name: rank for rank, name in enumerate(members)}
    return sorted(names, key=lambda name: ranks.get(name, len(members)))


def json_bytes(value: Json, *, compact: bool = False) -> bytes:
    """Return *value* as UTF-8 JSON text: indented by two with a line break at the end, or without any white space.

    Integers of any size are written in full; a number with no fraction that Jsonnet made is an integer already.

    Raises:
        ValueError: *value* holds a number that JSON has no form for.
    """
    import orjson

    option = 0 if compact else orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    try:
        data: bytes = orjson.dumps(value, option=option)
    except TypeError:  # an integer of more than 64 bits, or nesting beyond orjson's limit
        return _json_bytes_slowly(value, compact)
    return data


def _json_bytes_slowly(value: Any, compact: bool) -> bytes:
    separators = (",", ":") if compact else (",", ": ")
    indent = None if compact else 2
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=separators, indent=indent)
        data = text.encode("utf-8")
    except RecursionError as error:
        raise ValueError("the value is nested too deep to be written as JSON") from error
    except UnicodeEncodeError:  # half of a surrogate pair, which only an escape can spell
        data = json.dumps(value, allow_nan=False, separators=separators, indent=indent).encode("ascii")
    return data if compact else data + b"\n"
