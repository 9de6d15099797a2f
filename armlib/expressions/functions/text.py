"""Values to text, as the service prints them: compact JSON, and what ``format`` and ``join`` make of primitives."""

from __future__ import annotations

import math
from typing import Any

_ESCAPES = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
_ESCAPES |= {chr(code): f"\\u{code:04x}" for code in [*range(32), 0x85, 0x2028, 0x2029] if chr(code) not in _ESCAPES}
_TABLES = {quote: str.maketrans(_ESCAPES | {quote: "\\" + quote}) for quote in "\"'"}


def compact_json(value: Any, quote: str = '"') -> str:
    """Return *value* as JSON without white space, texts in *quote*; members keep their order.

    The caller has made sure that *value* holds nothing unknown or secret and is not too deep.

    Source: Newtonsoft.Json's ``JToken.ToString(Formatting.None)``.
    """
    parts: list[str] = []
    _write(value, quote, _TABLES[quote], parts)
    return "".join(parts)


def _write(value: Any, quote: str, table: dict[int, str], parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(f"{quote}{value.translate(table)}{quote}")
    elif isinstance(value, list):
        parts.append("[")
        for number, item in enumerate(value):
            if number:
                parts.append(",")
            _write(item, quote, table, parts)
        parts.append("]")
    elif isinstance(value, dict):
        parts.append("{")
        for number, (key, item) in enumerate(value.items()):
            parts.append(f"{',' if number else ''}{quote}{key.translate(table)}{quote}:")
            _write(item, quote, table, parts)
        parts.append("}")
    elif isinstance(value, float):
        shown = round_trip(value)
        parts.append(shown if any(c in shown for c in ".Ena") else shown + ".0")
    else:
        parts.append(_CONSTANTS[value] if value is None or isinstance(value, bool) else str(value))


_CONSTANTS: dict[bool | None, str] = {None: "null", True: "true", False: "false"}


def plain(value: Any) -> str:
    """Return a primitive as text: ``True``, ``12``, nothing for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return round_trip(value) if isinstance(value, float) else str(value)


def round_trip(value: float) -> str:
    """Return *value* in the shortest form that reads back the same, as .NET writes a double."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    shown = repr(value)
    if "e" not in shown:
        if abs(value) < 1e15:
            return shown.removesuffix(".0")
        # Python turns to exponents one digit later than .NET.
        whole, _, fraction = shown.lstrip("-").partition(".")
        digits = f"{whole[1:]}{fraction}".rstrip("0")
        shown = f"{'-' if value < 0 else ''}{whole[0]}.{digits or '0'}e{len(whole) - 1}"
    mantissa, _, exponent = shown.partition("e")
    power = int(exponent)
    return f"{mantissa.removesuffix('.0')}E{'-' if power < 0 else '+'}{abs(power):02d}"
