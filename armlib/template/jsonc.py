"""Reading the JSON that templates are written in: with comments, trailing commas and texts over several lines."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from armlib.diagnostics import Place
from armlib.errors import InputError
from armlib.jsontypes import Json

_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)'
_COMMENT = r"//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)"
_TOKEN = re.compile(rf"{_TEXT}|{_COMMENT}|,(?=(?:\s|{_COMMENT})*+[\]}}])", re.DOTALL)
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
    text = data if isinstance(data, str) else _decode(data, file)
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
        raise JsonSyntaxError(f"the JSON cannot be read: {error}", place=Place(file=file)) from error


def _decode(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise JsonSyntaxError(
            f"the file is not UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start}",
            code="not-utf-8",
            hint="save it with the encoding UTF-8",
            place=Place(file=file, line=line, column=column),
        ) from error


def _loads(text: str) -> Json:
    value: Json = json.loads(text, strict=False, parse_constant=_refuse_constant, parse_float=_finite)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
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
