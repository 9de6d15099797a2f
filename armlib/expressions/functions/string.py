"""String functions; they count in UTF-16 units, as .NET does."""

from __future__ import annotations

import base64 as codec
import re
from typing import Any

from armlib.expressions.environment import NOT_KNOWN
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions import unicode
from armlib.expressions.functions.formatting import format_text
from armlib.expressions.functions.lenient_json import parse_json
from armlib.expressions.functions.logical import value_type
from armlib.expressions.functions.registry import Function, Mode
from armlib.expressions.functions.text import compact_json, plain
from armlib.expressions.functions.types import array, bounded_items, bounded_text, integer, invalid, text, wrong_type
from armlib.expressions.functions.uri import decode_base64
from armlib.expressions.simplify import conceal, unknown_call
from armlib.expressions.values import Secret, Unknown

_PRIMITIVES = (str, int, bool, float)


def concat(*values: Any) -> Any:
    """Return texts, numbers and booleans joined to a text, or arrays joined to one."""
    kinds = set(map(type, values))
    if kinds == {str}:
        bounded_text("concat", sum(map(len, values)))
        return "".join(values)
    if kinds == {list}:
        bounded_items("concat", sum(map(len, values)))
        return [element for value in values for element in value]
    if Secret in kinds:
        joined = concat(*(value.value if type(value) is Secret else value for value in values))
        return unknown_call("concat", values, concat_type(list(values))) if joined is NOT_KNOWN else conceal(joined)
    if Unknown in kinds:
        return _concat_unknown(values)
    for position, value in enumerate(values):
        if not isinstance(value, _PRIMITIVES):
            raise wrong_type("concat", position, "an array like the others, or a string", value)
    return concat(*map(plain, values))


def _concat_unknown(values: tuple[Any, ...]) -> Any:
    """Return the call with known texts that stand side by side joined."""
    if concat_type(list(values)) != "string":
        return NOT_KNOWN
    parts: list[Any] = []
    for value in values:
        if isinstance(value, _PRIMITIVES) and parts and type(parts[-1]) is str:
            parts[-1] += plain(value)
        else:
            parts.append(plain(value) if isinstance(value, _PRIMITIVES) else value)
    shown = [part for part in parts if part != ""]
    return unknown_call("concat", shown if len(shown) > 1 else [*shown, ""], "string")


def concat_type(arguments: list[Any]) -> str | None:
    """Return ``string`` or ``array`` as soon as one argument tells."""
    for argument in arguments:
        kind = value_type(argument)
        if kind is not None:
            return "array" if kind == "array" else "string"
    return None


def string(value: Any) -> str:
    """Return any value as text; arrays and objects as compact JSON."""
    if type(value) is str:
        return value
    if isinstance(value, (list, dict)):
        shown = compact_json(value)
        bounded_text("string", len(shown))
        return shown
    return plain(value)


def to_lower(value: Any) -> str:
    """Return a text in lower case."""
    return unicode.lower(text("toLower", 0, value))


def to_upper(value: Any) -> str:
    """Return a text in upper case."""
    return unicode.upper(text("toUpper", 0, value))


def trim(value: Any) -> str:
    """Return a text without the white space around it."""
    return text("trim", 0, value).strip(_WHITE_SPACE)


_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000"
)


def substring(value: Any, start: Any, count: Any = None) -> str:
    """Return *count* UTF-16 units from *start* on; all that follow without a count."""
    content = unicode.units(text("substring", 0, value))
    begin = integer("substring", 1, start)
    number = len(content) - begin if count is None else integer("substring", 2, count)
    if begin < 0 or number < 0 or begin + number > len(content):
        raise invalid(
            "substring",
            "the index and length parameters must refer to a location within the string. "
            f"The index parameter is '{begin}', the length parameter is '{number}', and the length of the string "
            f"parameter is '{len(content)}'.",
        )
    return unicode.joined(content[begin : begin + number])


def starts_with(value: Any, prefix: Any) -> bool:
    """Return whether a text starts with another, without regard to case."""
    return unicode.upper(text("startsWith", 0, value)).startswith(unicode.upper(text("startsWith", 1, prefix)))


def ends_with(value: Any, suffix: Any) -> bool:
    """Return whether a text ends with another, without regard to case."""
    return unicode.upper(text("endsWith", 0, value)).endswith(unicode.upper(text("endsWith", 1, suffix)))


def like(value: Any, pattern: Any) -> bool:
    """Return whether a whole text fits a pattern, in which ``*`` stands for any characters; without regard to case.

    Source: Bicep's baselines, which call it; no source says that other signs have a meaning, so they have none.
    """
    content, wanted = (unicode.upper(text("like", i, argument)) for i, argument in enumerate((value, pattern)))
    first, *others = wanted.split("*")
    if not others:
        return content == wanted
    if not content.startswith(first):
        return False
    place = len(first)
    *middle, last = others
    for part in middle:
        found = content.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(content) - place >= len(last) and content.endswith(last)


def replace(value: Any, old: Any, new: Any) -> str:
    """Return a text with each *old* in it replaced by *new*, by case."""
    content, wanted, given = (text("replace", i, argument) for i, argument in enumerate((value, old, new)))
    if not wanted:
        raise invalid("replace", "the text to be replaced must not be empty.")
    bounded_text("replace", len(content) + content.count(wanted) * (len(given) - len(wanted)))
    return content.replace(wanted, given)


def split(value: Any, delimiters: Any) -> list[str]:
    """Return the parts of a text between a delimiter, or between any of several."""
    content = text("split", 0, value)
    wanted = [delimiters] if type(delimiters) is str else delimiters
    if type(wanted) is not list or not all(type(delimiter) is str for delimiter in wanted):
        raise wrong_type("split", 1, "a string or an array of strings", delimiters)
    wanted = [delimiter for delimiter in wanted if delimiter]
    if not wanted:
        return [content]
    bounded_items("split", 1 + sum(map(content.count, wanted)))
    if len(wanted) == 1:
        return content.split(wanted[0])
    # The first delimiter of the list that matches at a place is taken, as String.Split does.
    return re.split("|".join(map(re.escape, wanted)), content)


def join(values: Any, delimiter: Any) -> str:
    """Return the primitives of an array as one text, *delimiter* between them."""
    elements, between = array("join", 0, values), text("join", 1, delimiter)
    for element in elements:
        if isinstance(element, (list, dict)):
            raise wrong_type("join", 0, "an array of strings", element)
    parts = list(map(plain, elements))
    bounded_text("join", sum(map(len, parts)) + len(between) * max(0, len(parts) - 1))
    return between.join(parts)


def pad_left(value: Any, width: Any, padding: Any = " ") -> str:
    """Return a text or integer right-aligned in *width* UTF-16 units."""
    if type(value) not in (str, int):
        raise wrong_type("padLeft", 0, "a string or an integer", value)
    content, total = plain(value), integer("padLeft", 1, width)
    if unicode.length(text("padLeft", 2, padding)) != 1:
        raise invalid("padLeft", "the padding must be a single character.")
    if total < 0:
        raise invalid("padLeft", "the total length must not be negative.")
    bounded_text("padLeft", total)
    return padding * (total - unicode.length(content)) + content  # type: ignore[no-any-return]


def format_(template: Any, *arguments: Any) -> str:
    """Return a composite format string with its items replaced by *arguments*."""
    return format_text("format", text("format", 0, template), arguments)


def base64(value: Any) -> str:
    """Return a text in base64."""
    encoded = codec.b64encode(unicode.utf8(text("base64", 0, value))).decode()
    bounded_text("base64", len(encoded))
    return encoded


def base64_to_string(value: Any) -> str:
    """Return the text that base64 stands for."""
    return _from_base64("base64ToString", value)


def base64_to_json(value: Any) -> Any:
    """Return the JSON value that base64 stands for."""
    return parse_json("base64ToJson", _from_base64("base64ToJson", value))


def _from_base64(function: str, value: Any) -> str:
    content = text(function, 0, value)
    try:
        return decode_base64(content).decode()
    except (ValueError, UnicodeDecodeError):
        raise EvaluationFault(
            f"The template language function '{function}' was called with a value that cannot be decoded from base64 "
            "representation.",
            function=function,
        ) from None


FUNCTIONS = (
    Function(name="concat", minimum=1, maximum=None, run=concat, result=concat_type, mode=Mode.OPEN),
    Function(name="string", minimum=1, maximum=1, run=string, result="string", mode=Mode.DEEP),
    Function(name="toLower", minimum=1, maximum=1, run=to_lower, result="string"),
    Function(name="toUpper", minimum=1, maximum=1, run=to_upper, result="string"),
    Function(name="trim", minimum=1, maximum=1, run=trim, result="string"),
    Function(name="substring", minimum=2, maximum=3, run=substring, result="string"),
    Function(name="startsWith", minimum=2, maximum=2, run=starts_with, result="bool"),
    Function(name="like", minimum=2, maximum=2, run=like, result="bool"),
    Function(name="endsWith", minimum=2, maximum=2, run=ends_with, result="bool"),
    Function(name="replace", minimum=3, maximum=3, run=replace, result="string"),
    Function(name="split", minimum=2, maximum=2, run=split, result="array", mode=Mode.DEEP),
    Function(name="join", minimum=2, maximum=2, run=join, result="string", mode=Mode.DEEP),
    Function(name="padLeft", minimum=2, maximum=3, run=pad_left, result="string"),
    Function(name="format", minimum=1, maximum=None, run=format_, result="string", mode=Mode.DEEP),
    Function(name="base64", minimum=1, maximum=1, run=base64, result="string"),
    Function(name="base64ToString", minimum=1, maximum=1, run=base64_to_string, result="string"),
    Function(name="base64ToJson", minimum=1, maximum=1, run=base64_to_json),
)
