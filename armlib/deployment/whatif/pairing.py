"""Which element of one array is which of another.

Scalars are paired by value, objects by what names them, and what has no name by the longest common subsequence of what
is alike, as the service's own comparison does.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, TypeAlias

from armlib.deployment.whatif.noise import pairing_key

# What names an element, the most telling first.
_KEYS: Final = (
    "name",
    "id",
    "key",
    "objectId",
    "resourceId",
    "locationName",
    "zoneName",
    "value",
    "containerPort",
    "port",
)
_MOST_COMPARISONS: Final = 40_000  # of elements that nothing names; beyond, they are paired by their places

Alike: TypeAlias = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs of places in two arrays, what is in only one of them, and whether the pairs are in another order."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    only_wanted: list[int] = field(default_factory=list)
    only_there: list[int] = field(default_factory=list)

    @property
    def is_moved(self) -> bool:
        """Whether the elements stand in another order."""
        places = [place for _, place in self.pairs]
        return any(one > other for one, other in pairwise(places))


def pair(wanted: Sequence[Any], there: Sequence[Any], alike: Alike, *, ordered: bool = False) -> Pairing:
    """Return which elements of *wanted* are which of *there*.

    Args:
        wanted: The one array.
        there: The other one.
        alike: Whether two elements are the same but for noise.
        ordered: Whether the order means something: then elements that changed places are no pair.
    """
    if not wanted or not there:
        return _closed(wanted, there, [])
    keys = None if ordered else _keys(wanted, there)
    if keys is not None:
        return _closed(wanted, there, _by_key(*keys))
    anchors = _subsequence(wanted, there, alike)
    if not ordered:
        anchors += _moved(wanted, there, anchors, alike)
    return _closed(wanted, there, anchors + _in_gaps(wanted, there, sorted(anchors)))


def _closed(wanted: Sequence[Any], there: Sequence[Any], pairs: list[tuple[int, int]]) -> Pairing:
    ones, others = {one for one, _ in pairs}, {other for _, other in pairs}
    return Pairing(
        sorted(pairs),
        [place for place in range(len(wanted)) if place not in ones],
        [place for place in range(len(there)) if place not in others],
    )


def _keys(wanted: Sequence[Any], there: Sequence[Any]) -> tuple[list[str], list[str]] | None:
    """Return a text for each element that tells which one it is; None when nothing does."""
    if all(map(_is_scalar, wanted)) and all(map(_is_scalar, there)):
        return [pairing_key(value) for value in wanted], [pairing_key(value) for value in there]
    if not all(type(value) is dict for value in (*wanted, *there)):
        return None
    for name in _KEYS:
        ones, others = _named(wanted, name), _named(there, name)
        if ones is not None and others is not None:
            return ones, others
    return None


def _named(elements: Sequence[Any], name: str) -> list[str] | None:
    """Return the values of the property *name*; None unless every element has one of its own."""
    if not _is_scalar(elements[0].get(name)):
        return None
    found = [element.get(name) for element in elements]
    if not all(map(_is_scalar, found)):
        return None
    keys = [pairing_key(value) for value in found]
    return keys if len(set(keys)) == len(keys) else None


def _is_scalar(value: Any) -> bool:
    return type(value) in (str, int, float, bool)


def _by_key(wanted: list[str], there: list[str]) -> list[tuple[int, int]]:
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    for place, key in enumerate(there):
        places[key].append(place)
    return [(place, places[key].popleft()) for place, key in enumerate(wanted) if places.get(key)]


def _subsequence(wanted: Sequence[Any], there: Sequence[Any], alike: Alike) -> list[tuple[int, int]]:
    """Return the longest common subsequence as pairs of places."""
    rows, columns = len(wanted), len(there)
    start = 0
    while start < min(rows, columns) and alike(wanted[start], there[start]):
        start += 1
    pairs = [(place, place) for place in range(start)]
    if start in (rows, columns) or (rows - start) * (columns - start) > _MOST_COMPARISONS:
        return pairs
    same = [[alike(one, other) for other in there[start:]] for one in wanted[start:]]
    return pairs + [(one + start, other + start) for one, other in _longest(same)]


def _longest(same: list[list[bool]]) -> list[tuple[int, int]]:
    rows, columns = len(same), len(same[0])
    length = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            if same[row][column]:
                length[row][column] = length[row + 1][column + 1] + 1
            else:
                length[row][column] = max(length[row + 1][column], length[row][column + 1])
    pairs, row, column = [], 0, 0
    while row < rows and column < columns:
        if same[row][column]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif length[row + 1][column] >= length[row][column + 1]:
            row += 1
        else:
            column += 1
    return pairs


def _moved(
    wanted: Sequence[Any], there: Sequence[Any], anchors: list[tuple[int, int]], alike: Alike
) -> list[tuple[int, int]]:
    """Return pairs of alike elements that stand in another order than the *anchors*."""
    rest = _closed(wanted, there, anchors)
    if len(rest.only_wanted) * len(rest.only_there) > _MOST_COMPARISONS:
        return []
    free = dict.fromkeys(rest.only_there)
    found = []
    for one in rest.only_wanted:
        other = next((place for place in free if alike(wanted[one], there[place])), None)
        if other is not None:
            del free[other]
            found.append((one, other))
    return found


def _in_gaps(wanted: Sequence[Any], there: Sequence[Any], anchors: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pairs of objects that stand at the same place between two anchors: one became the other."""
    rest = _closed(wanted, there, anchors)
    ones, others = _gaps(rest.only_wanted, [one for one, _ in anchors]), _gaps(rest.only_there, [b for _, b in anchors])
    return [
        (one, other)
        for gap, places in ones.items()
        for one, other in zip(places, others.get(gap, ()), strict=False)
        if type(wanted[one]) is type(there[other]) and type(wanted[one]) in (dict, list)
    ]


def _gaps(places: list[int], anchors: list[int]) -> dict[int, list[int]]:
    """Return *places* by how many *anchors* stand before them."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place in places:
        found[sum(anchor < place for anchor in anchors)].append(place)
    return found
