"""Where a source calls the function of a generated library that wrote a property.

A library that ``armlib types generate`` has made holds the literal ``{ minimumTlsVersion: value }``, and that is
nobody's to mend: what counts is the call, ``withMinimumTlsVersion('TLS1_0')``, in the source that made the resource.
The engine tells no calls, so they are looked for in the text of the resource, by the name of the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from armlib.compiler.origins import Source
from armlib.diagnostics import Place
from armlib.jsonnet.lexer import Token, tokens
from armlib.jsonnet.literals import string_literals
from armlib.jsontypes import Json

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class _Call:
    """A call in a source: what stands before the name of the function, and its span with the name and the arguments."""

    source: Source
    owner: str
    start: int
    end: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.source.place(self.start, self.end)


def function_around(source: Source, place: Place) -> str | None:
    """Return the name of the function, or of the part, that *place* in a generated source stands in."""
    at = source.offset(place)
    inside = [
        field
        for literal in source.literals
        for field in literal.fields
        if (field.is_method or field.is_hidden) and field.slot.start <= at < field.slot.end
    ]
    return max(inside, key=lambda field: field.start).name if inside else None


def call_of(
    regions: Sequence[tuple[Source, int, int]], others: Iterable[Source], function: str, owner: str, value: Json
) -> Place | None:
    """Return where *function* is called.

    Of several calls it is the last one that *owner* stands before, for a later piece wins; of none with the owner, the
    last one. When *value* is a text that is written among the arguments, it is the place of that.

    Args:
        regions: Where to look first: sources, each with the part of it that made the resource.
        others: Sources to look in otherwise; a call there is told when it is the only one.
        function: The name of the function.
        owner: What stands before it: ``networkAcls`` in ``networkAcls.withBypass('None')``.
        value: What the property came to.
    """
    found = [call for source, start, end in regions for call in _calls(source, start, end, function)]
    if not found:
        found = [call for source in others for call in _calls(source, 0, len(source.text), function)]
        if len(found) != 1:
            return None
    own = [call for call in found if call.owner.casefold() == owner.casefold()] or found
    return next((place for call in reversed(own) if (place := _argument(call, value))), own[-1].place)


def _argument(call: _Call, value: Json) -> Place | None:
    """Return where the text *value* is written among the arguments of *call*."""
    if not isinstance(value, str) or not value:
        return None
    literals = string_literals(call.source.text, call.start, call.end)
    return next((call.source.place(start, end) for start, end, text in literals if text == value), None)


def _calls(source: Source, start: int, end: int, function: str) -> Iterator[_Call]:
    text = source.text[start:end]
    if function not in text:
        return
    found = list(tokens(text))
    for number, token in enumerate(found[:-1]):
        if token.kind == "word" and token.text == function and found[number + 1].text in "(.":
            is_member = number > 1 and found[number - 1].text == "."
            owner = found[number - 2].text if is_member else ""
            yield _Call(source, owner, start + token.start, start + _end(found, number + 1))


def _end(found: Sequence[Token], number: int) -> int:
    """Return where the call ends that goes on with token *number*, which is ``(``, or ``.`` before a further name."""
    while number + 2 < len(found) and found[number].text == "." and found[number + 1].kind == "word":
        number += 2
    depth = 0
    for token in found[number:]:
        if token.kind == "symbol":
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth <= 0:
            return token.start + (len(token.text) if token.text in _CLOSING else 0)
    return found[-1].start + len(found[-1].text)
