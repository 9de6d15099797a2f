"""Whether a value that an open enumeration does not list is one of its values misspelt, or one that it does not know.

Azure adds values faster than definitions list them: ``Standard_GZRS`` beside ``Standard_GRS``, ``Standard_D4s_v6``
beside ``Standard_D4s_v5``. So what differs in digits or in an abbreviation is another value, and what differs by a
letter or two in one of its words is a misspelling. Case is not looked at: Azure takes any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SHORTEST: Final = 4  # letters of a word that can be told from another one
_LONG: Final = 8  # letters of a word that may have two mistakes


def misspelt(value: str, known: Iterable[str]) -> str | None:
    """Return the value of *known* that *value* was meant to be, or None when it may be a value of its own."""
    words = _WORD.findall(value)
    return next((each for each in known if _is_slip(words, _WORD.findall(each))), None)


def _is_slip(words: list[str], others: list[str]) -> bool:
    if len(words) != len(others):
        return False
    different = [(one, other) for one, other in zip(words, others, strict=True) if one.casefold() != other.casefold()]
    if len(different) != 1:
        return False
    one, other = different[0]
    if min(len(one), len(other)) < _SHORTEST or not (_is_word(one) and _is_word(other)):
        return False
    return edits(one.casefold(), other.casefold()) <= (2 if min(len(one), len(other)) >= _LONG else 1)


def _is_word(text: str) -> bool:
    return text[-1].islower()


def edits(one: str, other: str) -> int:
    """Return how many letters must be added, removed, replaced or swapped with the next to make *other* of *one*."""
    rows = [list(range(len(other) + 1))]
    for number, letter in enumerate(one, 1):
        row = [number]
        for at, target in enumerate(other, 1):
            least = min(rows[-1][at] + 1, row[at - 1] + 1, rows[-1][at - 1] + (letter != target))
            if number > 1 and at > 1 and letter == other[at - 2] and one[number - 2] == target:
                least = min(least, rows[-2][at - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]
