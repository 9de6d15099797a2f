"""Text to syntax tree.

A string of a template is an expression when it starts with ``[``, ends with ``]`` and does not start with ``[[``.
Inside the brackets stand single-quoted texts (a quote is doubled, a backslash is an ordinary character), integers,
calls and accessors; white space between tokens, line breaks included, has no meaning.

The parser keeps its own stack, so depth of nesting costs no recursion, and it reads each character once.

Source: "Syntax and expressions in ARM templates", Azure Resource Manager documentation; error texts as the service
words them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from armlib.diagnostics import Diagnostic, Excerpt, Severity
from armlib.errors import InputError
from armlib.expressions.syntax import Call, Index, Literal, Member, Node

MAX_LENGTH = 24_576  # characters of an expression, the service's limit
MAX_NESTING = 256  # calls and indexes inside each other; the service's own figure is not published
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<Identifier>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<StringLiteral>'[^']*(?:''[^']*)*')
      | (?P<Integer>-?[0-9]+)
      | (?P<LeftParenthesis>\()
      | (?P<RightParenthesis>\))
      | (?P<LeftSquareBracket>\[)
      | (?P<RightSquareBracket>\])
      | (?P<Comma>,)
      | (?P<Dot>\.)
    )""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s*")


class ExpressionSyntaxError(InputError):
    """An expression that cannot be read.

    *position* is the offset of the fault in the whole string of the template, bracket included; *length* the number of
    characters at fault, at least 1.
    """

    code = "expression-syntax"

    def __init__(
        self,
        message: str,
        *,
        text: str,
        position: int,
        length: int = 1,
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.text = text
        self.position = position
        self.length = length

    @property
    def excerpt(self) -> Excerpt:
        """The part of the expression around the fault, on one line, with the caret's place."""
        return excerpt(self.text, self.position, self.length)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The error as a diagnostic with an excerpt."""
        return (
            Diagnostic(
                code=self.code, severity=Severity.ERROR, message=self.message, hint=self.hint, excerpt=self.excerpt
            ),
        )


def is_expression(text: str) -> bool:
    """Return whether a template's string *text* is an expression, and not plain or bracket-escaped text."""
    return len(text) >= 2 and text[0] == "[" and text[-1] == "]" and text[1] != "["


def unescape(text: str) -> str:
    """Return what the plain string *text* of a template stands for: ``[[a]`` is ``[a]``, anything else itself."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def escape(text: str) -> str:
    """Return *text* as a template must spell it so that it is not taken for an expression."""
    return "[" + text if text.startswith("[") and text.endswith("]") and len(text) >= 2 else text


@lru_cache(maxsize=16_384)
def parse(text: str) -> Node:
    """Return the tree of the expression *text*, ``[…]`` with its brackets.

    Raises:
        ExpressionSyntaxError: *text* is not an expression or is malformed (``expression-syntax``), is longer than
            24,576 characters (``expression-too-long``), or nests deeper than 256 (``expression-too-deep``).
    """
    if not is_expression(text):
        raise ExpressionSyntaxError(
            "An expression must start with '[' and end with ']', and must not start with '[['.", text=text, position=0
        )
    if len(text) - 2 > MAX_LENGTH:
        raise ExpressionSyntaxError(
            f"The language expression length limit exceeded. Limit: '{MAX_LENGTH}' and actual: '{len(text) - 2}'.",
            text=text,
            position=1,
            code="expression-too-long",
            hint="split the expression into variables",
        )
    return _Parser(text).parse()


def excerpt(text: str, position: int, length: int = 1, width: int = 100) -> Excerpt:
    """Return at most *width* characters of *text* around *position* on one line, with the caret's place in it."""
    start = max(0, min(position - width // 2, len(text) - width))
    shown = "".join(c if c.isprintable() else " " for c in text[start : start + width])
    column = min(position - start + 1, len(shown) + 1)
    return Excerpt(text=shown, column=column, length=max(1, min(length, len(shown) - column + 1)))


def shorten(text: str, limit: int = 300) -> str:
    """Return *text*, its middle left out when it is longer than *limit* characters."""
    return text if len(text) <= limit else f"{text[: limit // 2]}…{text[-(limit // 2) :]}"


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class _Open(NamedTuple):
    """A call or an index whose closing bracket is still to come; *target* is None for a call."""

    name: str
    start: int
    arguments: list[Node]
    target: Node | None


class _Parser:
    """One run over one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = len(text) - 1
        self._open: list[_Open] = []
        self._position = 1
        self._token = self._scan()

    def parse(self) -> Node:
        node = self._operand()
        while True:
            after = self._after(node)
            if after is None:
                return node
            node = after

    def _operand(self) -> Node:
        """Return the next finished operand; opens the calls that stand before it."""
        while True:
            token = self._token
            if token.kind == "StringLiteral":
                self._advance()
                return Literal(token.text[1:-1].replace("''", "'"), token.start, token.end)
            if token.kind == "Integer":
                self._advance()
                return self._integer(token)
            name = self._call_name()
            self._push(_Open(name, token.start, [], None))
            if self._token.kind == "RightParenthesis":
                return self._close_call()

    def _after(self, node: Node) -> Node | None:
        """Return the tree after taking what follows *node*; None when the expression is complete."""
        kind = self._token.kind
        if kind == "Dot":
            self._advance()
            name = self._expect("Identifier")
            return Member(node, name.text, node.start, name.end)
        if kind == "LeftSquareBracket":
            self._advance()
            self._push(_Open("", node.start, [], node))
            return self._operand()
        if not self._open:
            self._expect("EndOfData")
            return None
        inner = self._open[-1]
        if inner.target is not None:
            return self._close_index(inner.target, node)
        inner.arguments.append(node)
        if kind == "Comma":
            self._advance()
            return self._operand()
        return self._close_call()

    def _close_call(self) -> Node:
        closing = self._expect("RightParenthesis")
        call = self._open.pop()
        return Call(call.name, tuple(call.arguments), call.start, closing.end)

    def _close_index(self, target: Node, index: Node) -> Node:
        closing = self._expect("RightSquareBracket")
        return Index(target, index, self._open.pop().start, closing.end)

    def _call_name(self) -> str:
        """Take ``name (`` or ``namespace.name (`` and return the name."""
        name = self._expect("Identifier").text
        while self._token.kind == "Dot":
            self._advance()
            name += "." + self._expect("Identifier").text
        self._expect("LeftParenthesis")
        return name

    def _integer(self, token: _Token) -> Literal:
        # Nineteen digits and a sign are the most that 64 bits hold; longer text is not worth converting.
        digits = token.text.lstrip("-").lstrip("0")
        value = int(token.text) if len(digits) <= 19 else INT64_MAX + 1
        if not INT64_MIN <= value <= INT64_MAX:
            raise ExpressionSyntaxError(
                f"The language expression '{shorten(self._inner)}' is not valid: the integer "
                f"'{shorten(token.text, 40)}' at position '{token.start}' does not fit in 64 bits.",
                text=self._text,
                position=token.start,
                length=token.end - token.start,
            )
        return Literal(value, token.start, token.end)

    def _push(self, opened: _Open) -> None:
        if len(self._open) >= MAX_NESTING:
            raise ExpressionSyntaxError(
                f"The language expression '{shorten(self._inner)}' nests deeper than {MAX_NESTING} levels.",
                text=self._text,
                position=opened.start,
                code="expression-too-deep",
                hint="split the expression into variables",
            )
        self._open.append(opened)

    def _expect(self, kind: str) -> _Token:
        token = self._token
        if token.kind != kind:
            raise ExpressionSyntaxError(
                f"Unable to parse language expression '{shorten(self._inner)}': "
                f"expected token '{kind}' and actual '{token.kind}'.",
                text=self._text,
                position=token.start,
                length=max(1, token.end - token.start),
                hint=_HINTS.get((kind, token.kind)),
            )
        if kind != "EndOfData":
            self._advance()
        return token

    def _advance(self) -> None:
        self._position = self._token.end
        self._token = self._scan()

    def _scan(self) -> _Token:
        match = _TOKEN.match(self._text, self._position, self._end)
        if match is not None:
            kind = match.lastgroup or ""
            return _Token(kind, match.group(kind), match.start(kind), match.end())
        space = _SPACE.match(self._text, self._position, self._end)
        start = space.end() if space else self._position
        if start >= self._end:
            return _Token("EndOfData", "", self._end, self._end)
        raise self._unexpected_character(start)

    def _unexpected_character(self, start: int) -> ExpressionSyntaxError:
        character = self._text[start]
        problem = f"the string character '{character}' at position '{start}' is not expected"
        hint = None
        if character == "'":
            problem = f"the string literal that starts at position '{start}' is not closed"
            hint = "close it with a single quote; a quote inside is written twice ('')"
        elif character == '"':
            hint = "texts stand in single quotes"
        return ExpressionSyntaxError(
            f"The language expression '{shorten(self._inner)}' is not valid: {problem}.",
            text=self._text,
            position=start,
            hint=hint,
        )

    @property
    def _inner(self) -> str:
        return self._text[1:-1]


_HINTS = {
    ("Identifier", "EndOfData"): "something is missing here; write [[ for text that starts with a bracket",
    ("LeftParenthesis", "EndOfData"): "a name alone is no expression: call a function, or write [[ for plain text",
    ("RightParenthesis", "EndOfData"): "a closing parenthesis is missing",
    ("RightSquareBracket", "EndOfData"): "a closing bracket is missing",
    ("EndOfData", "RightParenthesis"): "there is a closing parenthesis too many",
    ("EndOfData", "RightSquareBracket"): "there is a closing bracket too many",
    ("EndOfData", "Comma"): "only one expression can stand in the brackets",
}
