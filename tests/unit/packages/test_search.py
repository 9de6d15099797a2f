"""Values that meet all wishes, and wishes that contradict each other: held to trying everything."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.packages.search import NoSolutionError, Search, TooHardError, Wish

MOST = 3  # values of a key
WISHES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2**MOST - 1)), max_size=3)


@dataclass(frozen=True)
class Table:
    """Keys are numbers; *values* has for each how many there are, and *wished* what one of them wishes."""

    values: Sequence[int]
    wished: Mapping[tuple[int, int], Sequence[tuple[int, int]]]

    def count(self, key: int) -> int:
        return self.values[key]

    def order(self, key: int) -> int:
        return key

    def wishes(self, key: int, value: int) -> list[Wish[int]]:
        return [self.wish((key, value), *wish) for wish in self.wished.get((key, value), [])]

    def wish(self, who: tuple[int, int] | None, key: int, allowed: int) -> Wish[int]:
        return Wish(who, key, allowed & (2 ** self.values[key] - 1), "")


TABLES = st.builds(
    Table,
    st.lists(st.integers(1, MOST), min_size=5, max_size=5),
    st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, MOST - 1)), WISHES, max_size=12),
)


def everything(table: Table) -> Iterator[dict[int, int]]:
    """Yield all ways to choose values, or none, for the keys of *table*."""
    for values in itertools.product(*([None, *range(count)] for count in table.values)):
        yield {key: value for key, value in enumerate(values) if value is not None}


def are_met(wishes: Iterable[Wish[int]], chosen: Mapping[int, int]) -> bool:
    """Return whether *chosen* meets those of *wishes* that are of the question, or of one of its values."""
    concerned = (wish for wish in wishes if wish.who is None or chosen.get(wish.who[0]) == wish.who[1])
    return all(wish.key in chosen and 1 << chosen[wish.key] & wish.allowed for wish in concerned)


@settings(max_examples=400, deadline=None)
@given(TABLES, WISHES)
def test_values_are_found_where_there_are_some_and_else_the_wishes_told_contradict(
    table: Table, asked: list[tuple[int, int]]
) -> None:
    roots = [table.wish(None, *wish) for wish in asked]
    of_values = [
        wish for key, count in enumerate(table.values) for value in range(count) for wish in table.wishes(key, value)
    ]
    all_wishes = [*roots, *of_values]
    try:
        found = Search(table).run(roots)
    except NoSolutionError as error:
        assert set(error.wishes) <= set(all_wishes)
        assert not any(are_met(error.wishes, chosen) for chosen in everything(table))
    else:
        assert are_met(all_wishes, found)


def test_the_best_value_is_chosen_that_goes_with_the_rest() -> None:
    table = Table([3, 2, 3], {(0, 0): [(1, 0b10)], (0, 1): [(2, 0b110)]})
    assert Search(table).run([table.wish(None, 0, 0b111), table.wish(None, 1, 0b01)]) == {0: 1, 1: 0, 2: 1}


def test_a_search_that_takes_too_long_is_given_up() -> None:
    """Six keys that must differ, of five values: what follows from one dead end says little of the others."""
    wished = {
        (key, value): [(one, 31 - (1 << value)) for one in range(6) if one != key]
        for key in range(6)
        for value in range(5)
    }
    table = Table([5] * 6, wished)
    asked = [table.wish(None, 0, 31)]
    with pytest.raises(NoSolutionError):
        Search(table).run(asked)
    with pytest.raises(TooHardError):
        Search(table, most_dead_ends=5).run(asked)
