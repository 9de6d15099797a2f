"""Versions and ranges of versions, as npm reads them.

``1.2.3`` is that version alone, ``1`` and ``1.x`` any 1.y.z, ``^1.2`` what is compatible with 1.2 (below 2.0; ``^0.2``
is below 0.3), ``~1.2`` any 1.2.z; ``>=1.2 <2`` is both, ``1 || 2`` either, ``*`` all. A pre-release is in a range only
when the range names a pre-release of the same three numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from semver import Version

_NUMBERS: Final = r"(?P<major>\d+|[xX*])(?:\.(?P<minor>\d+|[xX*])(?:\.(?P<patch>\d+|[xX*])(?P<rest>[-+][\w.+-]+)?)?)?"
_TERM: Final = re.compile(rf"(?P<operator>\^|~|>=|<=|>|<|=)?\s*v?{_NUMBERS}", re.ASCII)
_MOST_TOLD: Final = 6  # versions of a message
_LARGEST: Final = 2**53  # of a number in a version
_Key: TypeAlias = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
_RELEASED: Final = ((2, 0, ""),)  # sorts after every pre-release
_LOWEST: Final[tuple[tuple[int, int, str], ...]] = ()  # sorts before every pre-release


@lru_cache(maxsize=65536)
def parse_version(text: str) -> Version:
    """Return the version that *text* spells, by Semantic Versioning 2.0.

    Raises:
        ValueError: It is none.
    """
    try:
        version = Version.parse(text)
    except (ValueError, TypeError) as error:
        raise ValueError(f"'{text}' is not a version such as 1.2.3") from error
    if max(version.major, version.minor, version.patch) > _LARGEST or len(text) > 200:
        raise ValueError(f"'{text[:60]}' has a number that is too large")
    return version


def to_tag(version: Version) -> str:
    """Return *version* as a tag of a registry, where ``+`` may not stand."""
    return str(version).replace("+", "_")


def from_tag(tag: str) -> Version | None:
    """Return the version that *tag* stands for, or None when it is another kind of tag."""
    try:
        return parse_version(tag.removeprefix("v").replace("_", "+"))
    except ValueError:
        return None


def line_of(version: Version) -> str:
    """Return the line of compatible versions that *version* belongs to: ``1`` of 1.2.3, ``0.2`` of 0.2.3."""
    return f"{version.major}" if version.major else f"0.{version.minor}"


@lru_cache(maxsize=65536)
def sort_key(version: Version) -> _Key:
    """Return what versions are sorted by; what builds add to a version does not count."""
    if version.prerelease is None:
        return version.major, version.minor, version.patch, _RELEASED
    parts = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in version.prerelease.split("."))
    return version.major, version.minor, version.patch, parts


def listed_versions(versions: Iterable[Version]) -> str:
    """Return the newest of *versions* and how many there are besides, for a message."""
    newest = [str(version) for version in sorted(versions, key=sort_key, reverse=True)]
    more = f" and {len(newest) - _MOST_TOLD} older" if len(newest) > _MOST_TOLD else ""
    return ", ".join(newest[:_MOST_TOLD]) + more if newest else "no version at all"


@dataclass(frozen=True, slots=True)
class _Span:
    """The versions from *low* to below *high*, either may be None; pre-releases with the numbers of *named*."""

    low: _Key | None
    high: _Key | None
    named: frozenset[tuple[int, int, int]]

    def allows(self, version: Version, prereleases: bool) -> bool:
        key = sort_key(version)
        if (self.low is not None and key < self.low) or (self.high is not None and key >= self.high):
            return False
        return prereleases or version.prerelease is None or key[:3] in self.named


@dataclass(frozen=True, slots=True)
class Range:
    """A set of versions; *text* is how it was written."""

    text: str
    spans: tuple[_Span, ...]

    def __str__(self) -> str:
        return self.text

    def allows(self, version: Version, *, prereleases: bool = False) -> bool:
        """Return whether *version* is in the range; with *prereleases* those count as any other."""
        return any(span.allows(version, prereleases) for span in self.spans)

    def newest(self, versions: Iterable[Version]) -> Version | None:
        """Return the newest of *versions* that is in the range, or None."""
        return max(filter(self.allows, versions), key=sort_key, default=None)


@lru_cache(maxsize=16384)
def parse_range(text: str) -> Range:
    """Return the range that *text* spells.

    Raises:
        ValueError: It is none, or holds no version.
    """
    spans = tuple(map(_parse_all_of, text.split("||")))
    for span in spans:
        if span.low is not None and span.high is not None and span.low >= span.high:
            raise ValueError(f"'{text}' has a part that no version is in")
    return Range(" ".join(text.split()) or "*", spans)


def exactly(version: Version) -> Range:
    """Return the range of *version* alone."""
    return parse_range(str(version))


def _parse_all_of(text: str) -> _Span:
    """Read comparisons that all must hold, with blanks or commas between them."""
    low: _Key | None = None
    high: _Key | None = None
    named: set[tuple[int, int, int]] = set()
    rest = text.strip()
    while rest:
        found = _TERM.match(rest)
        if found is None or (found.end() < len(rest) and rest[found.end()] not in " ,\t"):
            raise ValueError(f"'{text.strip()}' is not a range of versions such as ^1.2, ~1.2.3, >=1.2 <2 or 1.x")
        term_low, term_high, numbers = _term(found)
        low = term_low if low is None or (term_low is not None and term_low > low) else low
        high = term_high if high is None or (term_high is not None and term_high < high) else high
        named |= numbers
        rest = rest[found.end() :].lstrip(" ,\t")
    return _Span(low, high, frozenset(named))


def _term(found: re.Match[str]) -> tuple[_Key | None, _Key | None, set[tuple[int, int, int]]]:
    """Return the bounds of one comparison: from (or None), to before (or None), and pre-releases named."""
    numbers = []
    for group in ("major", "minor", "patch"):
        if found[group] is None or not found[group].isdecimal():
            break
        numbers.append(int(found[group]))
    operator = found["operator"] or ("=" if len(numbers) == 3 else "~")
    if not numbers:
        return (None, None, set()) if operator not in ("<", ">") else (None, (0, 0, 0, _LOWEST), set())
    version = parse_version(".".join(map(str, (*numbers, 0, 0)[:3])) + (found["rest"] or ""))
    named = {(version.major, version.minor, version.patch)} if version.prerelease else set()
    low = sort_key(version) if version.prerelease or len(numbers) == 3 else (*sort_key(version)[:3], _LOWEST)
    after = _after(version, numbers)
    if operator == "=" and len(numbers) < 3:
        operator = "~"
    bounds: dict[str, tuple[_Key | None, _Key | None]] = {
        "=": (low, _next(version)),
        ">=": (low, None),
        "<": (None, low),
        ">": (after, None),
        "<=": (None, after),
        "~": (low, _bumped(version, 0 if len(numbers) == 1 else 1)),
        "^": (low, _bumped(version, _leading(version, len(numbers)))),
    }
    return (*bounds[operator], named)


def _after(version: Version, numbers: list[int]) -> _Key:
    """Return where the versions end that begin with *numbers*."""
    return _next(version) if len(numbers) == 3 else _bumped(version, len(numbers) - 1)


def _next(version: Version) -> _Key:
    """Return a key right behind that of *version*."""
    major, minor, patch, parts = sort_key(version)
    return major, minor, patch, (*parts, (-1, 0, ""))


def _leading(version: Version, given: int) -> int:
    """Return the place of the first number that is not zero, of those *given*."""
    numbers = (version.major, version.minor, version.patch)[:given]
    return next((place for place, number in enumerate(numbers) if number), given - 1)


def _bumped(version: Version, place: int) -> _Key:
    """Return the first key in which the number at *place* is one more; its pre-releases are beyond, too."""
    numbers = [version.major, version.minor, version.patch]
    numbers[place] += 1
    numbers[place + 1 :] = [0] * (2 - place)
    return numbers[0], numbers[1], numbers[2], _LOWEST
