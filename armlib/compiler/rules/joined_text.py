"""Expressions that Jsonnet has joined to other text: Azure evaluates an expression only when it is all of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from armlib.compiler.link import Linked
from armlib.compiler.places import places_of
from armlib.compiler.rules.expressions import without_template
from armlib.diagnostics import Diagnostic, warning
from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse
from armlib.jsontypes import Json

_CALL = re.compile(
    r"(?<!\[)\[(?:parameters|variables|references?|list[A-Z]\w*|concat|format|uniqueString|"
    r"(?:subscription|extension|tenant)?ResourceId|resourceId|resourceGroup|subscription|deployment)\("
)
_QUOTED_OR_BRACKET = re.compile(r"'(?:[^']|'')*+'|[\[\]]")
_LONGEST = 100  # characters of an expression that are shown


def joined_texts(linked: Linked) -> Iterator[Diagnostic]:
    """Yield a warning for each text that an author in Jsonnet has likely meant to be evaluated, and is not."""
    if not linked.draft.reduces:
        return
    for level in linked.root.levels():
        for resource in level.resources:
            for text in dict.fromkeys(resource.bracketed):
                expression = inner_expression(text)
                if expression is not None:
                    path = next(places_of(without_template(resource.body), resource.path, text), resource.path)
                    yield _told(expression, path)
        outputs = level.template.get("outputs")
        for text in dict.fromkeys(_texts(outputs)):
            expression = inner_expression(text)
            if expression is not None:
                path = (*level.path, "outputs")
                yield _told(expression, next(places_of(outputs, path, text), path))


def inner_expression(text: str) -> str | None:
    """Return an expression that stands in *text* beside something else; None when there is none."""
    found = _CALL.search(text)
    if found is None or is_expression(text):
        return None
    expression = _up_to_its_end(text, found.start())
    if expression is None:
        return None
    try:
        parse(expression)
    except ExpressionSyntaxError:
        return None
    return expression


def _up_to_its_end(text: str, start: int) -> str | None:
    """Return what *text* has from the bracket at *start* to the one that closes it; those in quotes do not count."""
    depth = 0
    for found in _QUOTED_OR_BRACKET.finditer(text, start):
        depth += {"[": 1, "]": -1}.get(found[0], 0)
        if depth == 0:
            return text[start : found.end()]
    return None


def _told(expression: str, path: tuple[str | int, ...]) -> Diagnostic:
    shown = expression if len(expression) <= _LONGEST else f"{expression[:_LONGEST]}…"
    return warning(
        "joined-expression",
        f"{shown} stands inside of a text, and is not evaluated there",
        hint="join them in an expression, arm.fn.concat('text', …), as Jsonnet's + and % make plain text of it",
        path=path,
    )


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
