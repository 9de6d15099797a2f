"""Dates as .NET reads and writes them in the invariant culture, and ISO 8601 durations.

A moment is a ``datetime`` in UTC; of .NET's ticks of 100 nanoseconds, what is below a microsecond is dropped.

Source: "Standard date and time format strings" and "Custom date and time format strings", .NET documentation.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_PATTERN = "|".join(name for month in _MONTHS for name in (month, month[:3]))
_DAY_PATTERN = "|".join(name for day in _DAYS for name in (day, day[:3]))

STANDARD_FORMATS = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
    "O": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
    "r": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}

_DATES = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
    rf"(?:(?:{_DAY_PATTERN}),?\s+)?(?P<day>\d{{1,2}})[\s-](?P<name>{_MONTH_PATTERN})[\s-](?P<year>\d{{4}})",
    rf"(?:(?:{_DAY_PATTERN}),?\s+)?(?P<name>{_MONTH_PATTERN})\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
    r"(?P<year>\d{4})-(?P<month>\d{2})",
)
_TIME = (
    r"(?:(?:\s*T\s*|\s+)(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,12}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|GMT|UTC|[+-]\d{2}:?\d{2}|[+-]\d{1,2})?)?"
)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of dates; made when first needed, since few templates have dates."""
    return tuple(re.compile(rf"\s*{date}{_TIME}\s*\Z", re.IGNORECASE) for date in _DATES)


_DURATION = re.compile(
    r"([+-])?P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?\Z"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: calendar months, and seconds."""

    months: int
    seconds: float


def parse_date(text: str) -> datetime | None:
    """Return the moment that *text* names, in UTC, also taken where no zone is given; None if it names none."""
    for pattern in _patterns() if len(text) <= 100 else ():
        match = pattern.match(text)
        if match is not None:
            try:
                return _moment(match.groupdict())
            except (ValueError, OverflowError):
                return None
    return None


def _moment(found: dict[str, str | None]) -> datetime:
    name = found.get("name")
    month = _month_number(name) if name else int(found["month"] or 1)
    hour = int(found["hour"] or 0)
    half = (found["half"] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    second, fraction = int(found["second"] or 0), (found["fraction"] or "0")[:6].ljust(6, "0")
    moment = datetime(
        int(found["year"] or 1), month, int(found.get("day") or 1), hour, int(found["minute"] or 0), second,
        int(fraction), tzinfo=_zone(found["zone"]),
    )  # fmt: skip
    return moment.astimezone(UTC)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.lower().startswith(name.lower()))


def _zone(text: str | None) -> timezone:
    if text is None or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def parse_duration(text: str) -> Duration | None:
    """Return the duration that *text* names, with its sign in front; None when it names none."""
    match = _DURATION.match(text) if len(text) <= 100 else None
    if match is None:
        return None
    sign = -1 if match[1] == "-" else 1
    years, months, weeks, days, hours, minutes = (int(match[i] or 0) for i in range(2, 8))
    seconds = float((match[8] or "0").replace(",", "."))
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return Duration(sign * (years * 12 + months), sign * total)


def add_duration(moment: datetime, duration: Duration) -> datetime:
    """Return *moment* later by *duration*; a day that the month does not have becomes its last.

    Raises:
        OverflowError, ValueError: The result is no date of the years 1 to 9999.
    """
    number = moment.year * 12 + moment.month - 1 + duration.months
    year, month = number // 12, number % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError("no such year")
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day) + timedelta(seconds=duration.seconds)


def format_date(moment: datetime, pattern: str) -> str | None:
    """Return *moment* by a .NET format; None when the format is not valid."""
    if len(pattern) == 1:
        standard = STANDARD_FORMATS.get(pattern)
        return None if standard is None else format_date(moment, standard)
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        run = _run_length(pattern, position)
        if character in _SPECIFIERS:
            parts.append(_SPECIFIERS[character](moment, run))
            position += run
        elif character in "fF":
            if run > 7:
                return None
            fraction = _fraction(moment, run, character)
            if character == "F" and not fraction and parts and parts[-1] == ".":
                parts.pop()
            parts.append(fraction)
            position += run
        elif character in "'\"":
            end = pattern.find(character, position + 1)
            if end < 0:
                return None
            parts.append(pattern[position + 1 : end])
            position = end + 1
        elif character in "\\%":
            if position + 1 >= len(pattern) or (character == "%" and pattern[position + 1] == "%"):
                return None
            if character == "%":
                shown = format_date(moment, pattern[position + 1] + "''")
                if shown is None:
                    return None
                parts.append(shown)
            else:
                parts.append(pattern[position + 1])
            position += 2
        else:
            parts.append(character)
            position += 1
    return "".join(parts)


def _run_length(pattern: str, position: int) -> int:
    end = position
    while end < len(pattern) and pattern[end] == pattern[position]:
        end += 1
    return end - position


def _padded(part: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda moment, run: str(part(moment)).zfill(min(run, 2))


def _day(moment: datetime, run: int) -> str:
    if run <= 2:
        return str(moment.day).zfill(run)
    name = _DAYS[moment.weekday()]
    return name[:3] if run == 3 else name


def _month(moment: datetime, run: int) -> str:
    if run <= 2:
        return str(moment.month).zfill(run)
    name = _MONTHS[moment.month - 1]
    return name[:3] if run == 3 else name


def _year(moment: datetime, run: int) -> str:
    return str(moment.year % 100).zfill(run) if run <= 2 else str(moment.year).zfill(run)


def _offset(moment: datetime, run: int) -> str:
    return {1: "+0", 2: "+00"}.get(run, "+00:00")


def _half(moment: datetime, run: int) -> str:
    half = "AM" if moment.hour < 12 else "PM"
    return half[:1] if run == 1 else half


def _fraction(moment: datetime, run: int, kind: str) -> str:
    digits = f"{moment.microsecond:06d}0"[:run]
    return digits if kind == "f" else digits.rstrip("0")


_SPECIFIERS: dict[str, Callable[[datetime, int], str]] = {
    "d": _day,
    "M": _month,
    "y": _year,
    "H": _padded(lambda moment: moment.hour),
    "h": _padded(lambda moment: moment.hour % 12 or 12),
    "m": _padded(lambda moment: moment.minute),
    "s": _padded(lambda moment: moment.second),
    "t": _half,
    "z": _offset,
    "K": lambda moment, run: "Z" * run,
    "g": lambda moment, run: "A.D.",
}
