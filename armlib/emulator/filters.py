"""The filters of lists of resources: ``resourceType eq 'A/b' and tagName eq 'env' and tagValue eq 'dev'``.

Source: "Resources - List" of the Azure Resource Manager REST API, the parameter ``$filter``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.jsontypes import JsonObject

Test = Callable[[JsonObject], bool]

_TOKEN: Final = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z_][\w./]*)|(?P<mark>[(),]))")
_FIELDS: Final = (
    "resourcetype",
    "name",
    "location",
    "resourcegroup",
    "kind",
    "identity",
    "plan",
    "tagname",
    "tagvalue",
)
_LONGEST: Final = 4000


def parse_filter(text: str | None) -> Test:
    """Return the test that a filter is; none lets everything through.

    Raises:
        Fault: it is no filter, or asks for a field that cannot be asked for.
    """
    if text is None or not text.strip():
        return lambda _: True
    if len(text) > _LONGEST:
        raise _invalid(text[:60] + "…", "it is too long")
    parser = _Parser(text)
    test = parser.disjunction()
    if parser.ahead() is not None:
        raise _invalid(text, f"'{parser.ahead()}' is too much")
    return test


class _Parser:
    """A recursive descent through the tokens of one filter."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        self._at = 0
        self._depth = 0
        # a tag's value is about the tag that was named before it
        self._tag: str | None = None
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None:
                raise _invalid(text, f"see character {place + 1}")
            self._tokens.append(found.group(found.lastgroup or 0))
            place = found.end()

    def ahead(self) -> str | None:
        """Return the next token, or None at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def disjunction(self) -> Test:
        """Read tests joined with ``or``."""
        tests = [self._conjunction()]
        while self._takes("or"):
            tests.append(self._conjunction())
        return tests[0] if len(tests) == 1 else lambda body: any(test(body) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._single()]
        while self._takes("and"):
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda body: all(test(body) for test in tests)

    def _single(self) -> Test:
        if self._takes("not"):
            test = self._single()
            return lambda body: not test(body)
        if self._takes("("):
            self._depth += 1
            if self._depth > 50:
                raise _invalid(self._text, "it is nested too deep")
            test = self.disjunction()
            self._wants(")")
            self._depth -= 1
            return test
        word = self._next()
        if word.casefold() == "substringof":
            return self._call(lambda arguments: (arguments[1], arguments[0]), lambda value, part: part in value)
        if word.casefold() == "startswith":
            return self._call(
                lambda arguments: (arguments[0], arguments[1]), lambda value, part: value.startswith(part)
            )
        return self._comparison(word)

    def _call(self, order: Callable[[list[str]], tuple[str, str]], test: Callable[[str, str], bool]) -> Test:
        self._wants("(")
        first = self._next()
        self._wants(",")
        second = self._next()
        self._wants(")")
        name, part = order([first, second])
        field = self._field(name)
        wanted = self._string(part).casefold()
        if field == "tagname":
            return lambda body: any(test(tag.casefold(), wanted) for tag in _tags(body))
        return lambda body: test(_value(body, field).casefold(), wanted)

    def _comparison(self, word: str) -> Test:
        field = self._field(word)
        operator = self._next().casefold()
        if operator not in ("eq", "ne"):
            raise _invalid(self._text, f"'{operator}' is no comparison: there are eq and ne")
        wanted = self._string(self._next()).casefold()
        test = self._equal(field, wanted)
        return test if operator == "eq" else lambda body: not test(body)

    def _equal(self, field: str, wanted: str) -> Test:
        if field == "tagname":
            self._tag = wanted
            return lambda body: any(tag.casefold() == wanted for tag in _tags(body))
        if field == "tagvalue":
            name = self._tag
            return lambda body: any(
                str(value).casefold() == wanted
                for tag, value in _tags(body).items()
                if name is None or tag.casefold() == name
            )
        if field == "location":
            wanted = wanted.replace(" ", "")
            return lambda body: _value(body, field).replace(" ", "").casefold() == wanted
        return lambda body: _value(body, field).casefold() == wanted

    def _field(self, word: str) -> str:
        if word.casefold() not in _FIELDS:
            raise _invalid(self._text, f"'{word}' cannot be asked for; there are {', '.join(_FIELDS)}")
        return word.casefold()

    def _string(self, token: str) -> str:
        if not token.startswith("'"):
            raise _invalid(self._text, f"'{token}' must be a text in single quotes")
        return token[1:-1].replace("''", "'")

    def _takes(self, word: str) -> bool:
        found = self.ahead()
        if found is None or found.casefold() != word:
            return False
        self._at += 1
        return True

    def _wants(self, word: str) -> None:
        if not self._takes(word):
            raise _invalid(self._text, f"'{word}' is missing")

    def _next(self) -> str:
        found = self.ahead()
        if found is None:
            raise _invalid(self._text, "it ends too early")
        self._at += 1
        return found


def _tags(body: JsonObject) -> dict[str, Any]:
    tags = body.get("tags")
    return tags if isinstance(tags, dict) else {}


def _value(body: JsonObject, field: str) -> str:
    if field == "resourcetype":
        return str(body.get("type", ""))
    if field == "resourcegroup":
        segments = str(body.get("id", "")).split("/")
        return segments[4] if len(segments) > 4 and segments[3].casefold() == "resourcegroups" else ""
    value = body.get(field)
    return value if isinstance(value, str) else ""


def _invalid(text: str, why: str) -> Fault:
    return Fault(400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string: {why}.")
