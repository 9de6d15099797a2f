"""Printing trees: what is printed reads back equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.expressions.parser import ExpressionSyntaxError, parse
from armlib.expressions.printer import print_expression, print_node
from armlib.expressions.syntax import Call, Index, Literal, Member, Node

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
literals = st.builds(Literal, st.text(max_size=12) | st.integers(-(2**63), 2**63 - 1))
call_names = st.lists(names, min_size=1, max_size=3).map(".".join)


def branches(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    arguments = st.lists(children, max_size=3).map(tuple)
    return (
        st.builds(Call, call_names, arguments)
        | st.builds(Member, children, names)
        | st.builds(Index, children, children)
    )


trees: st.SearchStrategy[Node] = st.recursive(
    literals | st.builds(Call, call_names, st.just(())), branches, max_leaves=12
)


@given(trees)
def test_what_is_printed_reads_back_equal(tree: Node) -> None:
    text = print_expression(tree)
    if len(text) <= 24_578:
        assert parse(text) == tree


@given(st.text(alphabet="[]()'., -09aé\n", max_size=40))
def test_any_text_reads_back_equal_or_is_a_syntax_error(noise: str) -> None:
    try:
        tree = parse(f"[{noise}]")
    except ExpressionSyntaxError:
        return
    assert parse(print_expression(tree)) == tree


@pytest.mark.parametrize(
    "text", ["[concat('it''s', -1)]", "[a.b.c()]", "[f()[0].x['y z']]", "['']", "[f(g(1), h())]", "[f('\n')]"]
)
def test_a_canonical_text_is_printed_as_it_was(text: str) -> None:
    assert print_expression(parse(text)) == text


def test_a_member_that_is_no_name_is_printed_as_an_index() -> None:
    assert print_expression(Member(Call("f", ()), "a-b")) == "[f()['a-b']]"


def test_a_tree_deeper_than_recursion_allows_is_printed() -> None:
    tree: Node = Literal(1)
    for _ in range(50_000):
        tree = Call("f", (tree,))
    assert print_node(tree).startswith("f(f(f(")
