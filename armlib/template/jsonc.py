"""Reading the JSON that templates are written in: with comments, trailing commas and texts over several lines."""

from __future__ import annotations

import codecs
import json
import re
from typing import NoReturn

from armlib.diagnostics import Place
from armlib.errors import InputError
from armlib.jsontypes import Json

_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)'
_COMMENT = r"//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)"
_TOKEN = re.compile(rf"{_TEXT}|{_COMMENT}|,(?=(?:\s|{_COMMENT})*+[\]}}])", re.DOTALL)
_NUMBER = r"NaN|-?Infinity|-?\d[\d.eE+-]*+"
_NOT_A_LINE_BREAK = re.compile(r"[^\r\n]")


class JsonSyntaxError(InputError):
    """A text that is not JSON; the place says where."""

    code = "json-syntax"


def parse_json(data: bytes | str, file: str) -> Json:
    """Return the value of the JSON text *data*, read from *file*.

    Comments (``//``, ``/* */``), a comma after the last element, line breaks inside texts and a byte order mark are
    taken, as Azure takes them. Integers keep every digit.

    Raises:
        JsonSyntaxError: The text is not UTF-8 (``not-utf-8``), not JSON, or nested too deep to be read.
    """
    text = data if isinstance(data, str) else decode(data, file)
    text = text.removeprefix("\ufeff")
    try:
        return _loads(text)
    except RecursionError as error:
        raise JsonSyntaxError("the JSON is nested too deep to be read", place=Place(file=file)) from error
    except ValueError:
        pass
    try:
        return _loads(_TOKEN.sub(_plain, text))
    except RecursionError as error:
        raise JsonSyntaxError("the JSON is nested too deep to be read", place=Place(file=file)) from error
    except json.JSONDecodeError as error:
        message = _message(error, text)
        place = Place(file=file, line=error.lineno, column=error.colno)
        raise JsonSyntaxError(message, place=place) from error
    except ValueError as error:
        why = str(error).partition(":")[0]
        raise JsonSyntaxError(f"the JSON cannot be read: {why}", place=_place_of_number(text, file)) from error


def decode(data: bytes, file: str) -> str:
    """Return the text that *data*, the content of *file*, is, without its byte order mark.

    Raises:
        JsonSyntaxError: It is not UTF-8 (``not-utf-8``).
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        why = "but UTF-16" if is_utf16 else f"text: byte 0x{data[error.start]:02x} at offset {error.start}"
        raise JsonSyntaxError(
            f"the file is not UTF-8 {why}",
            code="not-utf-8",
            hint="save it with the encoding UTF-8",
            place=Place(file=file, line=line, column=column),
        ) from error


def _loads(text: str) -> Json:
    value: Json = json.loads(text, strict=False, parse_constant=refuse_constant, parse_float=finite)
    return value


def _place_of_number(text: str, file: str) -> Place:
    """Return the place of the first number in the JSON *text*, of *file*, that is none or is out of bounds."""
    for found in re.finditer(rf"{_TOKEN.pattern}|(?P<number>{_NUMBER})", text, re.DOTALL):
        if found["number"] is not None:
            try:
                _loads(found["number"])
            except ValueError:
                line = text.count("\n", 0, found.start()) + 1
                column = found.start() - text.rfind("\n", 0, found.start())
                return Place(file=file, line=line, column=column)
    return Place(file=file)


def refuse_constant(name: str) -> NoReturn:
    """Raise ValueError for a name that Python, and no JSON, takes for a number."""
    raise ValueError(f"{name} is not a JSON number")


def finite(digits: str) -> float:
    """Return the number that *digits* write.

    Raises:
        ValueError: It is larger than any number that can be kept.
    """
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {digits} is too large")
    return value


def _plain(match: re.Match[str]) -> str:
    """Return what stands for a comment or a trailing comma: white space of the same length, so that places hold."""
    found = match.group()
    return found if found[0] == '"' else _NOT_A_LINE_BREAK.sub(" ", found)


def _message(error: json.JSONDecodeError, text: str) -> str:
    if not text.strip():
        return "the file is empty"
    if error.pos >= len(text.rstrip()):
        return "the JSON ends too early: a bracket, a brace or a quote is not closed"
    return error.msg[:1].lower() + error.msg[1:] + f", not {text[error.pos]!r}" * error.msg.startswith("Expecting")
