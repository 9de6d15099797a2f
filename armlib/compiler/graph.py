"""Directed graphs: parts that lead back to themselves, the way back, and how deep each node stands."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def components(graph: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """Return the strongly connected components of *graph*, a component before those that lead to it.

    Each node of *graph* maps to the nodes it leads to; those that are no key are left out. Time and memory are linear.

    Source: R. Tarjan, "Depth-first search and linear graph algorithms", 1972, without recursion.
    """
    order: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    found: list[list[Node]] = []
    stack: list[Node] = []
    on_stack: set[Node] = set()
    for root in graph:
        if root in order:
            continue
        order[root] = lowest[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        walk = [(root, iter(graph[root]))]
        while walk:
            node, rest = walk[-1]
            for following in rest:
                if following not in graph:
                    continue
                if following not in order:
                    order[following] = lowest[following] = len(order)
                    stack.append(following)
                    on_stack.add(following)
                    walk.append((following, iter(graph[following])))
                    break
                if following in on_stack:
                    lowest[node] = min(lowest[node], order[following])
            else:
                walk.pop()
                if walk:
                    lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    found.append(_popped(stack, on_stack, node))
    return found


def _popped(stack: list[Node], on_stack: set[Node], last: Node) -> list[Node]:
    component: list[Node] = []
    while not component or component[-1] is not last:
        component.append(stack.pop())
        on_stack.discard(component[-1])
    return component


def depths(needs: Mapping[Node, Sequence[Node]]) -> dict[Node, int]:
    """Return how deep each node of *needs* stands: 0 where it needs nothing, else one more than the deepest it needs.

    Every needed node must be a key. Where nodes need each other in a circle, one of them does without another.
    """
    depth: dict[Node, int] = {}
    for start in needs:
        stack = [(start, iter(needs[start]))]
        entered = {start}
        while stack:
            node, rest = stack[-1]
            below = next((need for need in rest if need not in depth and need not in entered), None)
            if below is not None:
                entered.add(below)
                stack.append((below, iter(needs[below])))
                continue
            stack.pop()
            depth.setdefault(node, max((depth[need] + 1 for need in needs[node] if need in depth), default=0))
    return depth


def path_back(graph: Mapping[Node, Sequence[Node]], start: Node, end: Node) -> list[Node]:
    """Return a shortest way from *start* to *end* by at least one step, both included; empty when there is none."""
    came_from: dict[Node, Node] = {}
    pending = deque([start])
    while pending:
        node = pending.popleft()
        for following in graph.get(node, ()):
            if following == end:
                return _traced(came_from, start, node, end)
            if following not in came_from and following != start:
                came_from[following] = node
                pending.append(following)
    return []


def _traced(came_from: Mapping[Node, Node], start: Node, last: Node, end: Node) -> list[Node]:
    way = [end, last]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]
