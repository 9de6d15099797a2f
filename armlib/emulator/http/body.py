"""Bodies of requests: JSON as clients really send it."""

from __future__ import annotations

import re

from armlib.deployment.fault import Fault
from armlib.jsontypes import Json, JsonObject
from armlib.template.jsonc import JsonSyntaxError, parse_json

SIZE_LIMIT = 4 << 20  # bytes of one request, as the service has it

_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)'
_COMMENT = r"//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)"
_BARE_KEY = re.compile(rf"{_TEXT}|{_COMMENT}|(?<![\w$])[A-Za-z_$][\w$]*+(?=(?:\s|{_COMMENT})*+:)", re.DOTALL)


def parse_body(content: bytes) -> JsonObject:
    """Return the object that a request holds.

    Besides JSON it takes what a template may hold (comments, texts over several lines, a comma after the last element)
    and keys without quotes: the Azure CLI puts the text of a template file into its request as ``template:{…}``.

    Raises:
        Fault: 400 ``InvalidRequestContent``: it is no JSON, or no object.
    """
    if not content.strip():
        raise _invalid("the request has no body.")
    try:
        value = _parse(content)
    except JsonSyntaxError as error:
        place = error.place
        where = f" line {place.line}, position {place.column}." if place is not None and place.line else ""
        raise _invalid(f"'{error.message}'.{where}") from error
    if not isinstance(value, dict):
        raise _invalid("the body must be a JSON object.")
    return value


def too_large() -> Fault:
    """Return the refusal of a body of more than :data:`SIZE_LIMIT` bytes."""
    message = f"The request content size exceeds the maximum size of {SIZE_LIMIT >> 20} MB."
    return Fault(413, "RequestContentTooLarge", message)


def _parse(content: bytes) -> Json:
    try:
        return parse_json(content, "request")
    except JsonSyntaxError as error:
        if error.code == "not-utf-8":
            raise
        quoted = _BARE_KEY.sub(_quote, content.decode("utf-8-sig"))
        return parse_json(quoted, "request")


def _quote(match: re.Match[str]) -> str:
    found = match.group()
    return found if found.startswith(('"', "//", "/*")) else f'"{found}"'


def _invalid(reason: str) -> Fault:
    message = f"The request content was invalid and could not be deserialized: {reason}"
    return Fault(400, "InvalidRequestContent", message)
