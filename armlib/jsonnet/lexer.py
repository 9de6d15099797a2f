"""Just enough of Jsonnet's lexical grammar to find the imports of a source text."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<space>   [ \t\r\n]+ )
    | (?P<comment> \#[^\n]* | //[^\n]* | /\*.*?\*/ )
    | (?P<string>  @'(?:[^']|'')*' | @"(?:[^"]|"")*" | '(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" )
    | (?P<block>   \|\|\|-?[ \t]*\r?\n (?:[ \t]*\r?\n)* (?P<indent>[ \t]+) [^\n]*\n
                   (?: (?P=indent)[^\n]*\n | [ \t]*\r?\n )* [ \t]*\|\|\| )
    | (?P<word>    [A-Za-z_][A-Za-z0-9_]* )
    | (?P<number>  [0-9][0-9A-Za-z_.]* )
    | (?P<symbol>  . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_IMPORTS = ("import", "importstr", "importbin")


class Token:
    """A piece of a source text: its *kind* (a group of the grammar above), *text* and *start*, in characters from 0."""

    __slots__ = ("kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start


class ImportExpression:
    """An import: *keyword*, *name* of what is imported, and where both stand, in characters from 0."""

    __slots__ = ("keyword", "keyword_start", "name", "string_start")

    def __init__(self, keyword: str, keyword_start: int, name: str, string_start: int) -> None:
        self.keyword = keyword
        self.keyword_start = keyword_start
        self.name = name
        self.string_start = string_start


def tokens(text: str) -> Iterator[Token]:
    """Return the tokens of *text* without space and comments; what is wrong in it comes as single symbols."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "indent":
            kind = "block"
        if kind not in ("space", "comment"):
            yield Token(kind, match[0], match.start())


def imports(text: str) -> list[ImportExpression]:
    """Return the imports in *text*, in order; those in strings and comments are not any."""
    found = []
    previous: Token | None = None
    for token in tokens(text):
        if token.kind == "string" and previous is not None and previous.text in _IMPORTS:
            found.append(ImportExpression(previous.text, previous.start, string_value(token.text), token.start))
        previous = token if token.kind == "word" else None
    return found


def string_value(literal: str) -> str:
    """Return the value of a string literal of Jsonnet, verbatim or not."""
    if literal.startswith("@"):
        quote = literal[1]
        return literal[2:-1].replace(quote * 2, quote)
    value = _ESCAPE.sub(_unescape, literal[1:-1])
    if "\\u" in literal:  # two escapes may be one character
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _unescape(match: re.Match[str]) -> str:
    code, letter = match.groups()
    return chr(int(code, 16)) if code else _ESCAPED.get(letter, letter)


def with_glob_imports(text: str) -> str:
    """Return *text* with ``importstr 'glob:…'`` written ``import 'globstr:…'``, and ``importbin`` likewise.

    An ``importstr`` could only give a string, and a glob gives an object. Both spellings are equally long, so every
    place after the import keeps its column.
    """
    for found in reversed(imports(text)):
        suffix = found.keyword.removeprefix("import")
        if suffix and found.name.startswith("glob:"):
            glob_start = text.index("glob:", found.string_start)
            text = (
                text[: found.keyword_start]
                + "import"
                + text[found.keyword_start + len(found.keyword) : glob_start]
                + f"glob{suffix}:"
                + text[glob_start + len("glob:") :]
            )
    return text
