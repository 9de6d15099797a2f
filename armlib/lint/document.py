"""Where in a JSON text each value stands: places for messages, spans for edits, comments for suppressions."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from armlib.diagnostics import Excerpt, Place
from armlib.jsontypes import JsonPath

_TOKEN = re.compile(
    r"""(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z))
      | (?P<comment>//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))
      | (?P<punctuation>[{}\[\],:])
      | (?P<word>[^\s{}\[\],:"/]++|/)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value stands, and its member as a whole: *member* is the offset of its key, of itself in an array."""

    member: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its offset and its text without the marks."""

    start: int
    text: str


class Document:
    """A JSON text with comments, read once, when something is asked of it.

    What is malformed is passed over: whoever reads the values has told it.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text.removeprefix("\ufeff")
        self.file = file

    @property
    def spans(self) -> dict[JsonPath, Span]:
        """The span of every value, by path; that of the last one where a key is written twice."""
        return self._scanned[0]

    @property
    def comments(self) -> list[Comment]:
        """The comments, in order."""
        return self._scanned[1]

    def span(self, path: JsonPath) -> Span | None:
        """Return the span of the value at *path*, or of the nearest one around it."""
        for length in range(len(path), -1, -1):
            found = self.spans.get(path[:length])
            if found is not None:
                return found
        return None

    def place(self, path: JsonPath) -> Place:
        """Return where the value at *path* starts, or its key."""
        span = self.span(path)
        if span is None:
            return Place(file=self.file)
        line, column = self.position(span.member)
        last, after = self.position(span.end)
        return Place(file=self.file, line=line, column=column, end_line=last, end_column=after)

    def excerpt(self, path: JsonPath) -> Excerpt | None:
        """Return the line that the value at *path* starts on, with the part that belongs to it."""
        span = self.span(path)
        if span is None:
            return None
        line, column = self.position(span.member)
        text = self.line(line)
        length = min(span.end, span.member + len(text) - column + 1) - span.member
        return Excerpt(text=text, column=column, length=max(1, length))

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", self.text))]

    @cached_property
    def _scanned(self) -> tuple[dict[JsonPath, Span], list[Comment]]:
        scan = _Scan(self.text)
        scan.run()
        return scan.spans, scan.comments


class _Scan:
    """One pass over the tokens with a stack of the open containers."""

    def __init__(self, text: str) -> None:
        self.spans: dict[JsonPath, Span] = {}
        self.comments: list[Comment] = []
        self._text = text
        # path, offset of the member, offset of the container, its kind
        self._open: list[tuple[JsonPath, int, int, str]] = []
        self._counts: list[int] = []
        self._key: tuple[str, int] | None = None
        self._expects_key = False

    def run(self) -> None:
        for match in _TOKEN.finditer(self._text):
            kind, found, start = match.lastgroup, match.group(), match.start()
            if kind == "comment":
                body = found[2:] if found.startswith("//") else found[2:].removesuffix("*/")
                self.comments.append(Comment(start, body))
            elif kind != "punctuation":
                self._scalar(found, start, match.end())
            elif found in "{[":
                self._enter(found, start)
            elif found in "}]":
                self._leave(match.end())
            elif found == ",":
                self._expects_key = bool(self._open) and self._open[-1][3] == "{"
                if self._counts:
                    self._counts[-1] += 1

    def _path(self) -> JsonPath:
        if not self._open:
            return ()
        step = self._key[0] if self._open[-1][3] == "{" and self._key else self._counts[-1]
        return (*self._open[-1][0], step)

    def _member(self, start: int) -> int:
        return self._key[1] if self._open and self._open[-1][3] == "{" and self._key else start

    def _scalar(self, found: str, start: int, end: int) -> None:
        if self._expects_key:
            self._key, self._expects_key = (_key_of(found), start), False
        else:
            self.spans[self._path()] = Span(self._member(start), start, end)

    def _enter(self, found: str, start: int) -> None:
        self._open.append((self._path(), self._member(start), start, found))
        self._counts.append(0)
        self._expects_key = found == "{"

    def _leave(self, end: int) -> None:
        if self._open:
            path, member, start, _ = self._open.pop()
            self._counts.pop()
            self.spans[path] = Span(member, start, end)
            self._expects_key = False


def _key_of(literal: str) -> str:
    if not literal.startswith('"'):
        return literal
    try:
        key: str = json.loads(literal, strict=False)
    except ValueError:
        return literal.strip('"')
    return key
