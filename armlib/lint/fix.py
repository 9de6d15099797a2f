"""Fixes: edits of a text at the places that they name, so that its formatting and comments stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from armlib.lint.document import Document
from armlib.lint.rule import Cut, Edit, Remove, Replace


def apply(document: Document, fixes: Iterable[Sequence[Edit]]) -> tuple[str, int]:
    """Return the text with *fixes* made, and how many were.

    A fix that touches what an earlier one has touched, or whose place is not in the text, is left for the next run.
    """
    cuts: list[Cut] = []
    made = 0
    for edits in fixes:
        wanted = [cut for edit in edits if (cut := _cut(document, edit)) is not None]
        fits = len(wanted) == len(edits) and not any(_overlap(one, other) for one in wanted for other in cuts)
        if fits and wanted:
            cuts += wanted
            made += 1
    text = document.text
    for cut in sorted(cuts, key=lambda each: each.start, reverse=True):
        text = text[: cut.start] + cut.text + text[cut.end :]
    return text, made


def _overlap(one: Cut, other: Cut) -> bool:
    return one.start < other.end and other.start < one.end


def _cut(document: Document, edit: Edit) -> Cut | None:
    if isinstance(edit, Cut):
        return edit
    span = document.spans.get(edit.path)
    if span is None:
        return None
    if isinstance(edit, Replace):
        return Cut(start=span.start, end=span.end, text=json.dumps(edit.value, ensure_ascii=False))
    return _removal(document, edit)


def _removal(document: Document, edit: Remove) -> Cut:
    span = document.spans[edit.path]
    return removal(document.text, span.member, span.end)


def removal(text: str, start: int, end: int) -> Cut:
    """Return the cut of the member from *start* to *end*, with a comma beside it, and its line when alone there."""
    after = _skip(text, end)
    if after < len(text) and text[after] == ",":
        end = after + 1
        return _with_line(text, start, end)
    before = _skip_back(text, start)
    if before > 0 and text[before - 1] == ",":
        return Cut(start=before - 1, end=end)
    return _with_line(text, start, end)


def _with_line(text: str, start: int, end: int) -> Cut:
    line = text.rfind("\n", 0, start) + 1
    rest = end
    while rest < len(text) and text[rest] in " \t\r":
        rest += 1
    ends_line = rest == len(text) or text[rest] == "\n"
    if ends_line:
        return (
            Cut(start=start, end=end)
            if text[line:start].strip() or rest == len(text)
            else Cut(start=line, end=rest + 1)
        )
    return Cut(start=start, end=rest if text[end - 1] == "," else end)


def _skip(text: str, at: int) -> int:
    """Return the offset of the next character that is neither space nor comment."""
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("//", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            end = text.find("*/", at)
            at = len(text) if end < 0 else end + 2
        else:
            return at
    return at


def _skip_back(text: str, at: int) -> int:
    while at > 0 and text[at - 1].isspace():
        at -= 1
    return at
