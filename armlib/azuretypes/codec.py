"""How a definition is written in the store, and read back.

A node of the store is one object of the definitions, as compact JSON; the small types are written in place:

    "a" "b" "i" "s"                    any, boolean, number, text
    {"i": [minimum, maximum]}          a number in a range
    {"s": [minimum length, maximum length, pattern, sensitive]}
    {"e": [texts]}  {"o": [texts]}     a closed and an open enumeration
    {"l": [item, minimum, maximum]}    a list
    {"u": [types]}                     any of some types
    12                                 the object with that number

A node is ``{"n": name, "p": {name: [type, flags, text]}, "x": type of further keys, "h": sensitive}``, and has
``"d": discriminator`` and ``"v": {value: node}`` when it is a tagged union.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from armlib.azuretypes.model import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    IntegerType,
    ObjectType,
    Property,
    Reference,
    StringType,
    Type,
    UnionType,
    VariantType,
)

Spec: TypeAlias = "str | int | dict[str, Any]"

_ANY = AnyType()
_PLAIN: Final[Mapping[str, Type]] = {"a": _ANY, "b": BooleanType(), "i": IntegerType(), "s": StringType()}


def decode_node(data: bytes) -> ObjectType | VariantType:
    """Return the object that *data*, a node of the store, describes."""
    node: dict[str, Any] = json.loads(data)
    plain = _object(node)
    if "d" not in node:
        return plain
    variants = {value: Reference(number) for value, number in node["v"].items()}
    return VariantType(node["n"], node["d"], plain, variants)


def decode_type(spec: Spec) -> Type:
    """Return the type that *spec* describes.

    Raises:
        ValueError: it has no known form.
    """
    if isinstance(spec, int):
        return Reference(spec)
    if isinstance(spec, str):
        return _PLAIN[spec]
    ((form, value),) = spec.items()
    match form:
        case "i":
            return IntegerType(*value)
        case "s":
            return StringType(value[0], value[1], value[2], bool(value[3]))
        case "e" | "o":
            return EnumType(tuple(value), open=form == "o")
        case "l":
            return ArrayType(decode_type(value[0]), value[1], value[2])
        case "u":
            return UnionType(tuple(map(decode_type, value)))
    raise ValueError(f"unknown form {form!r}")


def references(data: bytes) -> list[int]:
    """Return the numbers of the objects that a node of the store refers to."""
    node: dict[str, Any] = json.loads(data)
    found = [*node.get("v", {}).values()]
    specs = [entry[0] for entry in node["p"].values()]
    if "x" in node:
        specs.append(node["x"])
    for spec in specs:
        found.extend(spec_references(spec))
    return found


def spec_references(spec: Spec) -> list[int]:
    """Return the numbers of the objects that a type refers to."""
    if isinstance(spec, int):
        return [spec]
    if isinstance(spec, dict):
        if "l" in spec:
            return spec_references(spec["l"][0])
        return [number for member in spec.get("u", ()) for number in spec_references(member)]
    return []


def _object(node: dict[str, Any]) -> ObjectType:
    properties = {
        name: Property(
            name, decode_type(entry[0]), entry[1] if len(entry) > 1 else 0, entry[2] if len(entry) > 2 else 0
        )
        for name, entry in node["p"].items()
    }
    further = decode_type(node["x"]) if "x" in node else None
    return ObjectType.of(node["n"], properties, further, sensitive=bool(node.get("h")))
