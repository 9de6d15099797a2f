r"""Native functions: what Jsonnet lacks, as ``std.native('armlib.NAME')``.

Calling convention. Each takes ONE text, the JSON array of its arguments, and gives ONE text: ``{"ok": RESULT}`` or
``{"error": MESSAGE}``. (The engine loses the text of an exception, and a ``null`` that crosses the border corrupts
CPython 3.11.) In Jsonnet:

    local call(name, args) =
      local answer = std.parseJson(std.native('armlib.' + name)(std.manifestJsonMinified(args)));
      if std.objectHas(answer, 'error') then error answer.error else answer.ok;

``std.native`` of a name that is not there is ``null`` in go-jsonnet and in C++, so a library can tell plain Jsonnet.

| name             | arguments                     | gives |
|------------------|-------------------------------|-------|
| regexMatch       | pattern, text                 | whether the pattern matches somewhere in the text |
| regexFullMatch   | pattern, text                 | whether it matches the whole text |
| regexFind        | pattern, text                 | the first match, ``{match, start, groups, named}``, or null |
| regexFindAll     | pattern, text                 | all matches, in order |
| regexReplace     | pattern, replacement, text    | every match replaced; ``$1``, ``${name}``: groups; ``$0``, ``$$`` |
| regexSplit       | pattern, text                 | the texts between the matches |
| regexEscape      | text                          | a pattern that matches exactly the text |
| isFormat         | format, text                  | whether the text has the format; an unknown format is an error |
| formats          |                               | the names of the formats |
| parseCidr        | cidr                          | ARM's parseCidr, and ``size`` (text) and ``version`` (4, 6) |
| cidrSubnet       | cidr, length, index           | ARM's cidrSubnet: the index-th block of that prefix length |
| cidrHost         | cidr, index                   | ARM's cidrHost: the index-th usable address, from 0 |
| cidrSubnets      | cidr, lengths                 | consecutive blocks of these prefix lengths that do not overlap |
| cidrContains     | cidr, inner                   | whether an address or block lies in the block |
| cidrOverlaps     | one, other                    | whether two blocks share an address |
| sha1 sha256 sha512 md5 | text                    | the digest of the text's UTF-8, in lower-case hexadecimal |
| uuid5            | namespace, name               | the name-based UUID (RFC 9562, version 5) |
| parseYaml        | text                          | the one document; YAML 1.2: ``yes``, ``on`` and dates are texts |
| parseYamlAll     | text                          | all documents, an array |
| parseToml        | text                          | an object; dates and times are texts |

Patterns are Python's regular expressions, with ``$`` only at the very end of the text, as in JSON Schema (Python's also
matches before a last newline).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Callback = tuple[tuple[str, ...], Callable[[Any], str]]

PREFIX = "armlib."

# name: module, function, its arguments as name:type
_FUNCTIONS = {
    "regexMatch": ("regexes", "matches", "pattern:text text:text"),
    "regexFullMatch": ("regexes", "matches_fully", "pattern:text text:text"),
    "regexFind": ("regexes", "find", "pattern:text text:text"),
    "regexFindAll": ("regexes", "find_all", "pattern:text text:text"),
    "regexReplace": ("regexes", "replace", "pattern:text replacement:text text:text"),
    "regexSplit": ("regexes", "split", "pattern:text text:text"),
    "regexEscape": ("regexes", "escape", "text:text"),
    "isFormat": ("formats", "has_format", "format:text text:text"),
    "formats": ("formats", "names", ""),
    "parseCidr": ("cidr", "parse", "cidr:text"),
    "cidrSubnet": ("cidr", "subnet", "cidr:text length:integer index:integer"),
    "cidrHost": ("cidr", "host", "cidr:text index:integer"),
    "cidrSubnets": ("cidr", "subnets", "cidr:text lengths:integers"),
    "cidrContains": ("cidr", "contains", "cidr:text inner:text"),
    "cidrOverlaps": ("cidr", "overlaps", "one:text other:text"),
    "md5": ("digest", "md5_text", "text:text"),
    "sha1": ("digest", "sha1_text", "text:text"),
    "sha256": ("digest", "sha256_text", "text:text"),
    "sha512": ("digest", "sha512_text", "text:text"),
    "uuid5": ("digest", "uuid5_text", "namespace:text name:text"),
    "parseYaml": ("documents", "parse_yaml", "text:text"),
    "parseYamlAll": ("documents", "parse_yaml_all", "text:text"),
    "parseToml": ("documents", "parse_toml", "text:text"),
}

# Before 3.12 each null that the engine hands over takes one reference to None away for good; this gives it back.
_LOST_REFERENCES: list[None] = []


class Leak:
    """Counts the bytes that the engine loses: it never frees what a native function returns."""

    def __init__(self) -> None:
        self.size = 0


def callbacks() -> tuple[dict[str, Callback], Leak]:
    """Return the native functions as the engine takes them, and the count of what calling them leaks."""
    leak = Leak()
    return {PREFIX + name: (("arguments",), _callback(name, leak)) for name in _FUNCTIONS}, leak


def names() -> tuple[str, ...]:
    """Return the names of the native functions, with the prefix."""
    return tuple(PREFIX + name for name in _FUNCTIONS)


def _callback(name: str, leak: Leak) -> Callable[[Any], str]:
    def call(arguments: Any) -> str:
        answer = _answer(name, arguments)
        leak.size += len(answer)
        return answer

    return call


def _answer(name: str, arguments: Any) -> str:
    """Return the answer of the function *name*, never an exception: the engine would lose its text."""
    if arguments is None and sys.version_info < (3, 12):
        _LOST_REFERENCES.append(None)
    import json

    try:
        result = _call(name, arguments)
        return json.dumps({"ok": result}, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError, OverflowError) as error:
        message = "the value is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return json.dumps({"error": f"{PREFIX}{name}: {message}"})
    except Exception as error:  # noqa: BLE001 (also what a library was not expected to raise)
        return json.dumps({"error": f"{PREFIX}{name}: {type(error).__name__}: {error}"})


def _call(name: str, arguments: Any) -> Any:
    import json
    from importlib import import_module

    if not isinstance(arguments, str):
        raise ValueError("takes one text, the JSON array of its arguments")
    values = json.loads(arguments)
    module, function, signature = _FUNCTIONS[name]
    parameters = [parameter.split(":") for parameter in signature.split()]
    if not isinstance(values, list) or len(values) != len(parameters):
        wanted = ", ".join(parameter for parameter, _ in parameters)
        raise ValueError(f"takes the JSON array [{wanted}]")
    for (parameter, kind), value in zip(parameters, values, strict=True):
        if not _KINDS[kind](value):
            raise ValueError(f"{parameter} must be {_KIND_NAMES[kind]}, not {json.dumps(value)[:100]}")
    return getattr(import_module(f"armlib.jsonnet.{module}"), function)(*map(_whole, values))


def _is_integer(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and value == value // 1


def _whole(value: Any) -> Any:
    if isinstance(value, float):
        return int(value)
    return list(map(_whole, value)) if isinstance(value, list) else value


_KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": _is_integer,
    "integers": lambda value: isinstance(value, list) and all(map(_is_integer, value)),
}
_KIND_NAMES = {"text": "a text", "integer": "an integer", "integers": "an array of integers"}
