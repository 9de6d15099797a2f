"""The hash that Azure computes of a template, ``templateHash``.

The service does not document it; the rules below reproduce published values. The text that is hashed is minified JSON
in a fixed order of members, in upper case; the hash is the one behind ``uniqueString``. The places of ``items`` and
``nullable`` were found with the hashes of published templates. Where the service puts type definitions (``$ref``,
``properties``), user functions and extensions is not known: the hash of a template with those differs from Azure's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armlib.jsontypes import Json, JsonObject
from armlib.template.canonical import json_bytes

_TEMPLATE = (
    "$schema",
    "languageVersion",
    "contentVersion",
    "definitions",
    "parameters",
    "variables",
    "functions",
    "resources",
    "outputs",
    "metadata",
)
_PARAMETER = (
    "defaultValue",
    "allowedValues",
    "minValue",
    "maxValue",
    "minLength",
    "maxLength",
    "items",
    "nullable",
    "type",
    "metadata",
)
_OUTPUT = ("copy", "type", "value", "metadata")
_RESOURCE = (
    "type",
    "apiVersion",
    "name",
    "existing",
    "location",
    "dependsOn",
    "tags",
    "sku",
    "kind",
    "identity",
    "zones",
    "plan",
    "properties",
    "resourceGroup",
    "subscriptionId",
    "scope",
    "copy",
    "condition",
)
_MASK = 0xFFFFFFFF


def template_hash(template: Mapping[str, Json]) -> str:
    """Return the ``templateHash`` of *template*, an unsigned decimal number."""
    return str(_hash64(_hashed_text(template)))


def minified_template(template: Mapping[str, Json]) -> str:
    """Return the text that is hashed for *template*, as ``calculateTemplateHash`` tells it."""
    return _hashed_text(template).decode()


def _hashed_text(template: Mapping[str, Json]) -> bytes:
    return _upper(json_bytes(_ordered_template(template), compact=True))


def _ordered_template(template: Mapping[str, Json]) -> JsonObject:
    ordered: Any = _ordered(_without_own_hash(template), _TEMPLATE)
    for section, members in (("parameters", _PARAMETER), ("outputs", _OUTPUT)):
        declared = ordered.get(section)
        if isinstance(declared, dict):
            ordered[section] = {name: _ordered(entry, members) for name, entry in declared.items()}
    resources = ordered.get("resources")
    if isinstance(resources, dict):
        ordered["resources"] = {name: _ordered(entry, _RESOURCE) for name, entry in resources.items()} or []
    elif isinstance(resources, list):
        ordered["resources"] = [_ordered(entry, _RESOURCE) for entry in resources]
    return ordered  # type: ignore[no-any-return]


def _without_own_hash(template: Mapping[str, Json]) -> JsonObject:
    """Return *template* without the hash that a generator wrote into it."""
    metadata = template.get("metadata")
    generator = metadata.get("_generator") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(generator, dict) or "templateHash" not in generator:
        return dict(template)
    rest = {name: value for name, value in generator.items() if name != "templateHash"}
    return {**template, "metadata": {**metadata, "_generator": rest}}


def _ordered(value: Json, members: Sequence[str]) -> Json:
    if not isinstance(value, dict):
        return value
    known = {name: value[name] for name in members if name in value}
    return known | {name: entry for name, entry in value.items() if name not in known}


def _upper(text: bytes) -> bytes:
    """Return *text* in upper case as .NET makes it: one character stays one character."""
    if text.isascii():
        return text.upper()
    decoded = text.decode("utf-8")
    upper = decoded.upper()
    if len(upper) != len(decoded):
        upper = "".join(c.upper() if len(c.upper()) == 1 else c for c in decoded)
    return upper.encode("utf-8")


def _hash64(data: bytes) -> int:
    """Return the 64-bit hash of *data*: two 32-bit lanes mixed like MurmurHash3.

    The multiplications that do not depend on what came before are made for all blocks at once, in one large integer of
    64-bit lanes; the loop is left with what does.
    """
    length = len(data)
    whole = length - length % 8
    h1 = h2 = 0
    for k1, k2 in _mixed_blocks(data[:whole]):
        h1 ^= k1
        h1 = ((h1 << 19 | h1 >> 13) + h2) * 5 + 0x561CCD1B & 0xFFFFFFFF
        h2 ^= k2
        h2 = ((h2 << 13 | h2 >> 19) + h1) * 5 + 0x0BCAA747 & 0xFFFFFFFF
    tail = data[whole:]
    if tail:
        h1 ^= _mix(int.from_bytes(tail[:4], "little"), 0x239B961B, 15, 0xAB0E9789)
    if len(tail) > 4:
        h2 ^= _mix(int.from_bytes(tail[4:], "little"), 0xAB0E9789, 17, 0x239B961B)
    h1 ^= length
    h2 ^= length
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    h1, h2 = _finish(h1), _finish(h2)
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    return h2 << 32 | h1


def _mixed_blocks(data: bytes) -> zip[tuple[int, int]]:
    """Return the mixed halves of every 8-byte block of *data*."""
    count = len(data) // 8
    lanes = int.from_bytes(b"\xff\xff\xff\xff\x00\x00\x00\x00" * count, "little")
    blocks = int.from_bytes(data, "little")
    first, second = blocks & lanes, blocks >> 32 & lanes
    return zip(
        _unpacked(_mix_lanes(first, 0x239B961B, 15, 0xAB0E9789, lanes), count),
        _unpacked(_mix_lanes(second, 0xAB0E9789, 17, 0x239B961B, lanes), count),
        strict=True,
    )


def _mix_lanes(value: int, before: int, turn: int, after: int, lanes: int) -> int:
    value = value * before & lanes
    value = (value << turn | value >> (32 - turn)) & lanes
    return value * after & lanes


def _unpacked(value: int, count: int) -> list[int]:
    return memoryview(value.to_bytes(count * 8, "little")).cast("Q").tolist() if count else []


def _mix(value: int, before: int, turn: int, after: int) -> int:
    value = value * before & _MASK
    value = (value << turn | value >> (32 - turn)) & _MASK
    return value * after & _MASK


def _finish(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return value ^ value >> 16
