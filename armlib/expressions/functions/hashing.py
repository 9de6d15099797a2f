"""Hash functions: ``uniqueString`` and ``guid``."""

from __future__ import annotations

from typing import Any

from armlib.expressions.functions.registry import Function
from armlib.expressions.functions.types import text
from armlib.expressions.functions.unicode import utf8

_MASK = 0xFFFF_FFFF
_C1, _C2, _C3, _C4, _C5, _C6 = 0x239B961B, 0xAB0E9789, 0x561CCD1B, 0x0BCAA747, 0x85EBCA6B, 0xC2B2AE35
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_NAMESPACE = "11fb06fb-712d-4ddd-98c7-e71bbd588830"


def hash64(data: bytes) -> int:
    """Return the 64-bit hash of *data* that ``uniqueString`` and ``templateHash`` are made of, unsigned.

    Source: worked out from published values; a Murmur3-like hash of two 32-bit lanes with seed 0.
    """
    h1 = h2 = 0
    size = len(data)
    whole = size - size % 8
    for offset in range(0, whole, 8):
        k1 = int.from_bytes(data[offset : offset + 4], "little") * _C1 & _MASK
        h1 ^= _rotated(k1, 15) * _C2 & _MASK
        h1 = (_rotated(h1, 19) + h2) * 5 + _C3 & _MASK
        k2 = int.from_bytes(data[offset + 4 : offset + 8], "little") * _C2 & _MASK
        h2 ^= _rotated(k2, 17) * _C1 & _MASK
        h2 = (_rotated(h2, 13) + h1) * 5 + _C4 & _MASK
    if whole < size:
        k1 = int.from_bytes(data[whole : whole + 4], "little") * _C1 & _MASK
        h1 ^= _rotated(k1, 15) * _C2 & _MASK
    if whole + 4 < size:
        k2 = int.from_bytes(data[whole + 4 :], "little") * _C2 & _MASK
        h2 ^= _rotated(k2, 17) * _C1 & _MASK
    h1 ^= size & _MASK
    h2 ^= size & _MASK
    h1 = h1 + h2 & _MASK
    h2 = h2 + h1 & _MASK
    h1, h2 = _mixed(h1), _mixed(h2)
    h1 = h1 + h2 & _MASK
    h2 = h2 + h1 & _MASK
    return h2 << 32 | h1


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _MASK


def _mixed(value: int) -> int:
    value = (value ^ value >> 16) * _C5 & _MASK
    value = (value ^ value >> 13) * _C6 & _MASK
    return value ^ value >> 16


def unique_string(*parts: Any) -> str:
    """Return 13 letters and digits made of the texts *parts*."""
    joined = "-".join(text("uniqueString", position, part) for position, part in enumerate(parts))
    value = hash64(utf8(joined))
    return "".join(_ALPHABET[(value << 5 * position & 0xFFFF_FFFF_FFFF_FFFF) >> 59] for position in range(13))


def guid(*parts: Any) -> str:
    """Return the version 5 UUID of the texts *parts*.

    Source: RFC 4122, section 4.3.
    """
    import hashlib
    import uuid

    joined = "-".join(text("guid", position, part) for position, part in enumerate(parts))
    digest = hashlib.sha1(uuid.UUID(_NAMESPACE).bytes + utf8(joined), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


FUNCTIONS = (
    Function(name="uniqueString", minimum=1, maximum=None, run=unique_string, result="string"),
    Function(name="guid", minimum=1, maximum=None, run=guid, result="string"),
)
