"""The branches of a Jsonnet source text, and the text that tells which of them an evaluation takes.

Branches are the arms of an ``if``, the right side of ``&&`` and ``||``, the two answers of a condition in a
comprehension, and the failure of an ``assert``. Each gets a ``local`` at the head of the text that says its number
with ``std.trace``, and the branch asks for that local before anything else. The engine works a local of a file out
once in an evaluation, so a branch that is taken a million times is told once. Lines stay as they are, columns do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from armlib.jsonnet.lexer import Token, imports, tokens

_LOCAL = "__armlibTook"
_TOLD = re.compile(r"armlib-branch:(\d+):(\d+)\Z")
_PREFIXES = frozenset(["error", "import", "importstr", "importbin", "in"])
_ENDS = frozenset([",", ";", ")", "]", "}", ":"])
_OPERATORS = frozenset("!:~+-&|^=<>*/%.")


class UnreadableError(Exception):
    """The text is not Jsonnet; the engine tells what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way that an evaluation may go, at *line* and *column* from 1; *what* says which, in a few words."""

    line: int
    column: int
    what: str


@dataclass(frozen=True, slots=True)
class Branches:
    """The branches of a text in its order, and where what is written into it; by characters from 0."""

    found: tuple[Branch, ...]
    edits: tuple[tuple[int, str], ...]


def branches(text: str) -> Branches:
    """Return the branches of *text*; none for one that the engine would not read either."""
    if _LOCAL in text:
        return Branches((), ())
    reader = _Reader(text)
    try:
        reader.whole()
    except (UnreadableError, RecursionError):
        return Branches((), ())
    return Branches(tuple(reader.found), tuple(sorted(reader.edits, key=lambda edit: edit[0])))


def telling(text: str, number: int) -> str:
    """Return *text*, file number *number*, so that evaluating it tells the branches that are taken."""
    known = branches(text)
    if not known.found:
        return text
    pieces, position = [], 0
    for at, piece in known.edits:
        pieces += [text[position:at], piece]
        position = at
    locals_ = ",".join(
        f"{_LOCAL}{index}=std.trace('armlib-branch:{number}:{index}',true)" for index in range(len(known.found))
    )
    return f"local {locals_};{''.join(pieces)}{text[position:]}"


def told(trace: str) -> tuple[int, int] | None:
    """Return the numbers of the file and of the branch that a line of ``std.trace`` tells; None for any other line."""
    found = _TOLD.search(trace)
    return (int(found[1]), int(found[2])) if found else None


def read_as_text(text: str) -> set[str]:
    """Return the names of the files that *text* imports as they are, whose texts must stay."""
    return {found.name for found in imports(text) if found.keyword != "import"}


class _Reader:
    """Goes through the tokens of a text once; *at* is the number of the next."""

    def __init__(self, text: str) -> None:
        self.found: list[Branch] = []
        self.edits: list[tuple[int, str]] = []
        self._tokens = list(tokens(text))
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def whole(self) -> None:
        """Read the whole text, an expression."""
        self._expression()
        if self._at < len(self._tokens):
            raise UnreadableError(f"unexpected {self._text!r}")

    # Tokens

    @property
    def _token(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def _text(self) -> str:
        token = self._token
        return token.text if token is not None else ""

    @property
    def _is_word(self) -> bool:
        token = self._token
        return token is not None and token.kind == "word"

    @property
    def _end(self) -> int:
        """Where the token before ends."""
        token = self._tokens[self._at - 1]
        return token.start + len(token.text)

    def _next(self) -> None:
        self._at += 1

    def _expect(self, text: str) -> None:
        if self._text != text:
            raise UnreadableError(f"expected {text!r}, not {self._text!r}")
        self._next()

    def _branch(self, token: Token | None, what: str) -> str:
        """Return the local of a new branch that stands at *token*."""
        if token is None:
            raise UnreadableError("unexpected end")
        from bisect import bisect_right

        line = bisect_right(self._starts, token.start)
        self.found.append(Branch(line=line, column=token.start - self._starts[line - 1] + 1, what=what))
        return f"{_LOCAL}{len(self.found) - 1}"

    def _add(self, at: int, text: str) -> None:
        self.edits.append((at, text))

    # Expressions

    def _expression(self) -> None:
        """Read up to what ends an expression; an ``if`` or ``for`` after an operand belongs to a comprehension."""
        operand = False
        while (token := self._token) is not None:
            text = token.text
            if token.kind == "word":
                if text in ("then", "else", "for") or (text == "if" and operand):
                    break
                operand = self._word(text)
            elif token.kind != "symbol":
                self._next()
                operand = True
            elif text in _ENDS:
                break
            elif text in "{[(":
                self._brackets(text)
                operand = True
            elif text == "$":
                self._next()
                operand = True
            elif text in _OPERATORS:
                self._operator()
                operand = False
            else:
                raise UnreadableError(f"unexpected {text!r}")

    def _word(self, text: str) -> bool:
        """Read what begins with a word; return whether it is an operand."""
        token = self._token
        self._next()
        if text == "if":
            self._if(token)
        elif text == "local":
            self._bindings()
            self._expect(";")
            return False
        elif text == "assert":
            self._assert(token)
            self._expect(";")
            return False
        elif text == "function":
            self._group(")")
            return False
        return text not in _PREFIXES

    def _if(self, token: Token | None) -> None:
        self._expression()
        self._arm("then", "'then'")
        if self._text == "else" and self._is_word:
            self._else()
        else:
            took = self._branch(token, "the condition is never false")
            self._add(self._end, f" else (if {took} then null else null)")

    def _else(self) -> None:
        after = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else None
        if after is not None and after.kind == "word" and after.text == "if":  # its arms tell
            self._next()
            self._expression()
        else:
            self._arm("else", "'else'")

    def _arm(self, keyword: str, what: str) -> None:
        self._expect(keyword)
        took = self._branch(self._token, f"{what} is never taken")
        self._wrapped(f"(if {took} then ", " else null)")

    def _wrapped(self, before: str, after: str) -> None:
        """Read an expression, and write *before* and *after* around it, in brackets of its own."""
        token = self._token
        if token is None:
            raise UnreadableError("unexpected end")
        self._add(token.start, f"{before}(")
        self._expression()
        self._add(self._end, f"){after}")

    def _operator(self) -> None:
        token = self._token
        text = self._text
        self._next()
        after = self._token
        if token is None or text not in ("&", "|") or after is None or after.text != text:
            return
        if after.start != token.start + 1:
            return
        self._next()
        took = self._branch(token, f"the right side of '{text * 2}' is never looked at")
        # a && true && b, a || false || b: nothing of the order of operators changes
        self._add(self._end, f" {took}&&" if text == "&" else f" !{took}||")

    def _bindings(self) -> None:
        """Read what comes after ``local`` in an expression, up to what ends it."""
        self._binding()
        while self._text == ",":
            self._next()
            self._binding()

    def _binding(self) -> None:
        self._next()  # the name
        if self._text == "(":
            self._group(")")
        self._expect("=")
        self._expression()

    def _assert(self, token: Token | None) -> None:
        """Read what comes after ``assert``, up to what ends it."""
        took = self._branch(token, "the assertion never fails")
        start = self._token
        first = len(self.edits)
        self._expression()
        if self._text == ":":
            self._next()
            self._wrapped(f"(if {took} then ", " else null)")
        elif start is not None:
            self.edits.insert(first, (start.start, "(if ("))
            self._add(self._end, f") then true else !{took})")

    # Brackets

    def _brackets(self, text: str) -> None:
        if text == "{":
            self._object()
        else:
            self._group("]" if text == "[" else ")")

    def _group(self, close: str) -> None:
        """Read what stands in brackets: items, arguments, parameters, a slice or a comprehension."""
        self._next()
        while self._text != close:
            if self._token is None:
                raise UnreadableError(f"expected {close!r}")
            if self._text in (",", ":"):
                self._next()
                continue
            before = self._at
            self._expression()
            self._comprehension()
            if self._at == before:
                raise UnreadableError(f"unexpected {self._text!r}")
        self._next()

    def _comprehension(self) -> None:
        """Read ``for x in xs if …``, as often as it comes."""
        while self._is_word and self._text in ("for", "if"):
            token = self._token
            self._next()
            if token is not None and token.text == "for":
                self._expression()
                continue
            true = self._branch(token, "the condition is never true")
            false = self._branch(token, "the condition is never false")
            self._wrapped("(if ", f" then {true} else !{false})")

    def _object(self) -> None:
        self._next()
        while self._text != "}":
            self._member()
            self._comprehension()
            if self._text == ",":
                self._next()
                self._comprehension()
            elif self._text != "}":
                raise UnreadableError(f"unexpected {self._text!r}")
        self._next()

    def _member(self) -> None:
        token = self._token
        if token is None:
            raise UnreadableError("an object does not end")
        if token.kind == "word" and token.text in ("local", "assert"):
            self._next()
            if token.text == "local":
                self._binding()
            else:
                self._assert(token)
            return
        if token.text == "[":
            self._group("]")
        elif token.kind in ("word", "string", "block"):
            self._next()
        else:
            raise UnreadableError(f"expected a field, not {token.text!r}")
        if self._text == "(":
            self._group(")")
        if self._text == "+":
            self._next()
        self._expect(":")
        while self._text == ":":
            self._next()
        self._expression()
