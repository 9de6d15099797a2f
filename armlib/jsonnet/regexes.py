"""Regular expressions for Jsonnet, and the one way that armlib reads a ``pattern``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypedDict

_SCAN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$|\(\?[aiLsux]*m", re.DOTALL)
_GROUP = re.compile(r"\$(?:(\$)|(\d+)|\{(\w+)\})")


class Match(TypedDict):
    """A match: its text, where it starts (in characters from 0), its groups by number (from 1) and by name."""

    match: str
    start: int
    groups: list[str | None]
    named: dict[str, str | None]


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return *pattern* compiled; ``$`` is the end of the text, as in JSON Schema, unless the pattern says ``(?m)``.

    Raises:
        ValueError: *pattern* is not a regular expression.
    """
    pieces = _SCAN.findall(pattern)
    if any(piece.startswith("(?") for piece in pieces):
        strict = pattern
    else:
        strict = _SCAN.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern)
    try:
        return re.compile(strict)
    except re.error as error:
        raise ValueError(f'"{pattern}" is not a regular expression: {error.msg}') from error
    except (OverflowError, RecursionError) as error:
        raise ValueError(f'"{pattern[:100]}" is too large a regular expression') from error


def matches(pattern: str, text: str) -> bool:
    """Return whether *pattern* matches somewhere in *text*."""
    return compile_pattern(pattern).search(text) is not None


def matches_fully(pattern: str, text: str) -> bool:
    """Return whether *pattern* matches the whole of *text*."""
    return compile_pattern(pattern).fullmatch(text) is not None


def find(pattern: str, text: str) -> Match | None:
    """Return the first match of *pattern* in *text*."""
    found = compile_pattern(pattern).search(text)
    return None if found is None else _match(found)


def find_all(pattern: str, text: str) -> list[Match]:
    """Return the matches of *pattern* in *text*, which do not overlap, in order."""
    return list(map(_match, compile_pattern(pattern).finditer(text)))


def replace(pattern: str, replacement: str, text: str) -> str:
    """Return *text* with each match of *pattern* replaced.

    Args:
        pattern: Regular expression.
        replacement: Text in which ``$1`` and ``${name}`` are groups, ``$0`` the match, and ``$$`` a dollar.
        text: Text to search.

    Raises:
        ValueError: *replacement* names a group that *pattern* has not.
    """
    compiled = compile_pattern(pattern)

    def expanded(found: re.Match[str]) -> str:
        return _GROUP.sub(lambda use: "$" if use[1] else _group(found, use[2] or use[3]), replacement)

    return compiled.sub(expanded, text)


def split(pattern: str, text: str) -> list[str]:
    """Return the texts between the matches of *pattern* in *text*; its groups are not kept."""
    pieces, position = [], 0
    for found in compile_pattern(pattern).finditer(text):
        if found.end() > found.start():
            pieces.append(text[position : found.start()])
            position = found.end()
    return [*pieces, text[position:]]


def escape(text: str) -> str:
    """Return a pattern that matches exactly *text*."""
    return re.escape(text)


def _match(found: re.Match[str]) -> Match:
    return {"match": found[0], "start": found.start(), "groups": list(found.groups()), "named": found.groupdict()}


def _group(found: re.Match[str], name: str) -> str:
    try:
        return found[int(name) if name.isdigit() else name] or ""
    except IndexError as error:
        raise ValueError(f"the pattern has no group {name}") from error
