"""Date functions: what is read as a date, durations, and .NET date formats."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.faults import EvaluationFault


@pytest.mark.parametrize(
    ("written", "epoch"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2024-02-29T12:34:56.789Z", 1709210096),
        ("2024-02-29T12:34:56+02:00", 1709202896),
        ("2024-02-29 12:34:56Z", 1709210096),
        ("2024-02-29 12:34", 1709210040),
        ("20240229T123456Z", 1709210096),
        ("02/29/2024 12:34:56", 1709210096),
        ("2/29/2024 12:34:56 PM", 1709210096),
        ("2/29/2024 12:34:56 AM", 1709166896),
        ("Thu, 29 Feb 2024 12:34:56 GMT", 1709210096),
        ("Thursday, 29 February 2024 12:34:56", 1709210096),
        ("February 29, 2024", 1709164800),
        ("9999-12-31T23:59:59Z", 253402300799),
        ("0001-01-01T00:00:00Z", -62135596800),
    ],
)
def test_dates_are_read(value: Any, written: str, epoch: int) -> None:
    assert value(f"dateTimeToEpoch('{written}')") == epoch


@pytest.mark.parametrize(
    "written",
    ["", "today", "2023-02-29", "2024-13-01", "2024-02-29T25:00:00Z", "13:00", "29/02/2024", "2024", "13/2024",
     "2024-02-29T12:60:00Z", "2/29/2024 13:00 PM", "2024-02-29T12:34:56+25:00"],
)  # fmt: skip
def test_what_is_no_date_is_a_fault(value: Any, written: str) -> None:
    with pytest.raises(EvaluationFault, match="is not a valid date and time string"):
        value(f"dateTimeToEpoch('{written}')")


@pytest.mark.parametrize(
    ("base", "duration", "expected"),
    [
        ("2024-01-31T00:00:00Z", "P1M", "2024-02-29T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "P1Y", "2025-02-28T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "-P1Y", "2023-02-28T00:00:00Z"),
        ("2024-03-31T00:00:00Z", "-P1M", "2024-02-29T00:00:00Z"),
        ("2024-01-01T00:00:00Z", "P1Y2M3DT4H5M6S", "2025-03-04T04:05:06Z"),
        ("2024-01-01T00:00:00Z", "P2W", "2024-01-15T00:00:00Z"),
        ("2024-01-01T00:00:00Z", "PT36H", "2024-01-02T12:00:00Z"),
        ("2024-01-01T00:00:00Z", "PT0.5S", "2024-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00Z", "-PT1S", "2023-12-31T23:59:59Z"),
        ("2024-01-01T00:00:00+01:00", "PT1H", "2024-01-01T00:00:00Z"),
        ("2020-04-07 14:53:14Z", "P3Y", "2023-04-07T14:53:14Z"),
    ],
)
def test_durations_are_added(value: Any, base: str, duration: str, expected: str) -> None:
    assert value(f"dateTimeAdd('{base}', '{duration}')") == expected


@pytest.mark.parametrize("duration", ["", "P", "PT", "1D", "P1H", "PT1D", "P1.5D", "p1d", "P1D2Y", "P-1D", "P1DT"])
def test_a_malformed_duration_is_a_fault(value: Any, duration: str) -> None:
    with pytest.raises(EvaluationFault, match="is not a valid ISO8601 Duration string"):
        value(f"dateTimeAdd('2024-01-01', '{duration}')")


@pytest.mark.parametrize(
    "text",
    [
        "dateTimeAdd('9999-12-31', 'P1D')",
        "dateTimeAdd('0001-01-01', '-P1D')",
        "dateTimeAdd('2024-01-01', 'P9999999999Y')",
        "dateTimeFromEpoch(9223372036854775807)",
    ],
)
def test_a_date_beyond_the_calendar_is_a_fault(value: Any, text: str) -> None:
    with pytest.raises(EvaluationFault, match="of the years 1 to 9999"):
        value(text)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("d", "02/29/2024"),
        ("D", "Thursday, 29 February 2024"),
        ("f", "Thursday, 29 February 2024 13:04"),
        ("F", "Thursday, 29 February 2024 13:04:05"),
        ("g", "02/29/2024 13:04"),
        ("G", "02/29/2024 13:04:05"),
        ("M", "February 29"),
        ("o", "2024-02-29T13:04:05.6789000Z"),
        ("R", "Thu, 29 Feb 2024 13:04:05 GMT"),
        ("s", "2024-02-29T13:04:05"),
        ("t", "13:04"),
        ("T", "13:04:05"),
        ("u", "2024-02-29 13:04:05Z"),
        ("U", "Thursday, 29 February 2024 13:04:05"),
        ("y", "2024 February"),
        ("M d", "2 29"),
        ("yyyy-MM-dd", "2024-02-29"),
        ("yy y yyyyy", "24 24 02024"),
        ("dddd ddd dd d", "Thursday Thu 29 29".replace("29 29", "29 29")),
        ("MMMM MMM MM M", "February Feb 02 2"),
        ("HH H hh h", "13 13 01 1"),
        ("mm m ss s", "04 4 05 5"),
        ("f ff fff ffff", "6 67 678 6789"),
        ("s.FFFFFFF", "5.6789"),
        ("tt t", "PM P"),
        ("z zz zzz K", "+0 +00 +00:00 Z"),
        ("'d'yyyy\\d\"M\"", "d2024dM"),
        ("%d", "29"),
        ("%h", "1"),
        ("yyyyMMddTHHmmssZ", "20240229T130405Z"),
        ("gg", "A.D."),
        ("", "02/29/2024 13:04:05"),
    ],
)
def test_dates_are_written_by_a_net_format(value: Any, pattern: str, expected: str) -> None:
    escaped = pattern.replace("'", "''")
    assert value(f"utcNow('{escaped}')") == expected


def test_the_default_formats(value: Any) -> None:
    assert value("utcNow()") == "20240229T130405Z"
    assert value("dateTimeFromEpoch(0)") == "1970-01-01T00:00:00Z"
    assert value("dateTimeAdd(utcNow(), 'P1D', 'yyyy')") == "2024"


@pytest.mark.parametrize("pattern", ["Q", "'open", "\\", "%", "%%", "ffffffff"])
def test_an_invalid_format_is_a_fault(value: Any, pattern: str) -> None:
    escaped = pattern.replace("'", "''")
    with pytest.raises(EvaluationFault, match="is not a valid date and time format"):
        value(f"utcNow('{escaped}')")
