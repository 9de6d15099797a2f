"""Composite formatting as .NET's ``String.Format`` does it, in the invariant culture.

Source: "Composite formatting", "Standard numeric format strings" and "Custom numeric format strings", .NET
documentation.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from armlib.expressions.functions import unicode
from armlib.expressions.functions.text import compact_json, plain, round_trip
from armlib.expressions.functions.types import MAX_ITEMS, bounded_items, bounded_text, invalid

_PIECE = re.compile(
    r"(?P<text>[^{}]+)|(?P<brace>\{\{|\}\})"
    r"|\{\s*(?P<index>\d{1,7})\s*(?:,\s*(?P<width>-?\d{1,7})\s*)?(?::(?P<specifier>[^{}]*))?\}"
)
_STANDARD = re.compile(r"([A-Za-z])(\d{0,9})\Z")
_EXACT = Context(prec=12_000, rounding=ROUND_HALF_UP)  # digits of the largest double, and of the largest precision
_MAX_PRECISION = 10_000
_MAX_WIDTH = 1_000_000
_MOST_PIECES = 25_000  # in a template; the longest expression has room for fewer
_KEPT_LENGTH = 1_000  # of a template whose pieces are kept


class _Item(NamedTuple):
    """``{number,width:specifier}``; the width is negative to align at the left."""

    number: int
    width: int
    specifier: str


class _InvalidFormatError(Exception):
    """A template that is malformed."""


def format_text(function: str, template: str, arguments: tuple[Any, ...]) -> str:
    """Return *template* with its items ``{index,alignment:format}`` replaced by *arguments*.

    Raises:
        EvaluationFault: The template is malformed, or names an argument that is not there.
    """
    try:
        pieces = _kept_pieces(template) if len(template) <= _KEPT_LENGTH else _pieces(template)
    except _InvalidFormatError as error:
        raise _invalid(function, str(error)) from None
    if len(pieces) > _MOST_PIECES:
        bounded_items(function, MAX_ITEMS + 1)
    shown: list[str] = []
    total = 0
    for piece in pieces:
        text = piece if isinstance(piece, str) else _shown(function, piece, arguments)
        total += len(text)
        bounded_text(function, total)
        shown.append(text)
    return "".join(shown)


def _pieces(template: str) -> tuple[str | _Item, ...]:
    """Return the texts and items of *template*.

    Raises:
        _InvalidFormatError: It is malformed.
    """
    pieces: list[str | _Item] = []
    position = 0
    for match in _PIECE.finditer(template):
        if match.start() != position or len(pieces) > _MOST_PIECES:
            break
        position = match.end()
        if match["index"] is not None:
            pieces.append(_Item(int(match["index"]), int(match["width"] or 0), match["specifier"] or ""))
        else:
            pieces.append(match["text"] or match["brace"][0])
    if position != len(template) and len(pieces) <= _MOST_PIECES:
        raise _InvalidFormatError("Input string was not in a correct format.")
    return tuple(pieces)


_kept_pieces = lru_cache(maxsize=2_048)(_pieces)


def _shown(function: str, item: _Item, arguments: tuple[Any, ...]) -> str:
    if item.number >= len(arguments):
        raise _invalid(
            function,
            "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
        )
    value = arguments[item.number]
    shown = value if type(value) is str else format_value(function, value, item.specifier)
    if not item.width:
        return shown
    if abs(item.width) >= _MAX_WIDTH:
        raise _invalid(function, f"an alignment must be less than {_MAX_WIDTH}.")
    missing = " " * (abs(item.width) - unicode.length(shown))
    return shown + missing if item.width < 0 else missing + shown


def format_value(function: str, value: Any, specifier: str) -> str:
    """Return one argument as text; *specifier* only says something about numbers."""
    if isinstance(value, (list, dict)):
        return compact_json(value, "'")
    if type(value) not in (int, float) or not specifier or not math.isfinite(value):
        return plain(value)
    standard = _STANDARD.match(specifier)
    if standard is None:
        return _custom(value, specifier)
    letter, digits = standard[1], standard[2]
    precision = int(digits) if digits else None
    if precision is not None and precision > _MAX_PRECISION:
        raise _invalid(function, f"a precision must be at most {_MAX_PRECISION}.")
    shown = _standard(value, letter, precision)
    if shown is None:
        raise _invalid(function, f"Format specifier '{specifier}' was invalid.")
    return shown


def _standard(value: int | float, letter: str, precision: int | None) -> str | None:
    kind = letter.upper()
    number = Decimal(value)
    places = 2 if precision is None else precision
    if kind in "DXB" and type(value) is int:
        return _integer(value, letter, precision or 0)
    if kind == "R" and type(value) is float:
        return round_trip(value)
    if kind == "E":
        return _scientific(number, letter, 6 if precision is None else precision, 3)
    if kind == "G":
        return _general(value, letter, precision or 0)
    if kind == "F":
        return _signed(number, _fixed(number, places, ""))
    if kind == "N":
        return _signed(number, _fixed(number, places, ","))
    if kind == "P":
        return _signed(number, f"{_fixed(_EXACT.multiply(number, Decimal(100)), places, ',')} %")
    if kind == "C":
        shown = f"¤{_fixed(number, places, ',')}"
        return f"({shown})" if number < 0 else shown
    return None


def _integer(value: int, letter: str, precision: int) -> str:
    kind = letter.upper()
    if kind == "D":
        return ("-" if value < 0 else "") + str(abs(value)).zfill(precision)
    return f"{value & 0xFFFF_FFFF_FFFF_FFFF:{'b' if kind == 'B' else letter}}".zfill(precision)


def _fixed(number: Decimal, places: int, group: str) -> str:
    """Return the absolute value of *number* with *places* decimals."""
    return f"{abs(number).quantize(Decimal(1).scaleb(-places), context=_EXACT):{group}f}"


def _signed(number: Decimal, shown: str) -> str:
    return "-" + shown if number < 0 else shown


def _scientific(number: Decimal, letter: str, precision: int, exponent_digits: int) -> str:
    exponent = number.adjusted() if number else 0
    mantissa = _fixed(number.scaleb(-exponent, _EXACT), precision, "")
    if mantissa.startswith("10"):
        exponent += 1
        mantissa = _fixed(number.scaleb(-exponent, _EXACT), precision, "")
    sign = "-" if number < 0 else ""
    return f"{sign}{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):0{exponent_digits}d}"


def _general(value: int | float, letter: str, precision: int) -> str:
    if precision == 0:
        return plain(value)
    number = Decimal(value)
    if not number:
        return "0"
    rounded = _EXACT.create_decimal(number).normalize(Context(prec=precision, rounding=ROUND_HALF_UP))
    exponent = rounded.adjusted()
    if exponent >= precision or exponent < -5:
        digits = "".join(map(str, rounded.as_tuple().digits))
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        exponent_mark = "E" if letter == "G" else "e"
        return f"{'-' if number < 0 else ''}{mantissa}{exponent_mark}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return f"{rounded:f}"


def _invalid(function: str, problem: str) -> Exception:
    return invalid(function, f"the format is invalid: '{problem}'.")


# Custom formats: "0.00", "#,##0", "000-00-0000", "0.0%", with up to three sections for positive, negative and zero.

_CUSTOM_MARK = re.compile(r"'[^']*'?|\"[^\"]*\"?|\\.|[eE][+-]?0+|.", re.DOTALL)


def _custom(value: int | float, specifier: str) -> str:
    number = Decimal(value)
    sections = _sections(specifier)
    is_negative = number < 0
    section = sections[0]
    if is_negative and len(sections) > 1 and sections[1]:
        shown = _section(abs(number), sections[1])
        if any(c in "123456789" for c in shown) or len(sections) < 3:
            return shown
        section = sections[2]
        number = Decimal(0)
        is_negative = False
    if not number and len(sections) > 2 and sections[2]:
        return _section(number, sections[2])
    shown = _section(abs(number), section)
    if number and len(sections) > 2 and sections[2] and not any(c in "123456789" for c in shown):
        return _section(Decimal(0), sections[2])
    return "-" + shown if is_negative else shown


def _sections(specifier: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for mark in _CUSTOM_MARK.findall(specifier):
        if mark == ";":
            sections.append([])
        else:
            sections[-1].append(mark)
    return sections


def _section(number: Decimal, marks: list[str]) -> str:
    """Return a number that is not negative by the marks of one section."""
    point = marks.index(".") if "." in marks else len(marks)
    exponent = next((mark for mark in marks if mark[0] in "eE" and len(mark) > 1), None)
    before = [i for i, mark in enumerate(marks) if mark in ("0", "#") and i < point]
    after = [i for i, mark in enumerate(marks) if mark in ("0", "#") and i > point]
    scale = marks.count("%") * 2 + marks.count("‰") * 3 - _scaling_commas(marks, before) * 3
    power = 0
    if exponent and number:
        power = number.adjusted() - max(0, len(before) - 1)
        scale -= power
    rounded = _fixed(number.scaleb(scale, _EXACT), len(after), "")
    whole, _, fraction = rounded.partition(".")
    whole = whole.lstrip("0")
    zeros = [i for i in before if marks[i] == "0"]
    shortest = len(before) - before.index(zeros[0]) if zeros else 0
    whole = whole.zfill(shortest)
    is_grouped = any(mark == "," and before and before[0] < i < before[-1] for i, mark in enumerate(marks))
    last_zero = max((i for i in after if marks[i] == "0"), default=-1)
    keep = max(len(fraction.rstrip("0")), sum(i <= last_zero for i in after))
    return _assembled(marks, whole, fraction[:keep], before, point, is_grouped, power)


def _scaling_commas(marks: list[str], before: list[int]) -> int:
    count = 0
    if before:
        for mark in marks[before[-1] + 1 :]:
            if mark != ",":
                break
            count += 1
    return count


def _assembled(
    marks: list[str], whole: str, fraction: str, before: list[int], point: int, is_grouped: bool, power: int
) -> str:
    parts: list[str] = []
    used = 0
    decimals = iter(fraction)
    for i, mark in enumerate(marks):
        if i in before:
            remaining = len(before) - before.index(i)
            end = max(used, len(whole) - remaining + 1)
            for digit in range(used, end):
                parts.append(whole[digit])
                left = len(whole) - digit - 1
                if is_grouped and left and left % 3 == 0:
                    parts.append(",")
            used = end
        elif mark in ("0", "#"):
            parts.append(next(decimals, ""))
        elif i == point:
            parts.append("." if fraction else "")
        elif mark[0] in "eE" and len(mark) > 1:
            sign = "-" if power < 0 else "+" if "+" in mark else ""
            parts.append(f"{mark[0]}{sign}{abs(power):0{mark.count('0')}d}")
        elif mark[0] in "'\"":
            parts.append(mark.strip(mark[0]))
        elif mark[0] == "\\":
            parts.append(mark[1:])
        elif mark not in (",", "."):
            parts.append(mark)
    return "".join(parts)
