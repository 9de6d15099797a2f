from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from armlib.compiler.graph import components, path_back

GRAPHS = st.integers(1, 9).flatmap(
    lambda size: st.dictionaries(
        st.integers(0, size - 1), st.lists(st.integers(0, size + 1), max_size=5), min_size=size, max_size=size
    )
)


def reachable(graph: dict[int, list[int]], start: int) -> set[int]:
    found: set[int] = set()
    pending = [start]
    while pending:
        for following in graph.get(pending.pop(), []):
            if following in graph and following not in found:
                found.add(following)
                pending.append(following)
    return found


@given(GRAPHS)
def test_components_are_the_nodes_that_reach_each_other(graph: dict[int, list[int]]) -> None:
    found = components(graph)
    assert sorted(node for component in found for node in component) == sorted(graph)
    where = {node: number for number, component in enumerate(found) for node in component}
    for one in graph:
        for other in graph:
            mutual = one == other or (other in reachable(graph, one) and one in reachable(graph, other))
            assert (where[one] == where[other]) is mutual
            if other in reachable(graph, one) and not mutual:
                assert where[other] < where[one]


@given(GRAPHS, st.data())
def test_a_way_back_is_a_shortest_way_along_edges(graph: dict[int, list[int]], data: st.DataObject) -> None:
    start, end = (data.draw(st.sampled_from(sorted(graph))) for _ in range(2))
    way = path_back(graph, start, end)
    assert bool(way) is (end in reachable(graph, start))
    if way:
        assert (way[0], way[-1]) == (start, end)
        assert all(following in graph[node] for node, following in pairwise(way))
        assert len(set(way[1:])) == len(way) - 1


def test_a_long_chain_needs_no_recursion() -> None:
    graph = {number: [number + 1] for number in range(100_000)} | {100_000: [0]}
    assert len(components(graph)) == 1
    assert len(path_back(graph, 0, 0)) == 100_002
