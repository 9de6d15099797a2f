"""The object and array literals of a Jsonnet source text: where they and their fields stand, and what can be in them.

One pass over the text that follows brackets, strings, comments, fields and ``local``; operators are not ordered and
names are not resolved, which nothing here needs. All positions count characters from 0.
"""

from __future__ import annotations

import re
import sys

from armlib.jsonnet.lexer import string_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Path: TypeAlias = tuple[str | int, ...]

LEAF, OBJECT, ARRAY, DYNAMIC = "leaf", "object", "array", "dynamic"

_SKIP = r"(?:[ \t\r\n]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)*+"  # never given back: the slash of a comment is no operator
_TOKEN = re.compile(
    _SKIP
    + r"""(?:
      (?P<word>   (?:[A-Za-z_][A-Za-z0-9_]*|\$)(?:\.[A-Za-z_][A-Za-z0-9_]*)* )
    | (?P<string> @'(?:[^']|'')*' | @"(?:[^"]|"")*" | '(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" )
    | (?P<mark>   [{}\[\](),;] )
    | (?P<block>  \|\|\|-?[ \t]*\r?\n (?:[ \t]*\r?\n)* (?P<indent>[ \t]+) [^\n]*\n
                  (?: (?P=indent)[^\n]*\n | [ \t]*\r?\n )* [ \t]*\|\|\| )
    | (?P<number> [0-9][0-9A-Za-z_.]*(?:(?<=[eE])[+-][0-9]+)? )
    | (?P<op>     [!:~+\-&|^=<>*/%.]+? )
    )""",
    re.VERBOSE | re.DOTALL,
)
_FIELD_OP = re.compile(_SKIP + r"(\+?)(:{1,3})", re.DOTALL)
_CONTINUES = frozenset(
    ["then", "else", "if", "local", "assert", "error", "import", "importstr", "importbin", "in", "for"]
)
_IMPORTS = frozenset(["import", "importstr", "importbin"])
_LEAF_WORDS = frozenset(["true", "false", "null", "error", "importstr", "importbin"])
_LEAF_FIRST = frozenset("!-~+")
# Of resources and modules: what ARM and the library hold to be texts.
_TEXT_MEMBERS = frozenset(["apiVersion", "id", "kind", "location", "name", "type"])
_TEXT_FUNCTIONS = frozenset(
    f"std.{name}"
    for name in (
        *("asciiLower", "asciiUpper", "base64", "ceil", "char", "codepoint", "escapeStringJson", "extVar", "floor"),
        *("format", "isString", "length", "manifestJson", "manifestJsonMinified", "max", "md5", "min", "parseInt"),
        *("sha1", "sha256", "startsWith", "strReplace", "stripChars", "substr", "toString", "type"),
    )
)


class UnreadableError(Exception):
    """The text is not Jsonnet as far as is looked at here; the engine tells what is wrong with it."""


class Slot:
    """An expression in the place of a value, from *start* to *end*.

    *kind* is LEAF (surely neither object nor array), OBJECT (the literal *ref*), ARRAY (the literal *ref*), or DYNAMIC.
    """

    __slots__ = ("end", "kind", "ref", "start")

    def __init__(self, kind: str, start: int, end: int, ref: Literal | Array | None = None) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.ref = ref

    @property
    def is_closed(self) -> bool:
        """Whether the source alone tells all objects and arrays in it."""
        return self.kind == LEAF or (self.ref is not None and self.ref.is_closed)

    @property
    def leaves(self) -> list[Path]:
        """The paths in it to what the source does not tell; one empty path when it tells nothing."""
        if self.is_closed:
            return []
        if self.ref is None or self.ref.needs_walk:
            return [()]
        return self.ref.leaves


class Array:
    """An array literal; *items* is None for a comprehension."""

    __slots__ = ("_leaves", "items")

    def __init__(self, items: list[Slot] | None) -> None:
        self.items = items
        self._leaves: list[Path] | None = None

    @property
    def needs_walk(self) -> bool:
        """Whether only looking at the array tells which elements it has."""
        return self.items is None

    @property
    def leaves(self) -> list[Path]:
        if self._leaves is None:
            self._leaves = [(index, *path) for index, item in enumerate(self.items or ()) for path in item.leaves]
        return self._leaves

    @property
    def is_closed(self) -> bool:
        return self.items is not None and all(item.is_closed for item in self.items)


class Field:
    """A field of a literal, its name from *start* to *end*.

    *name* is None when it is computed; *names* are then the texts in the computation, one of which it may be. When it
    *is_open* it may be any other too.
    """

    __slots__ = ("adds", "end", "is_hidden", "is_method", "is_open", "name", "names", "slot", "start")

    def __init__(
        self, name: str | None, start: int, end: int, names: tuple[str, ...] = (), *, is_open: bool = False
    ) -> None:
        self.name = name
        self.names = names
        self.is_open = is_open
        self.start = start
        self.end = end
        self.adds = False
        self.is_hidden = False
        self.is_method = False
        self.slot = Slot(LEAF, end, end)

    @property
    def leaves(self) -> list[Path]:
        """The paths to what the source does not tell, from the object of the field."""
        if self.name is None or self.is_hidden or self.is_method or self.slot.kind == LEAF:
            return []
        return [(self.name,)] if self.adds else [(self.name, *path) for path in self.slot.leaves]


class Literal:
    """An object literal or comprehension, number *number* of its text, from *start* (its brace) to *end* (after it).

    *base* is where the expression starts that the literal is joined to, ``f(x)`` in ``f(x) { }``; -1 for none.
    """

    __slots__ = ("_leaves", "base", "end", "fields", "is_comprehension", "number", "start")

    def __init__(self, number: int, start: int, base: int) -> None:
        self.number = number
        self.start = start
        self.end = start
        self.base = base
        self.fields: list[Field] = []
        self.is_comprehension = False
        self._leaves: list[Path] | None = None

    @property
    def is_closed(self) -> bool:
        return not (self.needs_walk or self.leaves)

    @property
    def needs_walk(self) -> bool:
        """Whether only looking at the object tells which fields it has."""
        return any(field.name is None and not (field.slot.kind == LEAF or field.is_method) for field in self.fields)

    @property
    def leaves(self) -> list[Path]:
        """The paths to values that may hold objects or arrays from elsewhere, in the order of the text."""
        if self._leaves is None:
            self._leaves = [path for field in self.fields for path in field.leaves]
        return self._leaves


class Import:
    """An import in the text: *keyword* and *name*."""

    __slots__ = ("keyword", "name")

    def __init__(self, keyword: str, name: str) -> None:
        self.keyword = keyword
        self.name = name


class Word:
    """The word *text* at *start*."""

    __slots__ = ("start", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start


class Scan:
    """What was found in a text: *literals* by their numbers, *imports*, and the uses of *watched* words."""

    __slots__ = ("imports", "literals", "watched")

    def __init__(self) -> None:
        self.literals: list[Literal] = []
        self.imports: list[Import] = []
        self.watched: list[Word] = []


def scan(text: str, watched: frozenset[str] = frozenset()) -> Scan:
    """Return the literals of *text*, and where it uses the words *watched*, ``std.objectFieldsAll``.

    Raises:
        UnreadableError: The brackets do not match, or the text is nested too deeply.
    """
    scanner = _Scanner(text, watched)
    limit = sys.getrecursionlimit()
    try:
        scanner.value()
    except RecursionError:
        raise UnreadableError(f"nested more deeply than {limit} calls") from None
    if scanner.kind is not None:
        raise UnreadableError(f"unexpected {scanner.text!r} at {scanner.start}")
    return scanner.found


class _Scanner:
    """Reads one token ahead: *kind* (None at the end), *text*, *start*; *position* is after it."""

    def __init__(self, source: str, watched: frozenset[str]) -> None:
        self.source = source
        self.found = Scan()
        self._watched = watched
        self.position = 0
        self.previous_end = 0
        self.kind: str | None = None
        self.text = ""
        self.start = 0
        self.advance()

    def advance(self) -> None:
        self.previous_end = self.position
        match = _TOKEN.match(self.source, self.position)
        if match is None:
            self._end()
            return
        kind = match.lastgroup
        if kind == "indent":
            kind = "block"
        self.kind = kind
        self.start, self.position = match.span(kind or 0)
        self.text = match[kind or 0]

    def _end(self) -> None:
        rest = re.compile(_SKIP, re.DOTALL).match(self.source, self.position)
        if rest is None or rest.end() != len(self.source):
            raise UnreadableError(f"unexpected text at {self.position}")
        self.kind, self.text, self.start = None, "", len(self.source)

    def expect(self, mark: str) -> None:
        if self.kind != "mark" or self.text != mark:
            raise UnreadableError(f"expected {mark!r} at {self.start}")
        self.advance()

    def value(self) -> Slot:
        """Read an expression, up to a mark that ends it or ``for``, and return it."""
        start = self.start
        atoms, first, first_text, ref = 0, "", "", None
        run, operand, pending, after_function = -1, False, 0, False
        while self.kind is not None:
            kind, text, at = self.kind, self.text, self.start
            if kind == "mark":
                if text in ")]}" or (text == "," and not pending):
                    break
                if text == ";":
                    if not pending:
                        break
                    pending -= 1
                    operand, run = False, -1
                    self.advance()
                    continue
                if text == ",":
                    operand, run = False, -1
                    self.advance()
                    continue
                if not operand:
                    run = at if run < 0 else run
                if text == "{":
                    made: Literal | Array | None = self._object(run if atoms and run != at else -1)
                elif text == "[" and not operand:
                    made = self._array()
                else:
                    made = None
                    self._group("]" if text == "[" else ")")
                atoms += 1
                if atoms == 1:
                    first, ref = {"{": OBJECT, "[": ARRAY}.get(text, DYNAMIC), made
                operand = not after_function
                if after_function:
                    run = -1
                after_function = False
                continue
            atoms += 1
            if atoms == 1:
                first, first_text = kind, text
            if kind == "op":
                if text != "+":
                    run = -1
                operand = False
            elif kind == "word" and text in _CONTINUES:
                if text == "for":
                    atoms -= 1
                    break
                if text in ("local", "assert"):
                    pending += 1
                self.advance()
                if text in _IMPORTS and self.kind == "string":
                    self.found.imports.append(Import(text, string_value(self.text)))
                operand, run = False, -1
                continue
            else:
                if text == "function" and kind == "word":
                    after_function, operand, run = True, False, -1
                else:
                    operand = True
                    run = at if run < 0 else run
                    if kind == "word" and text in self._watched:
                        self.found.watched.append(Word(text, at))
            self.advance()
        end = self.previous_end
        if atoms == 1 and first in (OBJECT, ARRAY):
            return Slot(first, start, end, ref)
        return Slot(LEAF if _is_leaf(first, first_text, atoms, self.source[start:end]) else DYNAMIC, start, end)

    def _group(self, close: str) -> None:
        """Read what stands in brackets, of a call, an index or a parenthesis."""
        self.advance()
        while self.kind is not None and self.text != close:
            if self.kind == "mark" and self.text == ",":
                self.advance()
                continue
            before = self.position
            self.value()
            if self.kind == "word" and self.text == "for":
                self._comprehension()
            if self.position == before:
                raise UnreadableError(f"unexpected {self.text!r} at {self.start}")
        self.expect(close)

    def _comprehension(self) -> None:
        """Read ``for x in xs if …``, as often as it comes."""
        while self.kind == "word" and self.text == "for":
            self.advance()
            self.value()

    def _array(self) -> Array:
        self.advance()
        items: list[Slot] = []
        is_comprehension = False
        while not (self.kind == "mark" and self.text == "]"):
            if self.kind is None:
                raise UnreadableError("an array does not end")
            items.append(self.value())
            if self.kind == "word" and self.text == "for":
                is_comprehension = True
                self._comprehension()
            if self.kind == "mark" and self.text == ",":
                self.advance()
            elif not (self.kind == "mark" and self.text == "]") and not is_comprehension:
                raise UnreadableError(f"unexpected {self.text!r} at {self.start}")
        self.expect("]")
        return Array(None if is_comprehension else items)

    def _object(self, base: int) -> Literal:
        literal = Literal(len(self.found.literals), self.start, base)
        self.found.literals.append(literal)
        self.advance()
        while not (self.kind == "mark" and self.text == "}"):
            if self.kind == "word" and self.text in ("local", "assert"):
                self.advance()
                self.value()
            elif self.kind == "word" and self.text == "for":
                literal.is_comprehension = True
                self._comprehension()
                continue
            else:
                literal.fields.append(self._field())
            if self.kind == "mark" and self.text == ",":
                self.advance()
            elif not (self.kind == "mark" and self.text == "}") and not (self.kind == "word" and self.text == "for"):
                raise UnreadableError(f"unexpected {self.text!r} at {self.start}")
        literal.end = self.position
        self.advance()
        return literal

    def _field(self) -> Field:
        field = self._field_name()
        if self.kind == "mark" and self.text == "(":
            field.is_method = True
            self._group(")")
        found = _FIELD_OP.match(self.source, self.previous_end)
        if found is None:
            raise UnreadableError(f"expected ':' at {self.start}")
        field.adds, field.is_hidden = bool(found[1]), found[2] == "::"
        self.position = found.end()
        self.advance()
        field.slot = self.value()
        return field

    def _field_name(self) -> Field:
        start, kind, text = self.start, self.kind, self.text
        if kind == "word" and "." not in text:
            name = text
        elif kind == "string":
            name = string_value(text)
        elif kind == "block":
            name = _block_value(text)
        elif kind == "mark" and text == "[":
            self._group("]")
            return _computed(self.source, start, self.previous_end)
        else:
            raise UnreadableError(f"expected a field at {start}")
        self.advance()
        return Field(name, start, self.previous_end)


def _computed(source: str, start: int, end: int) -> Field:
    found = list(string_literals(source, start + 1, end - 1))
    rest = source[start + 1 : end - 1]
    for first, last, _ in reversed(found):
        rest = rest[: first - start - 1] + rest[last - start - 1 :]
    is_open = not found or any(letter in rest for letter in "+%(")
    return Field(None, start, end, tuple(text for _, _, text in found), is_open=is_open)


def string_literals(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the string literals between *start* and *end*: where each starts and ends, and its value."""
    while start < end:
        found = _TOKEN.match(text, start, end)
        if found is None:
            return
        if found.lastgroup == "string":
            yield *found.span("string"), string_value(found["string"])
        start = found.end()


def _is_leaf(first: str, text: str, atoms: int, source: str) -> bool:
    """Return whether an expression of *atoms* pieces, the *first* of them *text*, is surely no object and no array."""
    if first in ("string", "block", "number") or (first == "op" and text in _LEAF_FIRST):
        return True
    if first != "word":
        return False
    if text in ("error", "importstr", "importbin") or (atoms == 1 and text in _LEAF_WORDS):
        return True
    if atoms == 1:
        owner, dot, member = text.rpartition(".")
        return bool(dot) and bool(owner) and member in _TEXT_MEMBERS
    return atoms == 2 and text in _TEXT_FUNCTIONS and source.endswith(")")


def _block_value(text: str) -> str:
    """Return the value of a text block."""
    head, *lines = text.split("\n")
    lines = lines[:-1]
    indent = next((line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()), "")
    value = "".join(f"{line.removeprefix(indent)}\n" for line in lines)
    return value.removesuffix("\n") if head.startswith("|||-") else value
