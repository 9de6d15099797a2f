"""A what-if as Markdown, for the comment on a pull request: what changes at a glance, the properties folded away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from armlib.deployment.whatif.model import (
    Change,
    ChangeType,
    PropertyChange,
    PropertyChangeType,
    Rating,
    WhatIf,
)
from armlib.report.text import printable
from armlib.report.whatif.text import REASONS, RISKS, SIGNS, split_scope

_LONGEST_COMMENT: Final = 60_000  # characters; code hosts take 65,536
_TOLD: Final = tuple(kind for kind in ChangeType if kind not in (ChangeType.NO_CHANGE, ChangeType.IGNORE))
_NOT_KNOWN: Final = (ChangeType.UNSUPPORTED, ChangeType.DEPLOY)
_BACKTICKS = re.compile(r"`+")


def as_markdown(
    what_if: WhatIf, *, title: str = "What-if", explain: bool = False, longest: int = _LONGEST_COMMENT
) -> str:
    """Return *what_if* as Markdown.

    Args:
        what_if: What was found.
        title: The heading.
        explain: Whether the differences that are no changes are listed, with the reason of each.
        longest: How many characters it may have; the properties of the last resources are left out beyond.
    """
    parts = [f"### {_text(title)}: {_summary(what_if)}\n", *_risks(what_if)]
    told = [change for change in what_if.changes if change.kind in _TOLD]
    parts += _table("Resources", told)
    parts += _table("May or may not change, which only the deployment will know", what_if.potential)
    parts += _notes(what_if)
    details = [text for change in (*told, *what_if.potential) if (text := _details(change))]
    if explain:
        details += [text for change in what_if.changes if (text := _left_out(change))]
    return "\n".join([*parts, *_fitting(details, longest - sum(map(len, parts)))])


def _summary(what_if: WhatIf) -> str:
    counts = what_if.counts
    counted = (f"{counts[kind]} {SIGNS[kind].total}" for kind in ChangeType if counts[kind])
    return ", ".join(counted) or "no change"


def _risks(what_if: WhatIf) -> Iterator[str]:
    rows = [(change, path, rating) for change in what_if.changes for path, rating in change.rated()]
    if not rows:
        return
    order = list(RISKS)
    rows.sort(key=lambda row: order.index(row[2].risk))
    yield "| Risk | Resource | Why |\n|---|---|---|\n" + "".join(_risk(*row) for row in rows)


def _risk(change: Change, path: str, rating: Rating) -> str:
    where = _code(split_scope(change.id)[1]) + (f" {_code(path)}" if path else "")
    return f"| **{RISKS[rating.risk]}** | {where} | {_cell(rating.reason)} |\n"


def _table(title: str, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    rows = []
    for change in sorted(changes, key=lambda each: list(ChangeType).index(each.kind)):
        scope, name = split_scope(change.id)
        rows.append(f"| {_code(SIGNS[change.kind].symbol)} {change.kind} | {_code(name)} | {_code(scope)} |\n")
    yield f"| {title} | | Scope |\n|---|---|---|\n" + "".join(rows)


def _notes(what_if: WhatIf) -> Iterator[str]:
    told = {note.target for note in what_if.notes}
    notes = [f"- {_code(note.target)}: {_text(note.message)} ({_text(note.code)})\n" for note in what_if.notes]
    unknown = [
        f"- {_code(change.id)}: {_text(change.reason)}\n"
        for change in (*what_if.changes, *what_if.potential)
        if change.reason is not None and change.kind in _NOT_KNOWN and change.id not in told
    ]
    if notes or unknown:
        yield "".join([*unknown, *notes])


def _details(change: Change) -> str:
    """Return the properties of a change, folded; "" when there are none to tell."""
    if change.kind is ChangeType.MODIFY:
        lines = list(_differences(change))
    else:
        mark = "-" if change.kind is ChangeType.DELETE else "+"
        body = change.before if change.kind is ChangeType.DELETE else change.after
        lines = [f"{mark} {line}" for line in _json(body).split("\n")] if body is not None else []
    return _folded(f"{SIGNS[change.kind].symbol} {split_scope(change.id)[1]}", lines, "diff") if lines else ""


def _differences(change: Change) -> Iterator[str]:
    for path, each in change.properties():
        if each.children:
            continue
        if each.kind in (PropertyChangeType.DELETE, PropertyChangeType.MODIFY):
            yield from _marked("-", path, each.before, each)
        if each.kind is not PropertyChangeType.DELETE:
            yield from _marked("+", path, each.after, each)


def _marked(mark: str, path: str, value: Any, change: PropertyChange) -> Iterator[str]:
    drift = "  # changed beside the template" if change.drift else ""
    first, *rest = _json(value).split("\n")
    yield f"{mark} {path}: {first}{drift}"
    yield from (f"{mark} {line}" for line in rest)


def _left_out(change: Change) -> str:
    lines = [f"{each.path}: {REASONS[each.reason]}" for each in change.suppressed]
    return _folded(f"no changes of {split_scope(change.id)[1]}", lines, "text") if lines else ""


def _folded(summary: str, lines: Sequence[str], language: str) -> str:
    text = printable("\n".join(lines))
    fence = "`" * max(3, max((len(run) for run in _BACKTICKS.findall(text)), default=0) + 1)
    block = f"{fence}{language}\n{text}\n{fence}"
    return f"<details><summary>{escape(printable(summary))}</summary>\n\n{block}\n\n</details>\n"


def _fitting(details: Sequence[str], room: int) -> Iterator[str]:
    for number, text in enumerate(details):
        room -= len(text) + 1
        if room < 0:
            rest = len(details) - number
            yield f"The properties of {rest} more {'resource is' if rest == 1 else 'resources are'} left out here.\n"
            return
        yield text


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _code(text: str) -> str:
    """Return *text* as a code span that may stand in a table."""
    plain = printable(text).replace("|", "\\|").replace("\n", " ")
    ticks = "`" * (max((len(run) for run in _BACKTICKS.findall(plain)), default=0) + 1)
    return f"{ticks} {plain} {ticks}" if len(ticks) > 1 or not plain else f"`{plain}`"


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def _text(text: str | None) -> str:
    """Return *text* so that it is shown as it is: nothing in it is Markdown or HTML."""
    plain = escape(printable(text or ""), quote=False).replace("\n", " ")
    return re.sub(r"([\\`*_{}\[\]#~])", r"\\\1", plain)
