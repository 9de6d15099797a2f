"""JSON as Newtonsoft.Json reads it: single quotes, names without quotes, comments and trailing commas are allowed."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.unicode import joined
from armlib.expressions.simplify import MAX_DEPTH

_BLANK = re.compile(r"(?:\s+|/\*.*?\*/|//[^\n\r]*)*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_PLAIN = {quote: re.compile(rf"[^{quote}\\]*") for quote in "\"'"}
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "/": "/"}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_LONGEST_NUMBER = 400


class _MalformedError(Exception):
    """The text is no JSON; the offset is where that shows."""

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.position = position


def parse_json(function: str, text: str) -> Any:
    """Return the value of the JSON *text*.

    Raises:
        EvaluationFault: *text* is no JSON, even by the lenient rules, or nests too deeply.
    """
    try:
        # The strict reader is some fifty times faster, and nearly all text is strict.
        value = json.loads(text, parse_constant=_no_constant, parse_int=_integer, parse_float=_float)
    except (ValueError, RecursionError):
        value = _parse_leniently(function, text)
    return _whole_characters(value) if "\\u" in text else value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(digits)
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


def _parse_leniently(function: str, text: str) -> Any:
    try:
        return _Reader(text).read()
    except _MalformedError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise EvaluationFault(
            f"The template language function '{function}' parameter is not valid. The provided value cannot be parsed "
            f"as JSON: {error.problem} Line {line}, position {column}.",
            function=function,
        ) from None


def _whole_characters(value: Any) -> Any:
    """Return *value* with halves of surrogate pairs, which no output can carry, replaced by U+FFFD."""
    if isinstance(value, str):
        return joined(value)
    if isinstance(value, list):
        return [_whole_characters(item) for item in value]
    if isinstance(value, dict):
        return {joined(key): _whole_characters(item) for key, item in value.items()}
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def read(self) -> Any:
        value = self._value()
        self._skip_blank()
        if self._at < len(self._text):
            raise _MalformedError("Additional text encountered after finished reading JSON content.", self._at)
        return value

    def _value(self) -> Any:
        self._skip_blank()
        character = self._peek()
        if character == "{":
            return self._nested(self._object)
        if character == "[":
            return self._nested(self._array)
        if character in ('"', "'"):
            return self._string(character)
        number = _NUMBER.match(self._text, self._at)
        if number:
            return self._number(number)
        word = _NAME.match(self._text, self._at)
        if word and word.group() in _WORDS:
            self._at = word.end()
            return _WORDS[word.group()]
        raise self._unexpected()

    def _nested(self, read: Any) -> Any:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _MalformedError(f"The text nests deeper than {MAX_DEPTH} levels.", self._at)
        self._at += 1
        value = read()
        self._depth -= 1
        return value

    def _array(self) -> list[Any]:
        result: list[Any] = []
        while True:
            if self._taken("]"):
                return result
            result.append(self._value())
            if not self._taken(","):
                self._expect("]")
                return result

    def _object(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while True:
            if self._taken("}"):
                return result
            key = self._key()
            self._expect(":")
            result[key] = self._value()
            if not self._taken(","):
                self._expect("}")
                return result

    def _key(self) -> str:
        self._skip_blank()
        character = self._peek()
        if character in ('"', "'"):
            return self._string(character)
        name = _NAME.match(self._text, self._at)
        if not name:
            raise self._unexpected()
        self._at = name.end()
        return name.group()

    def _string(self, quote: str) -> str:
        start = self._at
        self._at += 1
        parts = []
        while True:
            plain = _PLAIN[quote].match(self._text, self._at)
            assert plain is not None
            parts.append(plain.group())
            self._at = plain.end()
            if self._at >= len(self._text):
                raise _MalformedError("Unterminated string.", start)
            self._at += 1
            if self._text[self._at - 1] == quote:
                return "".join(parts)
            parts.append(self._escape())

    def _escape(self) -> str:
        character = self._peek()
        if character == "u":
            digits = self._text[self._at + 1 : self._at + 5]
            if not re.fullmatch("[0-9a-fA-F]{4}", digits):
                raise _MalformedError("Invalid Unicode escape sequence.", self._at)
            self._at += 5
            return chr(int(digits, 16))
        if character not in _ESCAPES:
            raise _MalformedError("Bad JSON escape sequence.", self._at)
        self._at += 1
        return _ESCAPES[character]

    def _number(self, match: re.Match[str]) -> int | float:
        digits = match.group()
        self._at = match.end()
        if re.match(r"[\w.]", self._text[self._at : self._at + 1]) or len(digits) > _LONGEST_NUMBER:
            raise _MalformedError("Input string is not a valid number.", match.start())
        if "x" in digits.lower():
            return int(digits, 16)
        if not any(c in digits for c in ".eE"):
            return int(digits)
        try:
            return _float(digits)
        except ValueError:
            raise _MalformedError("The number is too large.", match.start()) from None

    def _taken(self, character: str) -> bool:
        self._skip_blank()
        if self._peek() != character:
            return False
        self._at += 1
        return True

    def _expect(self, character: str) -> None:
        if not self._taken(character):
            raise self._unexpected()

    def _skip_blank(self) -> None:
        blank = _BLANK.match(self._text, self._at)
        if blank:
            self._at = blank.end()

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _unexpected(self) -> _MalformedError:
        if self._at >= len(self._text):
            return _MalformedError("Unexpected end of content.", self._at)
        return _MalformedError(f"Unexpected character encountered while parsing: {self._peek()}.", self._at)
