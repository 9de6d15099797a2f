"""Date functions: ``utcNow``, ``dateTimeAdd``, ``dateTimeFromEpoch``, ``dateTimeToEpoch``; and ``newGuid``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from armlib.expressions.environment import NOT_KNOWN, Environment
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.dates import add_duration, format_date, parse_date, parse_duration
from armlib.expressions.functions.registry import DEFAULT_VALUES, Function
from armlib.expressions.functions.types import integer, invalid, text

_ISO = "yyyy-MM-ddTHH:mm:ssZ"
_COMPACT = "yyyyMMddTHHmmssZ"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now(environment: Environment, pattern: Any = _COMPACT) -> Any:
    """Return the time of the deployment by a .NET format."""
    layout = text("utcNow", 0, pattern)
    now = environment.scope.now
    if now is None:
        return NOT_KNOWN
    return _formatted("utcNow", now.astimezone(UTC), layout)


def new_guid(environment: Environment) -> Any:
    """Return a GUID that no other call returns."""
    return environment.scope.new_guid()


def date_time_add(base: Any, duration: Any, pattern: Any = _ISO) -> str:
    """Return a date later by an ISO 8601 duration, by a .NET format."""
    moment = _date("dateTimeAdd", text("dateTimeAdd", 0, base))
    content = text("dateTimeAdd", 1, duration)
    parsed = parse_duration(content)
    layout = text("dateTimeAdd", 2, pattern)
    if parsed is None:
        raise invalid("dateTimeAdd", f"the value '{content[:100]}' is not a valid ISO8601 Duration string.")
    try:
        return _formatted("dateTimeAdd", add_duration(moment, parsed), layout)
    except (OverflowError, ValueError):
        raise invalid("dateTimeAdd", "the result is not a date of the years 1 to 9999.") from None


def date_time_from_epoch(seconds: Any) -> str:
    """Return the ISO 8601 date of a number of seconds since 1970."""
    number = integer("dateTimeFromEpoch", 0, seconds)
    try:
        moment = _EPOCH + timedelta(seconds=number)
    except OverflowError:
        raise invalid("dateTimeFromEpoch", f"the value '{number}' is not a date of the years 1 to 9999.") from None
    return _formatted("dateTimeFromEpoch", moment, _ISO)


def date_time_to_epoch(value: Any) -> int:
    """Return the number of whole seconds from 1970 to a date."""
    moment = _date("dateTimeToEpoch", text("dateTimeToEpoch", 0, value))
    return (moment - _EPOCH) // timedelta(seconds=1)


def _date(function: str, content: str) -> datetime:
    moment = parse_date(content)
    if moment is None:
        raise EvaluationFault(
            f"Unable to evaluate template language function '{function}': the value '{content[:100]}' is not a valid "
            "date and time string.",
            hint="write the date as in 2024-01-31T12:00:00Z",
            function=function,
        )
    return moment


def _formatted(function: str, moment: datetime, pattern: str) -> str:
    shown = format_date(moment, pattern or "G") if len(pattern) <= 1000 else None
    if shown is None:
        raise invalid(function, f"the format '{pattern[:100]}' is not a valid date and time format.")
    return shown


FUNCTIONS = (
    Function(name="utcNow", minimum=0, maximum=1, run=utc_now, asks=True, result="string", sites=DEFAULT_VALUES),
    Function(name="newGuid", minimum=0, maximum=0, run=new_guid, asks=True, result="string", sites=DEFAULT_VALUES),
    Function(name="dateTimeAdd", minimum=2, maximum=3, run=date_time_add, result="string"),
    Function(name="dateTimeFromEpoch", minimum=1, maximum=1, run=date_time_from_epoch, result="string"),
    Function(name="dateTimeToEpoch", minimum=1, maximum=1, run=date_time_to_epoch, result="int"),
)
