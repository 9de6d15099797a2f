"""Regular expressions of the definitions (ECMAScript) on Python's engine, without those that could run for ever."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Any, Final

_LONGEST: Final = 2000  # characters that a pattern is tried on
_LONGEST_AMBIGUOUS: Final = 24  # the same, when a repetition holds another: time can double with each character
_STEPS: Final = 10_000_000  # that a search with several repetitions may take
_MANY: Final = 8  # times; from here on a repetition counts as unlimited


def matches(pattern: str, text: str) -> bool | None:
    """Return whether *pattern* is found in *text*; None when that cannot be told.

    It cannot when Python's engine refuses the pattern, or when trying it might take too long.
    """
    compiled = _compile(pattern)
    if compiled is None:
        return None
    expression, ambiguous, repeats = compiled
    if len(text) > (_LONGEST_AMBIGUOUS if ambiguous else _LONGEST) or max(len(text), 1) ** repeats > _STEPS:
        return None
    return expression.search(text) is not None


@lru_cache(maxsize=2048)
def _compile(pattern: str) -> tuple[re.Pattern[str], bool, int] | None:
    from re import _parser  # type: ignore[attr-defined]  # the only way to see the structure of a pattern

    text = _python_spelling(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expression = re.compile(text, re.ASCII)
            tree = _parser.parse(text, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None
    ambiguous, repeats = _repeats(tree, inside=False)
    return expression, ambiguous, repeats


def _python_spelling(pattern: str) -> str:
    """Return *pattern* with the ECMAScript forms that Python spells in another way."""
    parts = []
    in_class = False
    for part in re.findall(r"\\.|\(\?<(?![=!])|.", pattern, re.DOTALL):
        if part == "[":
            in_class = True
        elif part == "]":
            in_class = False
        elif not in_class and part == "$":
            part = r"\Z"
        elif not in_class and part == "(?<":
            part = "(?P<"
        parts.append(part)
    return "".join(parts)


def _repeats(tree: Any, *, inside: bool) -> tuple[bool, int]:
    """Return whether a repetition holds a choice of ways, and how many repetitions follow each other."""
    ambiguous, count = False, 0
    for operator, argument in tree:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, body = argument
            varies = least != most
            many = varies and most > _MANY
            below, further = _repeats(body, inside=inside or many)
            ambiguous |= below or (inside and varies)
            count += further + many
        elif name == "BRANCH":
            found = [_repeats(branch, inside=inside) for branch in argument[1]]
            ambiguous |= inside or any(below for below, _ in found)
            count += max((further for _, further in found), default=0)
        elif name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT", "GROUPREF_EXISTS", "ATOMIC_GROUP", "POSSESSIVE_REPEAT"):
            body = argument if name == "ATOMIC_GROUP" else argument[-1]
            below, further = _repeats(body, inside=inside) if body is not None else (False, 0)
            ambiguous |= below
            count += further
        elif name == "GROUPREF":
            ambiguous = True
    return ambiguous, count
