"""Formats of texts, by the names that JSON Schema gives them, and ``cidr``."""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from armlib.diagnostics import nearest

_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    r"(?://(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?"
    r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::\d*)?(?=[/?#]|\Z)|(?!//))"
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}\Z)")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))", re.ASCII)
_DURATION = re.compile(
    r"P(?!\Z)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)", re.ASCII
)


def has_format(name: str, text: str) -> bool:
    """Return whether *text* has the format *name*.

    Raises:
        ValueError: There is no such format.
    """
    check = FORMATS.get(name)
    if check is None:
        near = nearest(name, FORMATS)
        suffix = f'; did you mean "{near}"?' if near else f"; there are {', '.join(FORMATS)}"
        raise ValueError(f'there is no format "{name}"{suffix}')
    return check(text)


def names() -> list[str]:
    """Return the names of the formats, sorted."""
    return sorted(FORMATS)


def _is_cidr(text: str) -> bool:
    """Return whether *text* is an address block as ARM takes it: a prefix length, no mask; host bits may be set."""
    _, slash, length = text.partition("/")
    has_length = bool(slash) and length.isascii() and length.isdigit()
    return has_length and "%" not in text and _parses(ipaddress.ip_interface, text)


def _is_ipv4(text: str) -> bool:
    return _parses(ipaddress.IPv4Address, text)


def _is_ipv6(text: str) -> bool:
    return "%" not in text and _parses(ipaddress.IPv6Address, text)


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _is_uri(text: str) -> bool:
    """Source: RFC 3986, an absolute URI with its scheme."""
    return _URI.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    return (
        len(text) == 10 and text.isascii() and _parses(datetime.date.fromisoformat, text) and text[4] == text[7] == "-"
    )


def _is_time(text: str) -> bool:
    return _is_clock(_TIME.fullmatch(text), first=1)


def _is_date_time(text: str) -> bool:
    """Source: RFC 3339, section 5.6; a leap second is allowed."""
    found = _DATE_TIME.fullmatch(text)
    return found is not None and _is_date(found[1]) and _is_clock(found, first=2)


def _is_clock(found: re.Match[str] | None, first: int) -> bool:
    if found is None:
        return False
    hour, minute, second, zone_hour, zone_minute = (int(found[first + index] or 0) for index in range(5))
    return hour < 24 and minute < 60 and second < 61 and zone_hour < 24 and zone_minute < 60


def _is_duration(text: str) -> bool:
    return _DURATION.fullmatch(text) is not None


def _is_hostname(text: str) -> bool:
    labels = text.removesuffix(".").split(".")
    return len(text) <= 254 and all(_LABEL.fullmatch(label) for label in labels)


def _is_email(text: str) -> bool:
    found = _EMAIL.match(text)
    return found is not None and _is_hostname(text[found.end() :]) and ".." not in text and text[0] != "."


def _is_regex(text: str) -> bool:
    from armlib.jsonnet.regexes import compile_pattern

    return _parses(compile_pattern, text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "cidr": _is_cidr,
        "uuid": _is_uuid,
        "ipv4": _is_ipv4,
        "ipv6": _is_ipv6,
        "uri": _is_uri,
        "date-time": _is_date_time,
        "date": _is_date,
        "time": _is_time,
        "duration": _is_duration,
        "hostname": _is_hostname,
        "email": _is_email,
        "regex": _is_regex,
    }
)
