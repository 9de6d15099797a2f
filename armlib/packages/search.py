"""Gives each of many keys one of its values so that every wish is met, and learns from what cannot be.

A key has values 0, 1, …, best first, or none: it is *absent*, unless a wish is for it. Sets of values are bits of a
number, the one after the values stands for absence. What must not be is a :class:`_Nogood`: for each of some keys a set
of values; not all of these keys may be within their sets at once. A wish of a value for others is one such, and from
two of them that meet a third follows. What led to a dead end becomes one of its own, so that no way into it is tried
twice; where one follows that forbids everything, there is no solution, and the wishes that it came from are why.

Source: Natalie Weizenbaum, "PubGrub: Next-Generation Version Solving", 2018; Marques-Silva and Sakallah, "GRASP", 1996.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any, Final, Generic, Protocol, TypeVar

_K = TypeVar("_K", bound=Hashable)
_MOST_DEAD_ENDS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Wish(Generic[_K]):
    """What the value *who*, or the question itself (None), wishes: that *key* has one of the values *allowed* (bits).

    *subject* is whatever the caller knows it by.
    """

    who: tuple[_K, int] | None
    key: _K
    allowed: int
    subject: Any


class Problem(Protocol[_K]):
    """What is searched."""

    def count(self, key: _K) -> int:
        """Return how many values *key* has."""

    def order(self, key: _K) -> Any:
        """Return what tells which key is decided first."""

    def wishes(self, key: _K, value: int) -> Iterable[Wish[_K]]:
        """Return what a value wishes; it is asked for when the value is the best that is left."""


class NoSolutionError(Exception):
    """No values meet all wishes; *wishes* are some that contradict each other."""

    def __init__(self, wishes: list[Wish[Any]]) -> None:
        super().__init__("no values meet all wishes")
        self.wishes = wishes


class TooHardError(Exception):
    """There were too many dead ends."""


@dataclass(frozen=True, slots=True, eq=False)
class _Nogood(Generic[_K]):
    terms: Mapping[_K, int]
    wish: Wish[_K] | None = None
    parents: tuple[_Nogood[_K], ...] = ()


@dataclass(frozen=True, slots=True)
class _Step(Generic[_K]):
    """One narrowing of the values of *key*: decided (no *cause*), or since *cause* would not hold."""

    key: _K
    before: int
    level: int
    cause: _Nogood[_K] | None


class Search(Generic[_K]):
    """One search for a solution of *problem*, given up after so many dead ends."""

    def __init__(self, problem: Problem[_K], *, most_dead_ends: int = _MOST_DEAD_ENDS) -> None:
        self._problem = problem
        self._dead_ends_left = most_dead_ends
        self._left: dict[_K, int] = {}  # the values that are left of each key
        self._absent: dict[_K, int] = {}
        self._steps: list[_Step[_K]] = []
        self._places: dict[_K, list[int]] = {}  # of its steps
        self._about: dict[_K, list[_Nogood[_K]]] = {}
        self._asked: set[tuple[_K, int]] = set()
        self._waiting: list[tuple[bool, Any, _K]] = []
        self._trouble: set[_K] = set()  # what took part in dead ends is decided first
        self._level = 0

    def run(self, wishes: Iterable[Wish[_K]]) -> dict[_K, int]:
        """Return a value for each key that *wishes*, and those of the values, come to.

        Raises:
            NoSolutionError: There is none.
            TooHardError: None was found in time.
        """
        self._add(wishes)
        while self._waiting:
            self._decide(heappop(self._waiting)[2])
        return {key: _lowest(left) for key, left in self._left.items() if not left & self._absent[key]}

    def _decide(self, key: _K) -> None:
        """Settle *key* on the best value that is left, once its wishes are known and have not spoken against it."""
        left = self._left[key]
        if left & self._absent[key]:
            return
        value = _lowest(left)
        if (key, value) not in self._asked:
            self._asked.add((key, value))
            self._add(self._problem.wishes(key, value))
            self._wait_for(key)
        elif left != 1 << value:
            self._level += 1
            self._narrow(key, 1 << value, None)
            self._propagate(self._about[key])

    def _add(self, wishes: Iterable[Wish[_K]]) -> None:
        self._propagate([self._learned(self._nogood(wish)) for wish in wishes])

    def _nogood(self, wish: Wish[_K]) -> _Nogood[_K]:
        terms = {wish.key: self._all(wish.key) & ~wish.allowed}
        if wish.who is not None:
            key, value = wish.who
            terms[key] = terms.get(key, self._all(key)) & (1 << value)
        return _Nogood(self._apart(terms), wish)

    def _apart(self, terms: Mapping[_K, int]) -> dict[_K, int]:
        """Return *terms* without those that always hold."""
        return {key: values for key, values in terms.items() if values != self._all(key)}

    def _all(self, key: _K) -> int:
        """Return all values of *key*, absence among them."""
        if key not in self._absent:
            self._absent[key] = 1 << self._problem.count(key)
            self._left[key] = 2 * self._absent[key] - 1
            self._places[key], self._about[key] = [], []
        return 2 * self._absent[key] - 1

    def _learned(self, nogood: _Nogood[_K]) -> _Nogood[_K]:
        for key in nogood.terms:
            self._about[key].append(nogood)
        return nogood

    # Consequences

    def _propagate(self, nogoods: Iterable[_Nogood[_K]]) -> None:
        """Narrow what is left by what follows from *nogoods*, and from all that follow from that."""
        queue = deque(nogoods)
        while queue:
            nogood = queue.popleft()
            open_keys = self._open(nogood)
            if open_keys is None:
                continue
            if open_keys:
                (key,) = open_keys
                self._narrow(key, ~nogood.terms[key], nogood)
                queue.extend(self._about[key])
            else:
                learned, undone = self._back_from(nogood)
                queue.appendleft(learned)
                queue.extend(one for key in undone for one in self._about[key])

    def _open(self, nogood: _Nogood[_K]) -> list[_K] | None:
        """Return the one key that keeps *nogood* from being so, [] when none does; None when nothing follows."""
        found: list[_K] = []
        for key, values in nogood.terms.items():
            left = self._left[key]
            if not left & values:
                return None
            if left & ~values:
                if found:
                    return None
                found.append(key)
        return found

    def _narrow(self, key: _K, values: int, cause: _Nogood[_K] | None) -> None:
        self._places[key].append(len(self._steps))
        self._steps.append(_Step(key, self._left[key], self._level, cause))
        self._left[key] &= values
        self._wait_for(key)

    def _wait_for(self, key: _K) -> None:
        if not self._left[key] & self._absent[key]:
            heappush(self._waiting, (key not in self._trouble, self._problem.order(key), key))

    # Dead ends

    def _back_from(self, nogood: _Nogood[_K]) -> tuple[_Nogood[_K], set[_K]]:
        """Go back to where it could be known that *nogood* would come true.

        Returns:
            What follows there, and the keys of which more is left again.
        """
        if not self._dead_ends_left:
            raise TooHardError
        self._dead_ends_left -= 1
        while nogood.terms:
            places = {key: self._since(key, values) for key, values in nogood.terms.items()}
            last = max(places, key=places.__getitem__)
            step = self._steps[places[last]]
            before = max((self._steps[place].level for key, place in places.items() if key != last), default=0)
            if before < step.level:
                self._trouble.update(nogood.terms)
                return self._learned(nogood), self._undo(before)
            assert step.cause is not None, "a decision is the first step of its level"
            nogood = self._resolvent(nogood, step.cause, last)
        raise NoSolutionError(_wishes_of(nogood))

    def _since(self, key: _K, values: int) -> int:
        """Return the step after which nothing but *values* was left of *key*."""
        places = self._places[key]
        for place, later in pairwise(places):
            if not self._steps[later].before & ~values:
                return place
        return places[-1]

    def _resolvent(self, one: _Nogood[_K], other: _Nogood[_K], about: _K) -> _Nogood[_K]:
        """Return what follows from both: whichever value of *about* there is, the rest of one of them forbids it."""
        terms = {**other.terms, **one.terms}
        for key in one.terms.keys() & other.terms.keys():
            terms[key] = one.terms[key] & other.terms[key]
        terms[about] = one.terms[about] | other.terms[about]
        return _Nogood(self._apart(terms), parents=(one, other))

    def _undo(self, level: int) -> set[_K]:
        """Take back all steps above *level*, and return their keys."""
        undone = set()
        while self._steps and self._steps[-1].level > level:
            step = self._steps.pop()
            self._left[step.key] = step.before
            self._places[step.key].pop()
            undone.add(step.key)
        self._level = level
        for key in undone:
            self._wait_for(key)
        return undone


def _lowest(values: int) -> int:
    return (values & -values).bit_length() - 1


def _wishes_of(nogood: _Nogood[_K]) -> list[Wish[_K]]:
    """Return the wishes that *nogood* follows from, each once."""
    found: dict[int, Wish[_K]] = {}
    seen: set[int] = set()
    waiting = [nogood]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            waiting += one.parents
            if one.wish is not None:
                found[id(one.wish)] = one.wish
    return list(found.values())
