"""The JSON Schema of a module's arguments -> arguments that it allows, as a seed decides."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Mapping
from random import Random
from typing import Any
from uuid import UUID

from armlib.jsontypes import Json, JsonObject

_LETTERS = string.ascii_lowercase + string.digits
_TRIES = 200  # texts that are made for a pattern
_DEEPEST = 6  # shared types that refer to themselves end there
_BY_EXAMPLE = ("x-armlib-validated", "format")
_ODD = _LETTERS + " '\"%{}<>&$@é/\\"  # what a text without a pattern may have: a module must write it as it is
_FORMATS: Mapping[str, Callable[[Random], str]] = {
    "cidr": lambda chance: f"10.{chance.randrange(256)}.{chance.randrange(256)}.0/24",
    "date": lambda chance: f"20{chance.randrange(10, 60)}-0{chance.randrange(1, 10)}-{chance.randrange(10, 29)}",
    "date-time": lambda chance: f"20{chance.randrange(10, 60)}-01-01T{chance.randrange(10, 24)}:00:00Z",
    "duration": lambda chance: f"PT{chance.randrange(1, 60)}M",
    "email": lambda chance: f"{_word(chance, 1, 8)}@example.com",
    "hostname": lambda chance: f"{_word(chance, 1, 8)}.example.com",
    "ipv4": lambda chance: f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}",
    "ipv6": lambda chance: f"fd00::{chance.randrange(1, 65536):x}",
    "time": lambda chance: f"{chance.randrange(10, 24)}:{chance.randrange(10, 60)}:00Z",
    "uri": lambda chance: f"https://{_word(chance, 1, 8)}.example.com/{_word(chance, 0, 8)}",
    "uuid": lambda chance: str(UUID(int=chance.getrandbits(128), version=4)),
}


class NoValueError(Exception):
    """No value can be made; the message says why."""


def arguments(schema: JsonObject, given: JsonObject, vary: Collection[str], seed: str) -> JsonObject:
    """Return *given* and a value for each of *vary* that must be given, and for some of the others.

    What is checked by a function, by both a format and a pattern, or by a pattern that no short text fits is taken from
    the examples and the default of the parameter; a parameter that has none is left out.

    Raises:
        NoValueError: A parameter that must be given is such a one.
    """
    chance = Random(seed)  # noqa: S311 - nothing is kept secret with it
    made = dict(given)
    required: Any = schema.get("required", ())
    properties: Any = schema["properties"]
    maker = _Maker(chance, schema.get("$defs") or {})
    for name, spec in properties.items():
        if name in given or name not in vary or (name not in required and chance.random() < 0.5):
            continue
        try:
            made[name] = maker.value(spec)
        except NoValueError as error:
            if name in required:
                raise NoValueError(f"no value can be made for '{name}': {error}") from error
    return made


class _Maker:
    def __init__(self, chance: Random, definitions: Any) -> None:
        self._chance = chance
        self._definitions: Mapping[str, Any] = definitions

    def value(self, spec: Any, depth: int = 0) -> Json:
        """Return a value that *spec* allows."""
        if depth > _DEEPEST:
            raise NoValueError("its type is too deep")
        if "$ref" in spec:
            name = str(spec["$ref"]).removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
            spec = {**self._definitions[name], **{key: each for key, each in spec.items() if key != "$ref"}}
            return self.value(spec, depth + 1)
        known = [*spec.get("examples", ()), *([spec["default"]] if "default" in spec else [])]
        if self._is_any_id(spec):
            return self._one([*known, self._id(), {"id": self._id()}])
        if spec.get("format") in _FORMATS and not {"pattern", "x-armlib-validated", "enum", "maxLength"} & spec.keys():
            return _FORMATS[spec["format"]](self._chance)
        if any(spec.get(name) for name in _BY_EXAMPLE) or "allOf" in spec:
            if not known:
                raise NoValueError("it has a check of its own, and no examples")
            return self._one(known)
        if "enum" in spec:
            return self._one(spec["enum"])
        if "anyOf" in spec:
            return self.value(self._one(spec["anyOf"]), depth + 1)
        types = spec.get("type")
        if types is None:
            return self._one(known or ["text"])
        try:
            return self._of_type(str(self._one(types) if isinstance(types, list) else types), spec, known, depth)
        except NoValueError:  # for something in it, of which the whole may be an example
            if not known:
                raise
            return self._one(known)

    def _is_any_id(self, spec: Any) -> bool:
        """Return whether *spec* takes the id of a resource, and nothing more is asked of it."""
        is_more = {"pattern", "x-armlib-validated", "enum", "format"} & spec.keys() or len(spec.get("allOf", ())) != 1
        return bool(spec.get("x-armlib-resource-id")) and not is_more

    def _id(self) -> str:
        group = f"/subscriptions/{_FORMATS['uuid'](self._chance)}/resourceGroups/{self._word(1, 8)}"
        return f"{group}/providers/Example.{self._word(1, 8)}/{self._word(1, 8)}/{self._word(1, 8)}"

    def _of_type(self, type_: str, spec: Any, known: list[Any], depth: int) -> Json:
        if type_ == "string":
            return self._text(spec, known)
        if type_ in ("integer", "number"):
            low = spec.get("minimum", min(0, spec.get("maximum", 0)))
            return self._chance.randint(int(low), int(spec.get("maximum", low + 100)))
        if type_ == "boolean":
            return self._chance.random() < 0.5
        if type_ == "array":
            low = int(spec.get("minItems", 0))
            count = self._chance.randint(low, int(min(spec.get("maxItems", low + 2), low + 2)))
            return [self.value(spec.get("items", {"type": "string"}), depth + 1) for _ in range(count)]
        return self._object(spec, depth) if type_ == "object" else None

    def _object(self, spec: Any, depth: int) -> Json:
        made: dict[str, Json] = {}
        required = spec.get("required", ())
        for name, inner in spec.get("properties", {}).items():
            if name not in required and self._chance.random() < 0.5:
                continue
            try:
                made[name] = self.value(inner, depth + 1)
            except NoValueError:
                if name in required:
                    raise
        extra = spec.get("additionalProperties")
        if isinstance(extra, dict):
            for _ in range(self._chance.randint(0, 2)):
                made[self._word(3, 8)] = self.value(extra, depth + 1)
        return made

    def _text(self, spec: Any, known: list[Any]) -> Json:
        low = int(spec.get("minLength", 1))
        high = max(low, int(min(spec.get("maxLength", low + 8), low + 8)))
        pattern = spec.get("pattern")
        letters = _ODD if pattern is None and self._chance.random() < 0.25 else _LETTERS
        for _ in range(_TRIES):
            text = _word(self._chance, low, high, letters)
            if pattern is None or re.search(pattern, text):
                return text
        if not known:
            raise NoValueError(f"no short text of letters and digits fits {pattern}, and it has no examples")
        return self._one(known)

    def _word(self, low: int, high: int) -> str:
        return _word(self._chance, low, high)

    def _one(self, values: Any) -> Json:
        found: Json = self._chance.choice(list(values))
        return found


def _word(chance: Random, low: int, high: int, letters: str = _LETTERS) -> str:
    """Return a text of *low* to *high* of the *letters*; the first is one from a to z."""
    length = chance.randint(low, high)
    first = chance.choice(string.ascii_lowercase) if length else ""
    return first + "".join(chance.choice(letters) for _ in range(length - 1))
