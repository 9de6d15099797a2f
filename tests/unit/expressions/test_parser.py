"""Reading expressions: what is one, what its tree is, and what is said of a malformed one."""

from __future__ import annotations

import pytest

from armlib.expressions.parser import (
    MAX_LENGTH,
    MAX_NESTING,
    ExpressionSyntaxError,
    escape,
    excerpt,
    is_expression,
    parse,
    unescape,
)
from armlib.expressions.syntax import Call, Index, Literal, Member


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[concat('a')]", True),
        ("[]", True),
        ("[ ]", True),
        ("[[a]", False),
        ("[a] b", False),
        (" [a]", False),
        ("[", False),
        ("[[", False),
        ("", False),
        ("a", False),
    ],
)
def test_an_expression_starts_and_ends_with_a_bracket(text: str, expected: bool) -> None:
    assert is_expression(text) is expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [("[[a]", "[a]"), ("[[a", "[[a"), ("[[[a]]", "[[a]]"), ("[a] b", "[a] b"), ("a", "a"), ("", "")],
)
def test_two_brackets_stand_for_one(written: str, meant: str) -> None:
    assert unescape(written) == meant
    assert unescape(escape(meant)) == meant
    assert not is_expression(escape(meant))


def test_a_tree_has_calls_literals_members_and_indexes() -> None:
    assert parse("[contoso.f('it''s', -3)[0].name['a b']]") == Index(
        Member(Index(Call("contoso.f", (Literal("it's"), Literal(-3))), Literal(0)), "name"), Literal("a b")
    )


def test_white_space_has_no_meaning_between_tokens() -> None:
    assert parse("[ concat (\n'a' ,\t'b' ) . c [ 0 ] ]") == parse("[concat('a','b').c[0]]")


def test_a_text_keeps_line_breaks_and_backslashes() -> None:
    assert parse("['a\n\\n']") == Literal("a\n\\n")


@pytest.mark.parametrize("integer", [0, 7, -7, 2**63 - 1, -(2**63)])
def test_integers_have_64_bits(integer: int) -> None:
    assert parse(f"[{integer}]") == Literal(integer)


def test_positions_are_offsets_in_the_whole_string() -> None:
    text = "[ concat( 'a', variables('b')[ 1 ].c ) ]"
    tree = parse(text)
    assert isinstance(tree, Call)
    assert text[tree.start : tree.end] == "concat( 'a', variables('b')[ 1 ].c )"
    first, second = tree.arguments
    assert text[first.start : first.end] == "'a'"
    assert text[second.start : second.end] == "variables('b')[ 1 ].c"


def test_a_text_is_read_once() -> None:
    assert parse("[concat('cached')]") is parse("[concat('cached')]")


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("[]", "Unable to parse language expression '': expected token 'Identifier' and actual 'EndOfData'", 1),
        ("[ ]", "expected token 'Identifier' and actual 'EndOfData'", 2),
        ("[Preview]", "expected token 'LeftParenthesis' and actual 'EndOfData'", 8),
        ("[concat('a']", "expected token 'RightParenthesis' and actual 'EndOfData'", 11),
        ("[concat('a'))]", "expected token 'EndOfData' and actual 'RightParenthesis'", 12),
        ("[concat('a',)]", "expected token 'Identifier' and actual 'RightParenthesis'", 12),
        ("[concat('a' 'b')]", "expected token 'RightParenthesis' and actual 'StringLiteral'", 12),
        ("[f(), g()]", "expected token 'EndOfData' and actual 'Comma'", 4),
        ("[f()[0]", "expected token 'RightSquareBracket' and actual 'EndOfData'", 6),
        ("[f()[0]]]", "expected token 'EndOfData' and actual 'RightSquareBracket'", 7),
        ("[f().1]", "expected token 'Identifier' and actual 'Integer'", 5),
        ("[f()(1)]", "expected token 'EndOfData' and actual 'LeftParenthesis'", 4),
        ("[1.5]", "expected token 'Identifier' and actual 'Integer'", 3),
        ("[f({})]", "the string character '{' at position '3' is not expected", 3),
        ('[f("a")]', "the string character '\"' at position '3' is not expected", 3),
        ("[--1]", "the string character '-' at position '1' is not expected", 1),
        ("[f('a]", "the string literal that starts at position '3' is not closed", 3),
        ("[9223372036854775808]", "does not fit in 64 bits", 1),
        ("[-9223372036854775809]", "does not fit in 64 bits", 1),
        ("[" + "9" * 20_000 + "]", "does not fit in 64 bits", 1),
    ],
)
def test_a_malformed_expression_is_told_in_the_words_of_the_service(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse(text)
    assert message in caught.value.message
    assert caught.value.position == position
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "expression-syntax"
    assert diagnostic.excerpt is not None


def test_the_excerpt_has_the_caret_at_the_fault() -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse("[concat('" + "x" * 500 + "', {)]")
    shown = caught.value.excerpt
    assert shown.text[shown.column - 1] == "{"
    assert len(shown.text) <= 100


def test_an_excerpt_is_one_line() -> None:
    assert excerpt("[f(\n\t{)]", 5).text == "[f(  {)]"


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(ExpressionSyntaxError, match="must start with"):
        parse("plain")


def test_the_longest_expression_is_read_and_a_longer_one_is_not() -> None:
    assert parse("['" + "x" * (MAX_LENGTH - 2) + "']")
    with pytest.raises(ExpressionSyntaxError, match="Limit: '24576' and actual: '24577'") as caught:
        parse("['" + "x" * (MAX_LENGTH - 1) + "']")
    assert caught.value.code == "expression-too-long"


def test_nesting_has_a_limit() -> None:
    assert parse("[" + "f(" * MAX_NESTING + ")" * MAX_NESTING + "]")
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse("[" + "f(" * (MAX_NESTING + 1) + ")" * (MAX_NESTING + 1) + "]")
    assert caught.value.code == "expression-too-deep"


@pytest.mark.parametrize(
    "text",
    [
        "[" + "f(" * 100_000 + ")" * 100_000 + "]",
        "[" + "(" * 10_000_000 + "]",
        "[" + "'" * 10_000_000 + "]",
        "[" + " " * 10_000_000 + "x]",
        "[" + "f(" * 8_000 + "]",
        "[f()" + "[f()" * 5_000 + "]",
        "[f()" + ".a" * 12_000 + ".]",
        "[" + "-" * 20_000 + "]",
    ],
    ids=["calls", "parentheses", "quotes", "blanks", "open calls", "open indexes", "members", "signs"],
)
def test_a_hostile_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse(text)
    assert len(caught.value.message) < 1_000
