"""Text as .NET sees it: UTF-16 units, simple case mapping, and the linguistic order of strings."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_KEEP_CASE = frozenset(
    "\u0130\u0131\u017f"
)  # .NET's invariant mapping leaves out what would become ASCII or two letters


def is_narrow(text: str) -> bool:
    """Return whether every character of *text* is one UTF-16 unit."""
    return text.isascii() or max(text) <= "\uffff"


def units(text: str) -> str:
    """Return *text* with each UTF-16 unit as a character of its own, so that indexes count as .NET's do."""
    if is_narrow(text):
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2))


def joined(text: str) -> str:
    """Return *text*, made of UTF-16 units, as a text; half of a pair becomes U+FFFD, as when .NET writes it out."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def length(text: str) -> int:
    """Return the number of UTF-16 units of *text*."""
    return len(text) if is_narrow(text) else len(text) + sum(character > "\uffff" for character in text)


def utf8(text: str) -> bytes:
    """Return *text* in UTF-8; half of a surrogate pair becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return joined(text).encode()


def lower(text: str) -> str:
    """Return *text* in lower case, each character mapped on its own."""
    if text.isascii():
        return text.lower()
    # A capital sigma is mapped by what stands around it, so it takes the slow way too.
    return "".join(map(_lower, text)) if "Σ" in text or not _KEEP_CASE.isdisjoint(text) else text.lower()


def upper(text: str) -> str:
    """Return *text* in upper case, each character mapped on its own."""
    if text.isascii():
        return text.upper()
    mapped = text.upper()
    # What becomes several letters makes the text longer.
    return mapped if len(mapped) == len(text) and _KEEP_CASE.isdisjoint(text) else "".join(map(_upper, text))


def _lower(character: str) -> str:
    mapped = character.lower()
    return mapped if len(mapped) == 1 and character not in _KEEP_CASE else character


def _upper(character: str) -> str:
    mapped = character.upper()
    return mapped if len(mapped) == 1 and character not in _KEEP_CASE else character


# The order of strings: letters first of all without regard to accent and case, then by accent, then by case with lower
# case first. Symbols stand before digits and digits before letters, as in the root collation of CLDR.

_SYMBOLS = "\t\n\x0b\x0c\r\x85\u2028\u2029 _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_SYMBOL_WEIGHT = {character: weight for weight, character in enumerate(_SYMBOLS, 1)}
_OTHER_SYMBOLS = 0x1000
_DIGITS = 0x200_000
_LETTERS = 0x201_000
_EXPANSIONS = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ß": "ss", "þ": "th", "ı": "i"}


@lru_cache(maxsize=16_384)
def sort_key(text: str) -> tuple[bytes, bytes, bytes]:
    """Return what orders *text* among others, as the invariant culture of .NET does."""
    primary: list[int] = []
    accents: list[int] = []
    cases = bytearray()
    for character in text if text.isascii() else unicodedata.normalize("NFKD", text):
        folded = character.lower()
        for part in _EXPANSIONS.get(folded, folded):
            weight = _weight(part)
            if weight:
                primary.append(weight)
                accents.append(ord(folded) if folded in _EXPANSIONS else 0)
                cases.append(character != folded)
            elif unicodedata.combining(part) and accents:
                accents[-1] = ord(part)
    return _packed(primary), _packed(accents), bytes(cases)


def _packed(weights: list[int]) -> bytes:
    return b"".join(weight.to_bytes(4, "big") for weight in weights)


@lru_cache(maxsize=4_096)
def _weight(character: str) -> int:
    """Return the place of *character*; 0 for one that the order does not see."""
    if character in _SYMBOL_WEIGHT:
        return _SYMBOL_WEIGHT[character]
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Mn", "Me", "Mc"):
        return 0
    if category == "Nd":
        return _DIGITS + unicodedata.digit(character)
    if category[0] in "ZPS":
        return _OTHER_SYMBOLS + ord(character)
    return _LETTERS + ord(character)


def compare(left: str, right: str) -> int:
    """Return -1, 0 or 1 as *left* comes before, with or after *right*."""
    if left == right:
        return 0
    if len(left) > _LONG or len(right) > _LONG:
        left, right = _from_difference(left, right)
    first, second = sort_key(left), sort_key(right)
    return (first > second) - (first < second)


_LONG = 1_000
_SEEN = 20_000  # characters after the first difference that the order of two long texts hangs on


def _from_difference(left: str, right: str) -> tuple[str, str]:
    """Return the texts from a little before they differ, so that comparing long ones stays cheap."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    start = max(0, low - 16)  # a combining mark belongs to what stands before it
    return left[start : start + _SEEN], right[start : start + _SEEN]
